import { callingSession, currentCall } from '../references/current-call.ts';
import { misuse } from '../seam/errors.ts';
import { BaseProxy, proxyShare } from '../proxy/base-proxy.ts';
import { dropNow } from '../references/reference.ts';

/** The signal of the call being answered; `undefined` for a call from within the process, which nobody gives up. */
export function callerSignal(): AbortSignal | undefined {
  return callingSession() ? currentCall().signal : undefined;
}

/**
 * Everything that an iterable holds, at once; a promise of it when it is read from another process. Reading ends when the
 * caller no longer wants the result.
 *
 * @throws `TypeError` when it cannot be iterated over.
 */
export function collect(source: unknown, member: string): readonly unknown[] | Promise<readonly unknown[]> {
  if (isIterable(source)) return [...source];
  if (isAsyncIterable(source)) return collectLater(source, callerSignal());
  throw misuse(`${member}: a ${source === null ? 'null' : typeof source} cannot be iterated over: pass an array`);
}

async function collectLater(source: AsyncIterable<unknown>, signal: AbortSignal | undefined): Promise<unknown[]> {
  const values: unknown[] = [];
  try {
    for await (const value of source) {
      signal?.throwIfAborted();
      values.push(value);
    }
  } finally {
    // A proxy that came as an argument is nobody else's: given back now, not when it is collected.
    if (signal && BaseProxy.isProxy(source)) dropNow(proxyShare(source));
  }
  return values;
}

/** Whether `for … of` reads a value. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  if (typeof value === 'string') return true;
  return isObject(value) && typeof Reflect.get(value, Symbol.iterator) === 'function';
}

/** Whether only `for await` reads a value. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return isObject(value) && typeof Reflect.get(value, Symbol.asyncIterator) === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
