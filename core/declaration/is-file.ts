import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Whether the URL of a module leads to the file that a program was started from. */
export function isFile(url: string, program: string): boolean {
  if (!url.startsWith('file:')) return false;
  const file = fileURLToPath(url);
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
