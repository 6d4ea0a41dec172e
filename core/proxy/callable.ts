import { dropWhenCollected, type Hold } from '../references/reference.ts';
import { OPERATION_CALL } from '../references/exposure.ts';
import type { CallOptions } from '../seam/call-options.ts';
import { ProxyError } from '../seam/errors.ts';
import { BaseProxy, proxyHold } from './base-proxy.ts';
import { methodBinding, type RemoteFunction } from './bound-method.ts';

const holds = new WeakMap<object, Hold>();

/** A function of another process, as a function here. It holds its reference until it is collected or released. */
export function makeCallable(hold: Hold): RemoteFunction {
  const callable: RemoteFunction = (...args) => {
    const { reference } = hold;
    if (reference) return reference.call(OPERATION_CALL, args, hold.options);
    return Promise.reject(new ProxyError('this remote function was released', { code: 'RELEASED' }));
  };
  holds.set(callable, hold);
  dropWhenCollected(callable, hold);
  return callable;
}

/** The same function, called with `options`; `undefined` for one that was released, or is not of another process. */
export function callableWithOptions(callable: object, options: CallOptions): RemoteFunction | undefined {
  const hold = holds.get(callable);
  const another = hold?.another({ ...hold.options, ...options });
  return another && makeCallable(another);
}

/** The share in its reference of a function that {@link makeCallable} made. */
export function callableHold(callable: object): Hold | undefined {
  return holds.get(callable);
}

/**
 * The share behind a proxy, or behind a function of another process; `undefined` for everything else.
 *
 * @param methods - what a method taken off a proxy counts as: `'all'` such methods are their proxies, those that arrived as
 * methods (`'owned'`) are, or `'none'`.
 */
export function holdOf(value: unknown, methods: 'all' | 'owned' | 'none' = 'none'): Hold | undefined {
  if (BaseProxy.isProxy(value)) return proxyHold(value);
  if (typeof value !== 'function') return undefined;
  const bound = methods === 'none' ? undefined : methodBinding(value);
  return bound && (methods === 'all' || bound.ownsProxy) ? proxyHold(bound.proxy) : callableHold(value);
}
