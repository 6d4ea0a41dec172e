import { fileURLToPath } from 'node:url';
import { UActorError } from './errors.ts';
import { escapeControls, framesOf, guarded, headline } from './error-text.ts';

const INDENT = '    ';

/** How the line above the frames of another process begins. */
const ELSEWHERE = `${INDENT}--- in `;

/** Frames that tell a caller nothing: this library's, as URL and as path, and those of Node.js itself. */
const INTERNAL_PLACES = [new URL('.', import.meta.url).href, fileURLToPath(new URL('.', import.meta.url)), '(node:'];

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
 * V8 finds the frames of whoever awaits a promise by following the promise that the running async function will settle.
 * It is linked to the caller's promise two microtasks after the caller's promise was resolved with it, and the caller's
 * `await` is reached through that link: hence three turns before the frames are taken.
 */
async function failLater(reason: unknown): Promise<never> {
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  if (reason instanceof Error) addLocalFrames(reason, localFrames());
  throw reason;
}

/** The frames that wait for {@link failLater}, which must be running; its own and what lies above it are left out. */
function localFrames(): readonly string[] {
  const holder: { stack?: unknown } = {};
  // Formatting the frames runs `Error.prepareStackTrace`, which is anybody's code.
  const stack = guarded(() => {
    Error.captureStackTrace(holder, failLater);
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
  const lines = [headline(error.name, message), ...local, ...(arrived ? [frames] : [])];
  // A frozen error keeps the stack it has.
  Reflect.defineProperty(error, 'stack', {
    value: lines.join('\n'),
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

function isInternal(line: string): boolean {
  return line === '' || INTERNAL_PLACES.some((place) => line.includes(place)) || line.includes(' node:internal');
}
