import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Actor, type DeclaresModule } from 'uactor';

/** Creates a class whose module is the file at `path`, which gets that text if there is one. Its processes print nothing. */
export function brokenClass(path: string, text?: string): typeof Actor & DeclaresModule {
  if (text !== undefined) writeFileSync(path, text);
  return class Broken extends Actor {
    static override readonly module: string = pathToFileURL(path).href;
    static override readonly options = { stdio: ['ignore', 'ignore', 'ignore'] } as const;
  };
}
