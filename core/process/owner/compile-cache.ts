import { lstatSync, mkdirSync } from 'node:fs';
import { process } from '../../seam/environment.ts';
import { isWrittenByOwner } from '../../seam/ownership.ts';

/** Where Node (from 22.1 on) keeps what V8 compiled, so that the next process need not compile it again. */
const FOLDER = 'NODE_COMPILE_CACHE';

/** A user who set one of these wants everything compiled: coverage is less exact for code out of a cache. */
const OFF = ['NODE_DISABLE_COMPILE_CACHE', 'NODE_V8_COVERAGE'];

/** The environment of a process that is to start faster than the first one did, if its folder is safe. */
export function withCompileCache(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const isOff = isCachingOff(env) || env[FOLDER] !== undefined || !makeSafe(folder);
  return isOff ? env : { ...env, [FOLDER]: folder };
}

/** Whether no code is to come out of a cache. */
export function isCachingOff(env: NodeJS.ProcessEnv): boolean {
  return OFF.some((name) => env[name] !== undefined);
}

const OWNER_ONLY = 0o700;

/** Creates a folder that only this user can enter, unless it exists. */
function makeSafe(folder: string): boolean {
  try {
    // The umask takes its part of the mode, and never adds to it.
    mkdirSync(folder, { mode: OWNER_ONLY });
  } catch {
    // It is there already, or cannot be made: what is found below decides.
  }
  return isSafeFolder(folder);
}

/** Whether a folder is there, and only this user can have written into it: its files are run as code. */
export function isSafeFolder(folder: string): boolean {
  if (process.platform === 'win32') return true;
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && isWrittenByOwner(found);
}

/** Node has read the variable by now; the processes that an actor starts are not ours to set up. */
export function hideCompileCache(folder: string): void {
  if (process.env[FOLDER] === folder) delete process.env[FOLDER];
}
