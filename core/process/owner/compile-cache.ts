import { lstatSync, mkdirSync } from 'node:fs';
import { process } from '../../seam/environment.ts';
import { isWrittenByOwner } from '../../seam/ownership.ts';

/**
 * The variable for the folder in which Node, from 22.1 on, keeps code that V8 compiled, so that the next process need not compile
 * it.
 */
const FOLDER = 'NODE_COMPILE_CACHE';

/** Variables with which a user requires everything to be compiled: coverage is less exact for cached code. */
const OFF = ['NODE_DISABLE_COMPILE_CACHE', 'NODE_V8_COVERAGE'];

/** Adds the compile cache to the environment of a new process, if its folder is safe. */
export function withCompileCache(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const isOff = isCachingOff(env) || env[FOLDER] !== undefined || !makeSafe(folder);
  return isOff ? env : { ...env, [FOLDER]: folder };
}

/** Whether the environment turns caches off. */
export function isCachingOff(env: NodeJS.ProcessEnv): boolean {
  return OFF.some((name) => env[name] !== undefined);
}

const OWNER_ONLY = 0o700;

/** Creates a folder that only this user can enter, unless it exists. */
function makeSafe(folder: string): boolean {
  try {
    // The umask only removes permissions from this mode.
    mkdirSync(folder, { mode: OWNER_ONLY });
  } catch {
    // The folder exists, or cannot be created: the check below decides.
  }
  return isSafeFolder(folder);
}

/** Whether a folder exists and only this user can write to it: its files are run as code. */
export function isSafeFolder(folder: string): boolean {
  if (process.platform === 'win32') return true;
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && isWrittenByOwner(found);
}

/** Removes the variable, which Node has already read: it must not affect processes that an actor starts. */
export function hideCompileCache(folder: string): void {
  if (process.env[FOLDER] === folder) delete process.env[FOLDER];
}
