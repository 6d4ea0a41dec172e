import { process } from '../../seam/environment.ts';

/** Where Node (from 22.1 on) keeps what V8 compiled, so that the next process need not compile it again. */
const FOLDER = 'NODE_COMPILE_CACHE';

/** A user who set one of these has decided otherwise, or measures coverage, which the cache makes less exact. */
const DECIDED = [FOLDER, 'NODE_DISABLE_COMPILE_CACHE', 'NODE_V8_COVERAGE'];

/** The environment of a process that is to start faster than the first one did; Node makes the folder, if it can. */
export function withCompileCache(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  return DECIDED.some((name) => env[name] !== undefined) ? env : { ...env, [FOLDER]: folder };
}

/** Node has read the variable by now; the processes that an actor starts are not ours to set up. */
export function hideCompileCache(folder: string): void {
  if (process.env[FOLDER] === folder) delete process.env[FOLDER];
}
