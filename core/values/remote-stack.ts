import { fileURLToPath } from 'node:url';
import { bundle } from '../seam/bundle.ts';
import { UActorError } from '../seam/errors.ts';
import { escapeControls, framesOf, guarded, headline } from './error-text.ts';

const INDENT = '    ';

/** The beginning of the line above another process's frames. */
const ELSEWHERE = `${INDENT}--- in `;

/** The sources from which the package is built: source maps name them instead of the built files. */
const SOURCES = ['core', 'serializers', 'transports', 'cluster', 'opentelemetry', 'testing'].map(
  (room) => `../${room}/`,
);

/** The places of this library's frames, as URL and as path. In a bundle, frames cannot be distinguished. */
const OWN_PLACES = (bundle === undefined ? ['.', ...SOURCES, '../bootstrap.ts', '../index.ts'] : [])
  .map((folder) => new URL(folder, import.meta.url))
  .flatMap((folder) => [folder.href, fileURLToPath(folder)]);

/** The maximum number of this library's frames between the beginning of a call and the point where it can fail synchronously. */
const CALL_DEPTH = 40;

/**
 * Returns the `stack` of an error that arrived from another process: the headline, a line that says where it comes from, and its
 * frames there. {@link rejectWithCallerStack} inserts this process's frames above that line.
 *
 * @param frames The lines of the received stack below its headline; control characters are escaped.
 * @param origin The origin of the error: `actor process of Counter (pid 4711)`.
 */
export function remoteStack(name: string, message: string, frames: string, origin: string): string {
  const below = frames === '' ? '' : `\n${escapeControls(frames)}`;
  return `${headline(name, message)}\n${ELSEWHERE}${escapeControls(origin)} ---${below}`;
}

/**
 * Removes this library's frames from an error's stack, because they do not help the author of a method. A stack without other
 * frames stays complete, unless the error is one of this library, whose message says everything.
 */
export function usefulFrames(error: Error, frames: string): string {
  const lines = frames.split('\n');
  const useful = lines.filter((line) => !isOwn(line));
  if (useful.some((line) => line.startsWith(`${INDENT}at `))) return useful.join('\n');
  return error instanceof UActorError ? '' : frames;
}

/** Whether an error was created by code that belongs neither to Node nor to this library. */
export function hasForeignFrames(error: Error): boolean {
  const lines = framesOf(error.stack ?? '', error.message).split('\n');
  // `at async Promise.all (index 0)` belongs to no file.
  return lines.some((line) => line.startsWith(`${INDENT}at `) && /[\\/]/.test(line) && !isInternal(line));
}

/** Removes the library's frames from its own error before a function of the library throws it. */
export function withoutOwnFrames(error: unknown): unknown {
  if (!(error instanceof UActorError) || typeof error.stack !== 'string') return error;
  const frames = framesOf(error.stack, error.message).split('\n');
  setStack(error, [headline(error.name, error.message), ...frames.filter((line) => !isInternal(line))]);
  return error;
}

/** Replaces the frames of a library error that is thrown during a call with those of the caller. */
export function withCallerFrames(error: unknown): unknown {
  if (!(error instanceof UActorError)) return error;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = CALL_DEPTH + stackTraceLimit;
  const frames = localFrames(withCallerFrames);
  Error.stackTraceLimit = stackTraceLimit;
  if (typeof error.stack === 'string') addLocalFrames(error, frames.slice(0, stackTraceLimit));
  return error;
}

/**
 * Rejects a promise that a caller awaits, with a stack that shows the caller's own asynchronous frames, above those of the remote
 * process. A successful call has no cost.
 *
 * - An error from another process ({@link remoteStack}) gets the caller's frames between headline and remote frames.
 * - An error of this library that was created by a timer or a socket, so that it has no frame of the caller, gets the caller's
 *   frames instead of its own.
 * - Any other value stays unchanged; it may be the caller's own object (the reason of an `AbortSignal`).
 *
 * The promise rejects a few microtasks later, within the same turn of the event loop. Where V8 links no frames (the promise is
 * not awaited, or stack traces are switched off or formatted by other code) the stack stays unchanged.
 *
 * @param resolve The function that settles the promise: the one passed to its executor, or one that calls it.
 */
export function rejectWithCallerStack(resolve: (outcome: Promise<never>) => void, error: unknown): void {
  resolve(failLater(error));
}

/**
 * V8 finds the frames of awaiting code by following the promise that the running async function will settle. That promise is
 * linked to the caller's promise two microtasks after the caller's promise was resolved with it, and the link leads to the
 * caller's `await`: hence three turns before the frames are captured.
 */
async function failLater(reason: unknown): Promise<never> {
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  if (reason instanceof Error) addLocalFrames(reason, localFrames(failLater));
  throw reason;
}

/** Returns the frames that call, or await, `running`, without its own and those above. */
function localFrames(running: (error: never) => unknown): readonly string[] {
  const holder: { stack?: unknown } = {};
  // Formatting the frames runs `Error.prepareStackTrace`, which may be foreign code.
  const stack = guarded(() => {
    Error.captureStackTrace(holder, running);
    return holder.stack;
  }, undefined);
  if (typeof stack !== 'string') return [];
  // Not `at async `: tools that map frames to sources omit it. The frames that ran the microtask all belong to Node.
  return stack.split('\n').filter((line) => line.startsWith(`${INDENT}at `) && !isInternal(line));
}

function addLocalFrames(error: Error, local: readonly string[]): void {
  if (local.length === 0) return;
  const { stack, message } = error;
  if (typeof stack !== 'string') return;
  const frames = framesOf(stack, message);
  const arrived = frames.startsWith(ELSEWHERE);
  if (!arrived && !(error instanceof UActorError && frames.split('\n').every(isInternal))) return;
  setStack(error, [headline(error.name, message), ...local, ...(arrived ? [frames] : [])]);
}

function setStack(error: Error, lines: readonly string[]): void {
  // A frozen error keeps its stack.
  Reflect.defineProperty(error, 'stack', {
    value: lines.join('\n'),
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

function isInternal(line: string): boolean {
  return line === '' || isOwn(line) || line.includes('(node:') || line.includes(' node:internal');
}

function isOwn(line: string): boolean {
  return OWN_PLACES.some((place) => line.includes(place));
}
