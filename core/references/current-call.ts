import { AsyncLocalStorage } from 'node:async_hooks';
import { UActorError } from '../seam/errors.ts';
import { hooks } from './hooks.ts';

/** The call that a method is answering, from {@link currentCall}. */
export interface CurrentCall {
  /** Aborts when the caller no longer wants the result: its deadline passed, its signal aborted, or its process is gone. */
  readonly signal: AbortSignal;
  /** The identity of the process that called; a different one for every process, and for every life of it. */
  readonly caller: string;
  /**
   * For a named actor of a cluster, which of its lives this is, as `<storage>.<number>`: later lives of the name have larger numbers while
   * the storage is the same. What the method writes elsewhere can carry it, so that an earlier life that is still in the middle of a method
   * is told from its successor. Otherwise `undefined`.
   */
  readonly epoch: string | undefined;
}

/** The session that a call came over. Several sessions may lead to one process. */
export interface CallerSession {
  /** The identity of the process. */
  readonly instance: string;
  /** Has `listener` called when the session ends; at once when it has. Returns what calls that off. */
  onEnd(listener: () => void): () => void;
}

/** What the library itself knows of a call besides. */
export interface RunningCall extends CurrentCall {
  /** `undefined` for a call from within the process. */
  readonly session: CallerSession | undefined;
  /** Called when the result of the method cannot be sent, with the reason. */
  unsent?: ((reason: unknown) => void) | undefined;
}

/** What answers a call: the call, or what makes an object of it when the running method asks for one. */
interface Answering {
  readonly current: RunningCall;
}

const running: { by: Answering | undefined } = { by: undefined };

/** Knows the call through every `await`, once {@link trackCalls} was called. */
let tracker: AsyncLocalStorage<Answering> | undefined;

/**
 * From now on {@link currentCall} is known in all that a method does, through every `await`, and calls that a method makes end with the one
 * that it answers: when its deadline passes, or its signal aborts. `callOptions(proxy, { inherit: false })` makes calls that do not.
 *
 * To be called as the module of the actor is loaded. It costs each call and each promise of the process something before Node.js 24, and
 * each call a little from then on; see `docs/observability.md`.
 *
 * @example
 * trackCalls();
 */
export function trackCalls(): void {
  tracker ??= new AsyncLocalStorage();
  hooks.outgoing = true;
  hooks.incoming = true;
}

/** Whether {@link trackCalls} was called. */
export function trackingCalls(): boolean {
  return tracker !== undefined;
}

/** The signal of the call that is being answered, where calls are tracked. */
export function trackedSignal(): AbortSignal | undefined {
  return tracker?.getStore()?.current.signal;
}

/**
 * The call that the running method answers. It is known until the method's first `await`, so take it at the start; through every
 * `await` where {@link trackCalls} was called.
 *
 * @throws {@link UActorError} `INVALID_STATE` outside a method that another process called, or after its first `await`.
 * @example
 * class Fetcher extends Actor {
 *   static override readonly module = import.meta.url;
 *   async download(url: string): Promise<string> {
 *     const { signal } = currentCall();
 *     return await (await fetch(url, { signal })).text();
 *   }
 * }
 */
export function currentCall(): CurrentCall {
  const answered = running.by ?? tracker?.getStore();
  if (answered) return answered.current;
  throw new UActorError(
    'currentCall() is only known in a method that a proxy called, before its first await: ' +
      'take it in the first line of the method and keep it in a variable, or call trackCalls() as the module is loaded',
  );
}

/** The session that the running method was called over; `undefined` for a call from within the process. */
export function callingSession(): CallerSession | undefined {
  return running.by?.current.session;
}

/** The signal of the call that is being answered; `undefined` outside of one. */
export function callingSignal(): AbortSignal | undefined {
  return running.by?.current.signal;
}

/** Has `undo` called, with the reason, if the result of the running method cannot be sent; a call from within the process sends none. */
export function ifUnsent(undo: (reason: unknown) => void): void {
  const call = running.by?.current;
  if (call?.session) call.unsent = undo;
}

/** Runs `body` as the answer to `call`. */
export function answering<T>(call: Answering, body: () => T): T {
  const outer = beginAnswering(call);
  try {
    return tracker === undefined ? body() : tracker.run(call, body);
  } finally {
    endAnswering(outer);
  }
}

/** The same without a function for the body; what this returns is for {@link endAnswering}. */
export function beginAnswering(call: Answering): Answering | undefined {
  const outer = running.by;
  running.by = call;
  return outer;
}

export function endAnswering(outer: Answering | undefined): void {
  running.by = outer;
}
