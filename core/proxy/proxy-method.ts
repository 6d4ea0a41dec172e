import { type BaseProxy, callOperation } from './base-proxy.ts';

/** What {@link proxyMethod} made, and the methods that they call. */
const called = new WeakMap<object, string>();

/**
 * A method for a custom proxy class that passes its arguments on: `save = proxyMethod('save')`. Like every method of a
 * proxy it can be taken off, kept, and passed to other processes.
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

/** The method that a function calls, if {@link proxyMethod} made it. */
export function calledBy(method: unknown): string | undefined {
  return typeof method === 'function' ? called.get(method) : undefined;
}

/** A method of a proxy, taken off it: a function that can be called, kept, and passed to other processes. */
export type RemoteFunction = (...args: readonly unknown[]) => Promise<unknown>;

/** Which operation of which proxy a function stands for. */
export interface BoundTo {
  readonly proxy: BaseProxy;
  readonly operation: number;
  /** Whether only the function has the proxy, because it arrived as a method; releasing it releases the proxy. */
  readonly ownsProxy: boolean;
}

const boundTo = new WeakMap<object, BoundTo>();

/** The function that calls an operation of a proxy. It keeps the proxy. */
export function bindMethod(bound: BoundTo, name: string): RemoteFunction {
  const { proxy, operation } = bound;
  const method: RemoteFunction = (...args) => callOperation(proxy, operation, args);
  Object.defineProperty(method, 'name', { value: name, configurable: true });
  boundTo.set(method, bound);
  return method;
}

/** What a function stands for, if {@link bindMethod} made it. */
export function methodBinding(method: object): BoundTo | undefined {
  return boundTo.get(method);
}
