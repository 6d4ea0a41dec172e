import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  type Stats,
  statSync,
  symlinkSync,
} from 'node:fs';
import { lstat, readdir, readlink, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { process, randomBytes } from '../../core/seam/environment.ts';
import { TransportError } from '../../core/seam/errors.ts';
import { isForeign, isOpenToAll, isOwn, isPrivateFolder, modeOf, startOf } from '../../core/seam/ownership.ts';
import { limitReached, systemErrorCode } from '../../core/seam/system-errors.ts';
import type { PrivateAddress } from '../../core/seam/transport.ts';
import { fits, formatAddress } from './address.ts';

/** The beginning of the names of this transport's own folders; `mkdtemp` adds six characters. */
const PRIVATE_FOLDER_PREFIX = 'uactor-';

const PRIVATE_FOLDER_NAME = /^uactor-[A-Za-z0-9]{6}$/;

/** Whether a folder name is one that this transport creates. */
function isPrivateFolderName(name: string): boolean {
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
function assertPrivateFolder(folder: string): void {
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

/** 96 random bits, 16 characters in base64: unguessable, and short enough for a socket path. */
const NAME_BYTES = 12;

/** The number of characters that `mkdtemp` adds to a prefix. */
const RANDOM_CHARACTERS = 6;

/**
 * A link in the folder that names its owner: if an owner and its guardian are both killed, the folder remains. Unlike a file, a
 * link is created with its content in one step.
 */
const OWNER = 'owner';

/**
 * How long a folder may have no owner link, in milliseconds. An owner creates the link right after the folder, so after this time
 * it was killed in between.
 */
const UNCLAIMED_MS = 60_000;

/**
 * The folder for the sockets of actors without a given address: a single folder that only this user can enter, created with the
 * first socket and removed with the last. Windows needs none, because pipes have their own name space.
 */
export class PrivateFolder {
  #folder: string | undefined;
  readonly #sockets = new Set<string>();

  /**
   * Returns a new address in the folder.
   *
   * @throws {@link TransportError} `UNSAFE_FOLDER` when neither `XDG_RUNTIME_DIR`, the folder for temporary files nor `/tmp` can
   * contain it safely.
   */
  reserve(): PrivateAddress {
    const name = randomBytes(NAME_BYTES).toString('base64url');
    if (process.platform === 'win32') {
      const address = formatAddress(`\\\\.\\pipe\\${PRIVATE_FOLDER_PREFIX}${name}`);
      return { address, folder: undefined, discard: () => undefined };
    }
    const folder = this.#ready();
    const path = join(folder, name);
    this.#sockets.add(path);
    return { address: formatAddress(path), folder, discard: () => this.#discard(path, folder) };
  }

  #ready(): string {
    if (this.#folder !== undefined && isIntact(this.#folder)) return this.#folder;
    this.#folder = makeFolder();
    return this.#folder;
  }

  #discard(path: string, folder: string): void {
    if (!this.#sockets.delete(path)) return;
    // Deleting in a folder that other users can change might follow their links.
    if (!isIntact(folder)) return;
    rmSync(path, { force: true });
    for (const other of this.#sockets) if (other.startsWith(`${folder}/`)) return;
    // An actor that was killed while it began to listen leaves a temporary name next to its own.
    rmSync(folder, { recursive: true, force: true });
    if (this.#folder === folder) this.#folder = undefined;
  }
}

/** Whether the folder exists and belongs only to this user: temporary files may be cleaned up, and modes may change. */
function isIntact(folder: string): boolean {
  try {
    assertPrivateFolder(folder);
    return true;
  } catch (error) {
    if (error instanceof TransportError || systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function makeFolder(): string {
  const faults: unknown[] = [];
  for (const base of candidates()) {
    try {
      return makeFolderIn(base);
    } catch (error) {
      faults.push(error);
    }
  }
  const reasons = faults.map((fault) => (fault instanceof Error ? fault.message : String(fault)));
  const limit = faults.some(isDenied)
    ? `Node's permission model forbids it: add --allow-fs-write=${join(tmpdir(), PRIVATE_FOLDER_PREFIX)}* and --allow-fs-read=${tmpdir()} to Node's flags`
    : faults.map(limitReached).find((found) => found !== undefined);
  if (limit !== undefined) {
    throw new TransportError(`No folder can be made for the sockets of actors: ${limit} (${reasons.join('; ')}).`, {
      cause: faults[0],
    });
  }
  throw new TransportError(
    `No safe folder can be made for the sockets of actors (${reasons.join('; ')}); ` +
      'set XDG_RUNTIME_DIR to a short path that only this user can enter, or give the actor an address.',
    { code: 'UNSAFE_FOLDER', cause: faults[0] },
  );
}

function candidates(): Set<string> {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const bases = runtime !== undefined && isAbsolute(runtime) && isPrivate(runtime) ? [runtime] : [];
  return new Set([...bases, tmpdir(), '/tmp']);
}

/** Checks the rules for `XDG_RUNTIME_DIR`. Its specification requires that other folders are ignored. */
function isPrivate(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats !== undefined && isPrivateFolder(stats);
}

function makeFolderIn(base: string): string {
  const real = realpathSync(base);
  const folderName = PRIVATE_FOLDER_PREFIX + 'x'.repeat(RANDOM_CHARACTERS);
  const longest = join(real, folderName, 'x'.repeat(Math.ceil((NAME_BYTES * 4) / 3)));
  if (!fits(longest)) throw new TransportError(`${base} is too long for a socket path`);
  if (isOpenToAll(statSync(real))) throw new TransportError(`${base} is writable by every user and has no sticky bit`);
  const folder = mkdtempSync(join(real, PRIVATE_FOLDER_PREFIX));
  try {
    // The umask may have removed permissions.
    chmodSync(folder, 0o700);
    assertPrivateFolder(folder);
    claimFolder(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  void sweepBeside(folder);
  return folder;
}

/**
 * Creates the link that names the folder's owner. If Node's permission model forbids links, only the guardian removes the folder.
 */
function claimFolder(folder: string): void {
  try {
    symlinkSync(ownerText(process.pid), join(folder, OWNER));
  } catch (error) {
    if (!isDenied(error)) throw error;
  }
}

/** Whether Node's permission model refused something. */
function isDenied(error: unknown): boolean {
  return systemErrorCode(error) === 'ERR_ACCESS_DENIED';
}

/**
 * Removes, in the background, folders next to a new one that ended processes left behind. The next program retries those that
 * cannot be removed.
 */
async function sweepBeside(fresh: string): Promise<void> {
  const base = dirname(fresh);
  // The clock of that file system, like the times of the other folders.
  const now = await lstat(fresh).catch(() => undefined);
  const names = await readdir(base).catch(() => []);
  if (now === undefined) return;
  for (const name of names) {
    // Another program may clean up at the same time.
    if (isPrivateFolderName(name)) await sweep(join(base, name), now.mtimeMs).catch(() => undefined);
  }
}

async function sweep(folder: string, nowMs: number): Promise<void> {
  const stats = await lstat(folder);
  if (!isPrivateFolder(stats)) return;
  const owner = await ownerOf(folder);
  if (owner !== undefined) {
    if (isGone(owner)) await rm(folder, { recursive: true, force: true });
  } else if (nowMs - stats.mtimeMs > UNCLAIMED_MS) {
    // Fails if the folder is not empty.
    await rmdir(folder);
  }
}

async function ownerOf(folder: string): Promise<string | undefined> {
  try {
    return await readlink(join(folder, OWNER));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Returns the owner's text: process id, start time, and process name space, because containers that share a folder see other ids.
 */
function ownerText(pid: number): string {
  return [pid, startOf(pid), nameSpace()].join(' ');
}

function isGone(owner: string): boolean {
  const [pid = '', , space] = owner.split(' ');
  if (!/^\d+$/.test(pid) || space !== nameSpace()) return false;
  return ownerText(Number(pid)) !== owner || !isThere(Number(pid));
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemErrorCode(error) !== 'ESRCH';
  }
}

function nameSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    // The system has no name spaces.
    return '';
  }
}
