import { inspect } from 'node:util';
import { misuse } from './errors.ts';

/** Options of one call; see `callOptions`. */
export interface CallOptions {
  /**
   * Milliseconds until the call rejects with `TimeoutError`. 0 or less does not wait at all; `Infinity` or `undefined` waits
   * without limit, and so does any value beyond 2³¹−1, the longest time of a Node timer.
   */
  readonly timeout?: number | undefined;
  /** Rejects the call with the signal's reason when it aborts, and aborts `currentCall().signal` at the other end. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a call within the library. */
export interface InternalCallOptions extends CallOptions {
  /** The call does not keep the process alive. */
  readonly background?: true;
  /** Passed on to the processing of the reply, if the proxy and not the session determines it. */
  readonly context?: object | undefined;
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
    throw misuse(`${name} must be a number of milliseconds, or undefined for no limit; it is ${inspect(timeout)}`);
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

/**
 * Checks the options of a call.
 *
 * @throws `TypeError` for an invalid timeout, an invalid signal, or an unknown option.
 */
export function checkedCallOptions(options: CallOptions): CallOptions {
  if (typeof options !== 'object' || options === null) {
    throw misuse(`callOptions: the second argument must be { timeout, signal }; it is ${inspect(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (name !== 'timeout' && name !== 'signal') {
      throw misuse(`callOptions: there is no option '${name}', only timeout and signal`);
    }
  }
  if (options.signal !== undefined && !(options.signal instanceof AbortSignal)) {
    throw misuse('callOptions: signal must be an AbortSignal, from an AbortController or AbortSignal.timeout()');
  }
  return { timeout: checkedTimeoutMs(options.timeout, 'callOptions: timeout'), signal: options.signal };
}
