import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { misuse, UActorError } from '../core/seam/errors.ts';
import { isForeign, isOpenToAll, isReadByOthers } from '../core/seam/ownership.ts';
import { UsageError } from './usage-error.ts';

/** The variable that names the file if no option does. */
const VARIABLE = 'UACTOR_AUTHKEY_FILE';

/**
 * Reads the authkey from a file, because other programs can read command lines and environments. One line
 * end at the end of the file is not part of the key.
 *
 * @param warn - Called when other users can read the file.
 * @throws {@link UsageError} when no file was named; {@link UActorError} when it cannot be read, or another user can write it.
 */
export function readAuthkey(option: string | undefined, warn: (text: string) => void): Uint8Array {
  const path = option ?? process.env[VARIABLE];
  if (path === undefined || path === '') {
    throw new UsageError(`the authkey is missing: name its file with --authkey-file, or in the variable ${VARIABLE}`);
  }
  const contents = contentsOf(path, warn);
  const key = contents.subarray(0, contents.length - lineEndLength(contents));
  if (key.length === 0)
    throw misuse(`the file ${path} contains no authkey: write one there, for example from openssl rand -hex 32`);
  return key;
}

function contentsOf(path: string, warn: (text: string) => void): Buffer {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const stats = fstatSync(file);
    if (stats.isDirectory()) throw new Error(`${path} is a folder: name the file with the key`);
    if (process.platform !== 'win32') {
      if (isForeign(stats)) throw new Error(`the file ${path} belongs to another user (uid ${stats.uid})`);
      if (isOpenToAll(stats)) {
        // A device must keep its mode.
        const remedy = stats.isFile() ? 'run chmod 600 on it' : 'name a file of your own';
        throw new Error(`the file ${path} is writable by every user: ${remedy}`);
      }
      if (stats.isFile() && isReadByOthers(stats))
        warn(`the file ${path} is readable by other users: run chmod 600 on it`);
    }
    return readFileSync(file);
  } catch (cause) {
    throw new UActorError(`the authkey cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function lineEndLength(contents: Buffer): number {
  if (contents.at(-1) !== 0x0a) return 0;
  return contents.at(-2) === 0x0d ? 2 : 1;
}
