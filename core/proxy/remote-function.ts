import { BaseProxy, callOperation, proxyShare } from './base-proxy.ts';
import { dropWhenCollected, type Share } from '../references/reference.ts';
import { OPERATION_CALL } from '../references/exposure.ts';
import type { CallOptions } from '../seam/call-options.ts';
import { ProxyError } from '../seam/errors.ts';

/** A function of another process, or a detached method of a proxy. It can be called, kept, and passed to other processes. */
export type RemoteFunction = (...args: readonly unknown[]) => Promise<unknown>;

/** The functions of {@link proxyMethod}, with the methods that they call. */
const called = new WeakMap<object, string>();

/**
 * Creates a method for a custom proxy class that passes its arguments on: `save = proxyMethod('save')`. Like every method of a
 * proxy it can be detached, kept, and passed to other processes.
 *
 * @param name - the method of the object behind the proxy.
 */
export function proxyMethod(name: string): RemoteFunction {
  const method = function (this: BaseProxy, ...args: readonly unknown[]): Promise<unknown> {
    return this.callMethod(name, args);
  };
  called.set(method, name);
  return method;
}

/** Returns the method that a function of {@link proxyMethod} calls. */
export function calledBy(method: unknown): string | undefined {
  return typeof method === 'function' ? called.get(method) : undefined;
}

/** The operation and the proxy of a detached method. */
interface BoundTo {
  readonly proxy: BaseProxy;
  readonly operation: number;
  /** Whether the function is the only user of the proxy, because it arrived as a method; releasing it releases the proxy. */
  readonly ownsProxy: boolean;
}

const boundTo = new WeakMap<object, BoundTo>();

/** Creates the function that calls an operation of a proxy. It keeps the proxy alive. */
export function bindMethod(bound: BoundTo, name: string): RemoteFunction {
  const { proxy, operation } = bound;
  const method: RemoteFunction = (...args) => callOperation(proxy, operation, args);
  Object.defineProperty(method, 'name', { value: name, configurable: true });
  boundTo.set(method, bound);
  return method;
}

/** Returns the operation and proxy of a function from {@link bindMethod}. */
export function methodBinding(method: object): BoundTo | undefined {
  return boundTo.get(method);
}

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
