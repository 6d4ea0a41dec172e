import type { BaseProxy } from './base-proxy.ts';

/**
 * A method for a custom proxy class that passes its arguments on: `save = proxyMethod('save')`.
 *
 * @param name - the method of the object behind the proxy.
 */
export function proxyMethod(name: string): (this: BaseProxy, ...args: readonly unknown[]) => Promise<unknown> {
  return function (this: BaseProxy, ...args) {
    return this.callMethod(name, args);
  };
}
