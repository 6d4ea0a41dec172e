import { isFile } from '../declaration/is-file.ts';
import { process } from '../seam/environment.ts';

/**
 * Whether a module is the program that was started, rather than imported by another one. A module that both declares an
 * actor and uses it guards the use, because the actor's process imports the module too.
 *
 * A CommonJS module has no `import.meta`: there the guard is `if (require.main === module)`.
 *
 * @example
 * if (isMain(import.meta)) {
 *   await using counter = await Counter.spawn();
 *   await counter.increment();
 * }
 */
export function isMain(meta: { readonly url: string }): boolean {
  const program = process.argv[1];
  return program !== undefined && isFile(meta.url, program);
}
