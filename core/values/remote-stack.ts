import { fileURLToPath } from 'node:url';
import { bundle } from '../seam/bundle.ts';
import { UActorError } from '../seam/errors.ts';
import { escapeControls, framesOf, guarded, headline } from './error-text.ts';

const INDENT = '    ';

/** How the line above the frames of another process begins. */
const ELSEWHERE = `${INDENT}--- in `;

/** Where this library's frames are, as URL and as path: its entry lies above, beside the tests and the user's modules. In a bundle they are not told apart. */
const OWN_PLACES = (bundle === undefined ? ['.', '../serializers/', '../transports/'] : [])
  .map((folder) => new URL(folder, import.meta.url))
  .flatMap((folder) => [folder.href, fileURLToPath(folder)]);

/** At most so many frames of this library stand between a call's beginning and where it can fail at once. */
const CALL_DEPTH = 40;

/**
 * The `stack` of an error that arrived from another process: the headline, a line that says where it comes from, and the
 * frames it had there. {@link rejectWithCallerStack} puts this process's frames above that line.
 *
 * @param frames The lines of the stack below its headline, as they arrived; control characters are made visible.
 * @param origin Where the error comes from: `actor process of Counter (pid 4711)`.
 */
export function remoteStack(name: string, message: string, frames: string, origin: string): string {
  const below = frames === '' ? '' : `\n${escapeControls(frames)}`;
  return `${headline(name, message)}\n${ELSEWHERE}${escapeControls(origin)} ---${below}`;
}

/**
 * The frames of an error's stack without those of this library, which tell the author of a method nothing. A stack that has no
 * other ones stays whole, unless the error is one of this library, whose message says it all.
 */
export function usefulFrames(error: Error, frames: string): string {
  const lines = frames.split('\n');
  const useful = lines.filter((line) => !isOwn(line));
  if (useful.some((line) => line.startsWith(`${INDENT}at `))) return useful.join('\n');
  return error instanceof UActorError ? '' : frames;
}

/** Whether an error was made by code that is neither Node's nor this library's. */
export function hasForeignFrames(error: Error): boolean {
  const lines = framesOf(error.stack ?? '', error.message).split('\n');
  // `at async Promise.all (index 0)` is nobody's.
  return lines.some((line) => line.startsWith(`${INDENT}at `) && /[\\/]/.test(line) && !isInternal(line));
}

/** Leaves the frames of this library out of an error of its own that a verb of the library throws. */
export function withoutOwnFrames(error: unknown): unknown {
  if (!(error instanceof UActorError) || typeof error.stack !== 'string') return error;
  const frames = framesOf(error.stack, error.message).split('\n');
  setStack(error, [headline(error.name, error.message), ...frames.filter((line) => !isInternal(line))]);
  return error;
}

/** Gives an error of this library that is thrown in the middle of a call the frames of the caller. */
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
 * Rejects a promise that a caller waits for, with a stack that shows the caller's own asynchronous frames: those of the
 * remote process follow below them. A call that succeeds pays nothing for it.
 *
 * - An error from another process ({@link remoteStack}) gets the caller's frames between headline and remote frames.
 * - An error of this library that was made by a timer or a socket, so that none of its frames is the caller's, gets the
 *   caller's frames instead of its own.
 * - Whatever else is thrown stays as it is; it may be the caller's own object (the reason of an `AbortSignal`).
 *
 * The promise rejects a few microtasks later, within the same turn of the event loop. Where V8 links no frames (the
 * promise is not awaited, stack traces are switched off or formatted by somebody else) the stack stays as it was.
 *
 * @param resolve The function that settles the promise: the one handed to its executor, or one that calls it.
 */
export function rejectWithCallerStack(resolve: (outcome: Promise<never>) => void, error: unknown): void {
  resolve(failLater(error));
}

/**
 * V8 finds the frames of the code that awaits a promise by following the promise that the running async function will settle.
 * It is linked to the caller's promise two microtasks after the caller's promise was resolved with it, and the caller's
 * `await` is reached through that link: hence three turns before the frames are taken.
 */
async function failLater(reason: unknown): Promise<never> {
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  if (reason instanceof Error) addLocalFrames(reason, localFrames(failLater));
  throw reason;
}

/** The frames that call, or wait for, `running`; its own and what lies above it are left out. */
function localFrames(running: (error: never) => unknown): readonly string[] {
  const holder: { stack?: unknown } = {};
  // Formatting the frames runs `Error.prepareStackTrace`, which is anybody's code.
  const stack = guarded(() => {
    Error.captureStackTrace(holder, running);
    return holder.stack;
  }, undefined);
  if (typeof stack !== 'string') return [];
  // Not `at async `: tools that map frames to sources write them without it. What ran the microtask is all Node's own.
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
  // A frozen error keeps the stack it has.
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
