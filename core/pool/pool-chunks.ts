import { shownText } from '../values/error-text.ts';
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from '../seam/bundle.ts';
import { misuse } from '../seam/errors.ts';
import type { TaskOptions } from './pool-proxy.ts';
import type { Chunk } from './pool-workers.ts';
import { process } from '../seam/environment.ts';

/** Any sequence of items, one per task. */
export type Items<T = unknown> = Iterable<T> | AsyncIterable<T>;

/** @throws `TypeError` for a value that is not a function name. */
export function checkedName(name: unknown): string {
  if (typeof name === 'string') return name;
  throw misuse(`a task is given by the name of an exported function, a string; got ${typeof name}`);
}

/** Yields the chunks of a function's tasks. Their progress is reported with the task's number among all tasks. */
export async function* chunksOf(
  name: string,
  chunks: AsyncIterable<readonly unknown[]>,
  onProgress: TaskOptions['onProgress'],
  signal: AbortSignal | undefined,
): AsyncGenerator<Chunk, void, undefined> {
  const tell = onProgress && listener(onProgress);
  let first = 0;
  for await (const items of chunks) {
    const begin = first;
    first += items.length;
    const lists = items.map(argumentList);
    yield { name, lists, onProgress: tell && ((index, value) => tell(value, begin + index)), signal };
  }
}

/** Yields the items in arrays of `size`, the last one shorter. */
export async function* chunked(items: Items, size: number): AsyncGenerator<readonly unknown[], void, undefined> {
  let chunk: unknown[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Wraps each item as a list of one argument. */
export async function* each(items: Items): AsyncGenerator<readonly unknown[], void, undefined> {
  if (typeof items !== 'object' || items === null || !(Symbol.iterator in items || Symbol.asyncIterator in items)) {
    throw misuse('the items of a pool must be an array, an iterable or an async iterable');
  }
  for await (const item of items) yield [item];
}

function argumentList(list: unknown): readonly unknown[] {
  if (Array.isArray(list)) return list;
  throw misuse('the arguments of a task must be an array');
}

/** Passes progress on to the caller until the caller's function fails, or the caller is gone. */
function listener(onProgress: NonNullable<TaskOptions['onProgress']>): (value: unknown, index: number) => void {
  let failed = false;
  return (value, index) => {
    if (failed) return;
    const telling = (async (): Promise<void> => {
      await onProgress(value, index);
    })();
    telling.catch((error: unknown) => {
      failed = true;
      process.emitWarning(`The onProgress function of a Pool task failed: ${shownText(error)}`, {
        type: 'UActorWarning',
        code: 'UACTOR_PROGRESS',
      });
    });
  };
}

/**
 * Returns the URL of a module for workers to import.
 *
 * @throws `TypeError` for a module that another process cannot find.
 */
export function taskModuleUrl(module: unknown): string {
  const text = module instanceof URL ? module.href : module;
  if (typeof text === 'string') {
    if (text.startsWith('file:')) return inBundle(text);
    if (isAbsolute(text)) return inBundle(pathToFileURL(text).href);
  }
  throw misuse(
    `Pool: module is ${JSON.stringify(text)}, which a worker cannot find: it must be a file: URL, such as ` +
      "new URL('./tasks.js', import.meta.url), or an absolute path",
  );
}

/** @throws `TypeError` when the file is missing because a bundler has merged it into the program. */
function inBundle(url: string): string {
  if (bundle === undefined || existsSync(fileURLToPath(url))) return url;
  throw misuse(
    `Pool: ${fileURLToPath(url)} does not exist, and a bundler has included uactor in this program: build the module of the tasks as a separate ` +
      'file, and pass its path (docs/bundling.md)',
  );
}
