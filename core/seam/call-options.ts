import { inspect } from 'node:util';
import { misuse } from './errors.ts';

/** The metadata of a call, sent with its arguments: at most 64 names, and values that the serializer accepts. */
export type CallMetadata = Readonly<Record<string, unknown>>;

/** The maximum number and length of the names in a call's metadata. */
const MAX_METADATA = 64;
const MAX_METADATA_NAME_LENGTH = 128;

/** The limits that {@link isMetadata} checks, for error messages. */
export const METADATA_LIMITS: string = `the metadata of a call have at most ${MAX_METADATA} names of at most ${MAX_METADATA_NAME_LENGTH} characters`;

/** Whether a call can be sent with these metadata. */
export function isMetadata(metadata: object): boolean {
  const names = Object.keys(metadata);
  return names.length <= MAX_METADATA && names.every((name) => name.length <= MAX_METADATA_NAME_LENGTH);
}

/** A call that this process is about to make, for {@link InterceptCall}. */
export interface OutgoingCall {
  /** The name of the actor whose process has the object; its address, or the address of a caller, if this process knows no name. */
  readonly actor: string;
  /** An address of that process, if it is known. */
  readonly address: string | undefined;
  /** The typeid of the called object: `actor` for an actor itself. */
  readonly typeid: string;
  /** The called member: `increment()`, or the name of a property; `undefined` for `getValue`. */
  readonly member: string | undefined;
  /** The arguments. */
  readonly args: readonly unknown[];
  /** The metadata, to which an interceptor may add: at most 64 names. An actor's `intercept` receives it. */
  readonly metadata: Record<string, unknown>;
}

/**
 * Wraps calls at the caller's side: calls `next`, perhaps with other arguments, and returns its result or another one; or throws,
 * or returns, without calling it.
 */
export type InterceptCall = (call: OutgoingCall, next: (args?: readonly unknown[]) => Promise<unknown>) => unknown;

/** Options of one call; see `callOptions`. */
export interface CallOptions {
  /** Wraps each call, inside the functions of `interceptCalls`. Default: none. */
  readonly intercept?: InterceptCall | undefined;
  /**
   * Whether a call that a method makes ends with the call that the method answers, by its deadline or signal. Only if calls are
   * tracked (`trackCalls`). Default `true`.
   */
  readonly inherit?: boolean | undefined;
  /**
   * Milliseconds until the call rejects with `TimeoutError`. 0 or less does not wait at all; `Infinity` or `undefined` waits
   * without limit, and so does any value beyond 2³¹−1, the longest time of a Node timer.
   */
  readonly timeout?: number | undefined;
  /** Rejects the call with the signal's reason when it aborts, and aborts `currentCall().signal` in the called process. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a call within the library. */
export interface InternalCallOptions extends CallOptions {
  /** Set if the call does not keep the process alive. */
  readonly background?: true;
  /** The context for decoding the reply, if the proxy determines it rather than the session. */
  readonly context?: object | undefined;
  /** The metadata sent with the arguments. */
  readonly metadata?: CallMetadata | undefined;
  /** The member that the user called, for messages, if the library calls another one for it: `acquire()`. */
  readonly calledAs?: string | undefined;
}

/** Beyond this many milliseconds, a Node timer fires at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/**
 * Converts a user's time in milliseconds to one that a timer can take: `undefined` when there is no limit.
 *
 * @throws `TypeError` when it is not a number, or `NaN`.
 */
export function checkedTimeoutMs(timeout: unknown, name: string): number | undefined {
  if (timeout === undefined) return undefined;
  if (typeof timeout !== 'number' || Number.isNaN(timeout)) {
    throw misuse(`${name} must be a number of milliseconds, or Infinity for no limit; it is ${inspect(timeout)}`);
  }
  return timeout > MAX_TIMER_MS ? undefined : timeout;
}

/**
 * Checks a signal given as an option.
 *
 * @throws `TypeError` if it is not an `AbortSignal`.
 */
export function checkedSignal(signal: AbortSignal | undefined, name: string): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  throw misuse(`${name} must be an AbortSignal, such as AbortSignal.timeout(2_000)`);
}

const CALL_OPTIONS: readonly string[] = ['timeout', 'signal', 'intercept', 'inherit'];

/**
 * Checks the options of a call.
 *
 * @throws `TypeError` for an invalid timeout, an invalid signal, or an unknown option.
 */
export function checkedCallOptions(options: CallOptions): CallOptions {
  if (!isOptionsObject(options)) {
    throw misuse(`callOptions: the second argument must be { timeout, signal }; it is ${inspect(options)}`);
  }
  refuseUnknownNames(options, CALL_OPTIONS, 'callOptions');
  if (options.signal !== undefined && !(options.signal instanceof AbortSignal)) {
    throw misuse('callOptions: signal must be an AbortSignal, from an AbortController or AbortSignal.timeout()');
  }
  const { intercept, inherit } = options;
  if (intercept !== undefined && typeof intercept !== 'function') {
    throw misuse('callOptions: intercept must be a function that takes (call, next)');
  }
  if (inherit !== undefined && typeof inherit !== 'boolean') throw misuse('callOptions: inherit must be true or false');
  return {
    timeout: checkedTimeoutMs(options.timeout, 'callOptions: timeout'),
    signal: options.signal,
    ...(intercept !== undefined && { intercept }),
    ...(inherit !== undefined && { inherit }),
  };
}

/** What `Object.prototype.toString` returns for an object of named members: an object, or the namespace of a module. */
const TAGS: readonly string[] = ['[object Object]', '[object Module]'];

/**
 * Whether a value is an object of named options. Neither an array nor a collection is one: the entries of a `Map` are not its
 * members, so they would have no effect.
 */
export function isOptionsObject(value: unknown): value is object {
  return typeof value === 'object' && TAGS.includes(Object.prototype.toString.call(value));
}

/**
 * Refuses values that are not an options object, and unknown names: a misspelt option would have no effect.
 *
 * @param where - The function that received the options, for the message.
 * @throws TypeError that lists the known options.
 */
export function demandKnownNames(options: unknown, names: readonly string[], where: string): asserts options is object {
  if (!isOptionsObject(options)) {
    throw misuse(`${where}: the options must be an object with ${names.join(', ')}`);
  }
  refuseUnknownNames(options, names, where);
}

/**
 * Refuses unknown members of an object at `where`: `Counter.options`, `options.transport.tcp`.
 *
 * @throws TypeError that lists the known ones.
 */
export function refuseUnknownMembers(options: object, names: readonly string[], where: string): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw misuse(`${where}.${unknown} is not an option; the options are ${names.join(', ')}`);
}

/**
 * Refuses unknown names in an object of options, for a function with a text of its own for anything else.
 *
 * @throws TypeError that lists the known options.
 */
export function refuseUnknownNames(options: object, names: readonly string[], where: string): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw misuse(`${where}: there is no option '${unknown}', only ${names.join(', ')}`);
}
