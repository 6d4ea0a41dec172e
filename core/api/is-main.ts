import { isFile } from '../declaration/is-file.ts';
import { waitsForRole } from '../runtime/self-start.ts';
import { bundle } from '../seam/bundle.ts';
import { process } from '../seam/environment.ts';

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
