/**
 * The call that this process answers at present, for its method; and whether the method of a call that failed has run, by marks on the
 * error.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Executed, UActorError } from '../seam/errors.ts';

/**
 * Whether functions wrap this process's calls, or those of peers: contexts, interceptors, or call tracking. Fields, because every
 * call reads them.
 */
export const hooks: { outgoing: boolean; incoming: boolean } = { outgoing: false, incoming: false };

/** The call whose method is running, from {@link currentCall}. */
export interface CurrentCall {
  /**
   * A signal that aborts when the caller no longer wants the result: its deadline passed, its signal aborted, or its process is
   * gone.
   */
  readonly signal: AbortSignal;
  /** The identity of the calling process; each process, and each restart of one, has a different identity. */
  readonly caller: string;
  /**
   * For a named actor of a cluster, the number of its present life, as `<storage>.<number>`: later lives of the name have larger
   * numbers while the storage is the same. Otherwise `undefined`. Send it with writes to another store, so that the store can
   * distinguish an earlier life, still running a method, from its successor.
   */
  readonly epoch: string | undefined;
}

/** The session of a call. Several sessions may lead to one process. */
export interface CallerSession {
  /** The identity of the process. */
  readonly instance: string;
  /** Calls `listener` when the session ends; at once if it has ended. Returns a function that removes the listener. */
  onEnd(listener: () => void): () => void;
}

/** Further details of a call for the library. */
export interface RunningCall extends CurrentCall {
  /** `undefined` for a call from within the process. */
  readonly session: CallerSession | undefined;
  /** Called with the reason when the method's result cannot be sent. */
  unsent?: ((reason: unknown) => void) | undefined;
}

/** The running call, or a function that creates its object when the method asks for it. */
interface Answering {
  readonly current: RunningCall;
}

const running: { by: Answering | undefined } = { by: undefined };

/** Propagates the call through every `await`, after {@link trackCalls} was called. */
let tracker: AsyncLocalStorage<Answering> | undefined;

/**
 * Makes {@link currentCall} available in everything that a method does, through every `await`, and makes calls of a method end
 * with the call that it answers: when its deadline passes, or its signal aborts. `callOptions(proxy, { inherit: false })`
 * excludes a call.
 *
 * Call it while the actor's module loads. Before Node.js 24 it slows down each call and each promise of the process; from 24 on, only
 * each call, a little. See `docs/observability.md`.
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

/** Returns the signal of the running method's call, if calls are tracked. */
export function trackedSignal(): AbortSignal | undefined {
  return tracker?.getStore()?.current.signal;
}

/**
 * Returns the call whose method is running. It is available until the method's first `await`, so take it at the start; after
 * {@link trackCalls}, it is available throughout.
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
    'currentCall() only works in a method that was called through a proxy, before its first await: ' +
      'call it in the first line of the method and keep the result in a variable, or call trackCalls() when the module is loaded',
  );
}

/** Returns the session of the running method's call; `undefined` for a call within the process. */
export function callingSession(): CallerSession | undefined {
  return running.by?.current.session;
}

/** Returns the signal of the running method's call; `undefined` outside of one. */
export function callingSignal(): AbortSignal | undefined {
  return running.by?.current.signal;
}

/**
 * Calls `undo` with the reason if the running method's result cannot be sent. Results of calls within the process are not sent.
 */
export function ifUnsent(undo: (reason: unknown) => void): void {
  const call = running.by?.current;
  if (call?.session) call.unsent = undo;
}

/** Runs `body` with `call` as the current call. */
export function answering<T>(call: Answering, body: () => T): T {
  const outer = beginAnswering(call);
  try {
    return tracker === undefined ? body() : tracker.run(call, body);
  } finally {
    endAnswering(outer);
  }
}

/** Like {@link answering}, without a closure for the body. Returns the value for {@link endAnswering}. */
export function beginAnswering(call: Answering): Answering | undefined {
  const outer = running.by;
  running.by = call;
  return outer;
}

export function endAnswering(outer: Answering | undefined): void {
  running.by = outer;
}

const refusals = new WeakSet<object>();
const passedOn = new WeakSet<object>();

/** Sets on an error whether the call that it ends has run, replacing the value of a call that the method made. */
export function endingWith(error: unknown, executed: Executed): unknown {
  if (error instanceof UActorError) Reflect.set(error, 'executed', executed);
  return error;
}

/**
 * Returns whether the method of a call that ended with `error` ran. Asked once per call, because it removes the mark of a refusal. A
 * method that makes a call, is refused, and throws that same error has run itself.
 *
 * @param isRelayed - Whether the call was passed on to another process, where it may not have arrived.
 */
export function executedWith(error: unknown, isRelayed: boolean): Executed {
  if (typeof error === 'object' && error !== null && refusals.delete(error)) return 'no';
  return error instanceof UActorError && (isRelayed || passedOn.has(error)) ? error.executed : 'yes';
}

/** Marks an error as thrown before any code of the object could run. */
export function refused<Refusal>(error: Refusal): Refusal {
  if (typeof error === 'object' && error !== null) refusals.add(error);
  return error;
}

/**
 * Marks an error about work that this process passed on to another one. The caller then receives the error's own `executed`,
 * rather than that of the local method, which has run in any case.
 */
export function markPassedOn(error: unknown): void {
  if (error instanceof UActorError) passedOn.add(error);
}

/** Whether a result is awaited before it is sent. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
