import { lstatSync, type Stats, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { TransportError } from '../../core/seam/errors.ts';
import { isForeign, isOpenToAll, isOwn, isPrivateFolder, modeOf } from '../../core/seam/ownership.ts';
import { systemErrorCode } from '../../core/seam/system-errors.ts';

/** The beginning of the names of this transport's own folders; `mkdtemp` adds six characters. */
export const PRIVATE_FOLDER_PREFIX = 'uactor-';

const PRIVATE_FOLDER_NAME = /^uactor-[A-Za-z0-9]{6}$/;

/** Whether a folder name is one that this transport creates. */
export function isPrivateFolderName(name: string): boolean {
  return PRIVATE_FOLDER_NAME.test(name);
}

/**
 * Checks that no other user can replace the socket at `path`. A folder with a name that this transport creates must be exactly as
 * created: not a symbolic link, owned by this user, mode 0700. Any other folder must belong to this user or root, and may be
 * writable for all only with the sticky bit (like `/tmp`).
 *
 * @throws {@link TransportError} `UNSAFE_FOLDER`; the system's error when there is no such folder.
 */
export function assertSafeFolder(path: string): void {
  const folder = dirname(path);
  if (isPrivateFolderName(basename(folder))) {
    assertPrivateFolder(folder);
    return;
  }
  const stats = statSync(folder);
  if (!stats.isDirectory()) throw new TransportError(`${folder} is not a folder; choose another socket path.`);
  if (isForeign(stats))
    throw unsafe(folder, `belongs to another user (uid ${stats.uid})`, 'use a folder that belongs to you');
  if (isOpenToAll(stats)) throw unsafe(folder, 'is writable by every user', 'remove that permission (chmod o-w)');
}

/**
 * Checks a folder that this transport created: not a symbolic link, owned by this user, mode 0700.
 *
 * @throws {@link TransportError} `UNSAFE_FOLDER`; the system's error when there is no such folder.
 */
export function assertPrivateFolder(folder: string): void {
  const stats = lstatSync(folder);
  if (isPrivateFolder(stats)) return;
  const cure = 'delete it, or set XDG_RUNTIME_DIR or TMPDIR to a folder of your own';
  if (!stats.isDirectory()) throw unsafe(folder, 'is not a folder', cure);
  if (!isOwn(stats)) throw unsafe(folder, `belongs to another user (uid ${stats.uid})`, cure);
  throw unsafe(folder, `has mode ${modeOf(stats)}, not 700`, cure);
}

/**
 * Checks that the file at `path` is a socket of this user or of root.
 *
 * @returns `false` when there is no such file
 * @throws {@link TransportError} `UNSAFE_FOLDER` when it belongs to another user, `TRANSPORT` when it is not a socket.
 */
export function assertOwnSocket(path: string): boolean {
  const stats = lstatIfPresent(path);
  if (stats === undefined) return false;
  if (!stats.isSocket()) {
    throw new TransportError(`${path} exists and is not a socket; choose another path or remove it.`);
  }
  if (isForeign(stats)) {
    throw unsafe(path, `belongs to another user (uid ${stats.uid})`, 'use a socket path in a folder of your own');
  }
  return true;
}

function lstatIfPresent(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function unsafe(path: string, fault: string, cure: string): TransportError {
  return new TransportError(`${path} ${fault}, so a socket there could belong to another user; ${cure}.`, {
    code: 'UNSAFE_FOLDER',
  });
}
