import { callingSession, currentCall } from '../references/current-call.ts';
import { misuse } from '../seam/errors.ts';
import { BaseProxy, proxyShare } from '../proxy/base-proxy.ts';
import { dropNow } from '../references/reference.ts';

/** Returns the signal of the running call; `undefined` for a call within the process, which cannot be given up. */
export function callerSignal(): AbortSignal | undefined {
  return callingSession() ? currentCall().signal : undefined;
}

/**
 * Returns all values of an iterable at once; a promise of them when they are read from another process. Reading stops when the
 * caller no longer wants the result.
 *
 * @throws `TypeError` when it is not iterable.
 */
export function collect(source: unknown, member: string): readonly unknown[] | Promise<readonly unknown[]> {
  if (isIterable(source)) return [...source];
  if (isAsyncIterable(source)) return collectLater(source, callerSignal());
  throw misuse(
    `${member}: ${source === null ? 'null' : `a value of the type ${typeof source}`} cannot be iterated over: pass an array`,
  );
}

async function collectLater(source: AsyncIterable<unknown>, signal: AbortSignal | undefined): Promise<unknown[]> {
  const values: unknown[] = [];
  try {
    for await (const value of source) {
      signal?.throwIfAborted();
      values.push(value);
    }
  } finally {
    // A proxy that came as an argument has no other user: it is released now rather than when it is collected.
    if (signal && BaseProxy.isProxy(source)) dropNow(proxyShare(source));
  }
  return values;
}

/** Whether `for … of` can read a value. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  if (typeof value === 'string') return true;
  return isObject(value) && typeof Reflect.get(value, Symbol.iterator) === 'function';
}

/** Whether only `for await` can read a value. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return isObject(value) && typeof Reflect.get(value, Symbol.asyncIterator) === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
