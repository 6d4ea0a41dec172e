import { type BaseProxy, callOperation } from './base-proxy.ts';

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

/** A detached method of a proxy: a function that can be called, kept, and passed to other processes. */
export type RemoteFunction = (...args: readonly unknown[]) => Promise<unknown>;

/** The operation and the proxy of a detached method. */
export interface BoundTo {
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
