import { callingSession, currentCall, type CallerSession } from '../references/current-call.ts';

/** Has a listener called when somebody is gone, at once when he is; returns what calls that off. */
export type OnGone = (listener: (reason: unknown) => void) => () => void;

/** Who takes something or waits for something: a client's process over one session, or this process itself. */
export interface Caller {
  /** The identity of the process; `undefined` for this one. */
  readonly instance: string | undefined;
  /** What the call came over; `undefined` within this process. */
  readonly session: CallerSession | undefined;
  /** Tells when the call's result is no longer wanted. */
  readonly onGone: OnGone;
}

/** This process itself, which waits as long as it lives. */
const HERE: Caller = Object.freeze({
  instance: undefined,
  session: undefined,
  onGone: () => () => undefined,
});

/** Who calls the method of a shared object that is running; like the current call, it is known until the first await. */
const running: { caller: Caller } = { caller: HERE };

/**
 * Who called the running method of a shared object. An actor that uses its own object directly counts as this process,
 * also while it answers a client's call: only {@link throughProxies} lets clients call for themselves.
 */
export function currentCaller(): Caller {
  return running.caller;
}

/** The same caller, for something that outlives the call: gone when its session is. */
export function asHolder({ instance, session }: Caller): Caller {
  if (session === undefined) return HERE;
  const onGone: OnGone = (listener) => session.onEnd(() => listener(new Error('the holder is gone')));
  return { instance, session, onGone };
}

/**
 * What takes the calls of proxies for a shared object of this process: the object's own members, which learn from
 * {@link currentCaller} whose call they answer.
 */
export function throughProxies(object: object, methods: readonly string[], properties: readonly string[] = []): object {
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
  return { instance: session.instance, session, onGone };
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
