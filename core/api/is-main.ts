import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { process } from '../seam/environment.ts';

/**
 * Whether a module is the program that was started, rather than imported by another one. A module that both declares an
 * actor and uses it guards the use, because the actor's process imports the module too:
 *
 * ```ts
 * if (isMain(import.meta)) await main();
 * ```
 *
 * A CommonJS module has no `import.meta`: there the guard is `if (require.main === module)`.
 */
export function isMain(meta: { readonly url: string }): boolean {
  const program = process.argv[1];
  if (program === undefined || !meta.url.startsWith('file:')) return false;
  const file = fileURLToPath(meta.url);
  return file === program || realPath(file) === realPath(program);
}

/** The path without links; Node leaves the extension off when the user did. */
function realPath(path: string): string {
  for (const candidate of [path, `${path}.js`, `${path}.mjs`, `${path}.ts`]) {
    try {
      return realpathSync(candidate);
    } catch {
      // Not that one: another extension may be the right one.
    }
  }
  return path;
}
