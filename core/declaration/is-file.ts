import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Whether a module's URL leads to the file from which a program was started. */
export function isFile(url: string, program: string): boolean {
  if (!url.startsWith('file:')) return false;
  const file = fileURLToPath(url);
  return file === program || realPath(file) === realPath(program);
}

/** Resolves links in a path. Tries extensions, because Node lets the user omit them. */
function realPath(path: string): string {
  for (const candidate of [path, `${path}.js`, `${path}.mjs`, `${path}.ts`]) {
    try {
      return realpathSync(candidate);
    } catch {
      // Not this one: another extension may exist.
    }
  }
  return path;
}
