import { type BaseProxy, callOperation } from './base-proxy.ts';

/** A method of a proxy, taken off it: a function that can be called, kept, and passed to other processes. */
export type RemoteFunction = (...args: readonly unknown[]) => Promise<unknown>;

/** Which operation of which proxy a function stands for. */
export interface BoundTo {
  readonly proxy: BaseProxy;
  readonly operation: number;
}

const boundTo = new WeakMap<object, BoundTo>();

/** The function that calls `operation` of `proxy`. It keeps the proxy. */
export function bindMethod(proxy: BaseProxy, operation: number, name: string): RemoteFunction {
  const method: RemoteFunction = (...args) => callOperation(proxy, operation, args);
  Object.defineProperty(method, 'name', { value: name, configurable: true });
  boundTo.set(method, { proxy, operation });
  return method;
}

/** What a function stands for, if {@link bindMethod} made it. */
export function methodBinding(method: object): BoundTo | undefined {
  return boundTo.get(method);
}
