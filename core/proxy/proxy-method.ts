import type { BaseProxy } from './base-proxy.ts';
import type { RemoteFunction } from './bound-method.ts';

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
