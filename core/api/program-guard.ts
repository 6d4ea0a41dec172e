import { isFile } from '../declaration/is-file.ts';
import { waitsForRole } from '../runtime/self-start.ts';
import { bundle } from '../seam/bundle.ts';
import { process } from '../seam/environment.ts';
import { Runtime } from '../runtime/runtime.ts';

/**
 * Whether a module is the program that was started, rather than imported by another one. A module that both declares an
 * actor and uses it guards the use, because the actor's process imports the module too.
 *
 * In a bundled program, every module in the program's file counts as the program.
 *
 * A CommonJS module has no `import.meta`: there the guard is `if (require.main === module)`.
 *
 * @example
 * if (isMain(import.meta)) {
 *   await using counter = await Counter.spawn();
 *   await counter.increment();
 * }
 */
export function isMain(meta: { readonly url?: string | undefined }): boolean {
  const program = process.argv[1];
  if (program === undefined || waitsForRole()) return false;
  // A bundler may put another URL there, or `undefined`.
  return [meta.url, bundle].some((url) => url !== undefined && isFile(url, program));
}

/**
 * Whether this process was started for an actor. Use it to guard the main part of a bundled program, because the whole program
 * runs again in the process of each of its actors. Also use it in a module that declares both an actor and its tests.
 *
 * @example
 * registerActor(Counter);
 * if (!isActorProcess()) {
 *   await using counter = await Counter.spawn();
 *   await counter.increment();
 * }
 */
export function isActorProcess(): boolean {
  return waitsForRole() || Runtime.current.role?.ancestry !== undefined;
}
