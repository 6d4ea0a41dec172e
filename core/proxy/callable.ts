import { dropWhenCollected, type Share } from '../references/reference.ts';
import { OPERATION_CALL } from '../references/exposure.ts';
import type { CallOptions } from '../seam/call-options.ts';
import { ProxyError } from '../seam/errors.ts';
import { BaseProxy, proxyShare } from './base-proxy.ts';
import { methodBinding, type RemoteFunction } from './proxy-method.ts';

const shares = new WeakMap<object, Share>();

/** Creates the local form of another process's function. It holds its reference until it is collected or released. */
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

/** Returns the same function, called with `options`; `undefined` for one that was released, or is local. */
export function callableWithOptions(callable: object, options: CallOptions): RemoteFunction | undefined {
  const share = shares.get(callable);
  const another = share?.another({ ...share.options, ...options });
  return another && makeCallable(another);
}

/** Returns the share of a function from {@link makeCallable}. */
export function callableShare(callable: object): Share | undefined {
  return shares.get(callable);
}

/**
 * Returns the share of a proxy or of another process's function; `undefined` for everything else.
 *
 * @param methods - How detached methods count: `'all'` as their proxies, `'owned'` only those that arrived as methods, or
 * `'none'`.
 */
export function shareOf(value: unknown, methods: 'all' | 'owned' | 'none' = 'none'): Share | undefined {
  if (BaseProxy.isProxy(value)) return proxyShare(value);
  if (typeof value !== 'function') return undefined;
  const bound = methods === 'none' ? undefined : methodBinding(value);
  return bound && (methods === 'all' || bound.ownsProxy) ? proxyShare(bound.proxy) : callableShare(value);
}
