import { dropWhenCollected, type Share } from '../references/reference.ts';
import { OPERATION_CALL } from '../references/exposure.ts';
import type { CallOptions } from '../seam/call-options.ts';
import { ProxyError } from '../seam/errors.ts';
import { BaseProxy, proxyShare } from './base-proxy.ts';
import { methodBinding, type RemoteFunction } from './proxy-method.ts';

const shares = new WeakMap<object, Share>();

/** A function of another process, as a function here. It holds its reference until it is collected or released. */
export function makeCallable(share: Share): RemoteFunction {
  const callable: RemoteFunction = (...args) => {
    const { reference } = share;
    if (reference) return reference.call(OPERATION_CALL, args, share.options);
    return Promise.reject(new ProxyError('this remote function was released', { code: 'RELEASED' }));
  };
  shares.set(callable, share);
  dropWhenCollected(callable, share);
  return callable;
}

/** The same function, called with `options`; `undefined` for one that was released, or is not of another process. */
export function callableWithOptions(callable: object, options: CallOptions): RemoteFunction | undefined {
  const share = shares.get(callable);
  const another = share?.another({ ...share.options, ...options });
  return another && makeCallable(another);
}

/** The share in its reference of a function that {@link makeCallable} made. */
export function callableShare(callable: object): Share | undefined {
  return shares.get(callable);
}

/**
 * The share behind a proxy, or behind a function of another process; `undefined` for everything else.
 *
 * @param methods - what a method taken off a proxy counts as: `'all'` such methods are their proxies, those that arrived as
 * methods (`'owned'`) are, or `'none'`.
 */
export function shareOf(value: unknown, methods: 'all' | 'owned' | 'none' = 'none'): Share | undefined {
  if (BaseProxy.isProxy(value)) return proxyShare(value);
  if (typeof value !== 'function') return undefined;
  const bound = methods === 'none' ? undefined : methodBinding(value);
  return bound && (methods === 'all' || bound.ownsProxy) ? proxyShare(bound.proxy) : callableShare(value);
}
