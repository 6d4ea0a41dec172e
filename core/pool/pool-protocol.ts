import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { misuse } from '../seam/errors.ts';

/** The one method that a worker answers to: `run(name, argumentLists, authkey, initArgs)`. It replaces the library's, which runs any code. */
export const RUN = 'run';

/** What a worker answers: the results up to the first error, if there was one. */
export interface ChunkReply {
  readonly values: readonly Uint8Array[];
  readonly error: Uint8Array | undefined;
  /** The worker is new and has run nothing: it asks for the arguments of its initializer. */
  readonly isNew: boolean;
}

/** What a worker says while it runs: first its process id, then what its tasks report. */
export type WorkerEvent = { readonly pid: number } | { readonly index: number; readonly value: Uint8Array };

/** @throws `TypeError` for what is no reply. */
export function checkedReply(reply: unknown): ChunkReply {
  if (typeof reply === 'object' && reply !== null && 'values' in reply && 'error' in reply) {
    const { values, error } = reply;
    const isNew = 'isNew' in reply && reply.isNew === true;
    if (areChunks(values) && (error === undefined || error instanceof Uint8Array)) return { values, error, isNew };
  }
  throw new TypeError("a pool's worker answered with something else than results");
}

/** Whether this is something that a worker says while it runs. */
export function isWorkerEvent(event: unknown): event is WorkerEvent {
  if (typeof event !== 'object' || event === null) return false;
  if ('pid' in event) return typeof event.pid === 'number';
  return 'index' in event && typeof event.index === 'number' && 'value' in event && event.value instanceof Uint8Array;
}

/** Whether this is a list of encoded values. */
export function areChunks(value: unknown): value is readonly Uint8Array[] {
  return Array.isArray(value) && value.every((each) => each instanceof Uint8Array);
}

/**
 * The URL of a module that workers import.
 *
 * @throws `TypeError` for what another process cannot find.
 */
export function taskModuleUrl(module: unknown): string {
  const text = module instanceof URL ? module.href : module;
  if (typeof text === 'string') {
    if (text.startsWith('file:')) return text;
    if (isAbsolute(text)) return pathToFileURL(text).href;
  }
  throw misuse(
    `Pool: module is ${JSON.stringify(text)}, which a worker cannot find: it must be a file: URL, such as ` +
      "new URL('./tasks.js', import.meta.url), or an absolute path",
  );
}
