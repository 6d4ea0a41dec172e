import type { ExposedMembers } from '../declaration/typeid-table.ts';
import { callingSession, currentCall, type CallerSession } from '../references/current-call.ts';

/**
 * Registers a listener for the end of a caller, called at once if it has already ended. Returns a function that removes the
 * listener.
 */
export type OnGone = (listener: (reason: unknown) => void) => () => void;

/** The caller of a shared object's method: a client over one session, or this process itself. */
export interface Caller {
  /** The session over which the call came; `undefined` within this process. */
  readonly session: CallerSession | undefined;
  /**
   * The holder of everything that the call acquires: the session, which a client cannot choose, or this process. The instance
   * that a client claims is irrelevant for what it may release.
   */
  readonly holder: object;
  /** Registers a listener for when the call's result is no longer wanted. */
  readonly onGone: OnGone;
}

/** This process itself, which waits as long as it lives. */
const HERE: Caller = Object.freeze({
  session: undefined,
  holder: Object.freeze({}),
  onGone: () => () => undefined,
});

/** The caller of the running method of a shared object; like the current call, it is known until the first await. */
const running: { caller: Caller } = { caller: HERE };

/**
 * Returns the caller of the running method of a shared object. An actor that uses its own object directly counts as this process,
 * even during a client's call: only {@link throughProxies} makes the client the caller.
 */
export function currentCaller(): Caller {
  return running.caller;
}

/** Returns the same caller for an acquisition that outlives the call: it ends with its session. */
export function asHolder({ session }: Caller): Caller {
  if (session === undefined) return HERE;
  const onGone: OnGone = (listener) => session.onEnd(() => listener(new Error('the session of the holder has ended')));
  return { session, holder: session, onGone };
}

/**
 * Wraps a shared object of this process for calls through proxies. The object's methods learn from {@link currentCaller} who
 * calls them.
 */
export function throughProxies(object: object, { methods, properties }: ExposedMembers): object {
  const target = {};
  for (const name of methods) {
    const value = (...args: readonly unknown[]): unknown => callFor(callerNow(), object, name, args);
    Object.defineProperty(target, name, { value });
  }
  for (const name of properties) {
    Object.defineProperty(target, name, { get: (): unknown => Reflect.get(object, name) });
  }
  return target;
}

function callerNow(): Caller {
  const session = callingSession();
  if (session === undefined) return HERE;
  const call = currentCall();
  const onGone: OnGone = (listener) => {
    const { signal } = call;
    const aborted = (): void => listener(signal.reason);
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
    return () => signal.removeEventListener('abort', aborted);
  };
  return { session, holder: session, onGone };
}

function callFor(caller: Caller, object: object, name: string, args: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(object, name);
  if (typeof method !== 'function') throw new TypeError(`this object has no method ${name}()`);
  const outer = running.caller;
  running.caller = caller;
  try {
    return Reflect.apply(method, object, args);
  } finally {
    running.caller = outer;
  }
}
