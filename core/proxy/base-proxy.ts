/**
 * What callers hold in place of remote objects: proxies, their detached methods, and functions of other processes. `proxy-class.ts`
 * generates the class of a proxy from the members that are defined here.
 */
import { inspect } from 'node:util';
import { OPERATION_CALL, operationCount } from '../references/exposure.ts';
import {
  answersWith,
  dropNow,
  dropWhenCollected,
  type Reference,
  type Share,
  type Use,
} from '../references/reference.ts';
import { bundle } from '../seam/bundle.ts';
import type { CallOptions, InternalCallOptions } from '../seam/call-options.ts';
import { misuse, ProxyError } from '../seam/errors.ts';

let shareIn: (proxy: BaseProxy) => Share;

/** The key, on the proxies of every copy of the package, of that copy's location. */
const COPY = Symbol.for('uactor.proxy');

/** The location of this copy. */
const PLACE = bundle ?? import.meta.url;

/**
 * A proxy: an ordinary local object whose methods send calls to its object. Classes with the methods are generated from this one,
 * or from a subclass that was registered in `static proxies`; see `docs/architecture.md`.
 *
 * Printing, comparing, awaiting or serialising a proxy sends nothing.
 */
export class BaseProxy {
  /**
   * The only members of the object that holders of this class's proxies may call; merged with the parents' lists. The object's
   * process enforces it. Default: all exposed members.
   */
  static readonly exposed?: readonly string[];
  readonly #share: Share;

  static {
    shareIn = (proxy) => proxy.#share;
    Object.defineProperty(this.prototype, COPY, { value: PLACE });
    // Hidden from proxies, because it is only for logs.
    for (const name of [inspect.custom, 'toString']) {
      Object.defineProperty(this.prototype, name, {
        value(this: BaseProxy): string {
          return describeProxy(this);
        },
      });
    }
  }

  /** @internal The library creates proxies; a subclass needs no constructor. */
  constructor(share: Share) {
    this.#share = share;
    dropWhenCollected(this, share);
  }

  /** Whether `value` is a proxy of any class; never runs code of `value`. */
  static isProxy(value: unknown): value is BaseProxy {
    return typeof value === 'object' && value !== null && #share in value;
  }

  /**
   * Calls the method `name` of the object behind this proxy. For the methods of custom proxy classes.
   *
   * @throws {@link ProxyError} `NOT_EXPOSED`, `RELEASED`, and `TypeError` for arguments that are not an array, as a rejection.
   */
  callMethod<Result = unknown>(name: string, args: readonly unknown[] = []): Promise<Result> {
    const reference = this.#share.reference;
    if (reference === undefined) return Promise.reject(released());
    if (!Array.isArray(args)) return Promise.reject(misuse('callMethod: the arguments must be a list: [1, 2]'));
    const operation = reference.exposure.methods.indexOf(name);
    if (operation >= 0) {
      const result = callOperation(this, operation, args);
      answersWith<Result>(result);
      return result;
    }
    return Promise.reject(
      new ProxyError(
        `the '${reference.exposure.typeid}' object does not expose ${name}(): add it to 'exposed' of its class`,
      ),
    );
  }

  /** Releases the reference, like `release`. */
  [Symbol.dispose](): void {
    dropNow(this.#share);
  }

  /** Releases the reference; on the proxy from `spawn`, ends its actor instead. */
  [Symbol.asyncDispose](): Promise<void> {
    dropNow(this.#share);
    return Promise.resolve();
  }

  /** Returns a description instead of contents: reading them would need a call. */
  toJSON(): string {
    return describeProxy(this);
  }
}

/**
 * Refuses a proxy of another copy of the package in this process, which this copy cannot use or send.
 *
 * @throws {@link ProxyError} `OTHER_COPY`
 */
export function refuseOtherCopy(value: object): void {
  if (BaseProxy.isProxy(value) || !(COPY in value)) return;
  throw new ProxyError(
    `this proxy belongs to another copy of uactor, at ${String(value[COPY])}, and this copy is at ${PLACE}: ` +
      'let the program and its dependencies share one copy (npm ls uactor, npm dedupe)',
    { code: 'OTHER_COPY' },
  );
}

/** Returns a proxy's share in its reference. */
export function proxyShare(proxy: BaseProxy): Share {
  return shareIn(proxy);
}

/**
 * Returns the reference of a proxy.
 *
 * @throws {@link ProxyError} `RELEASED` when the proxy was released.
 */
export function proxyReference(proxy: BaseProxy): Reference {
  const { reference } = shareIn(proxy);
  if (reference) return reference;
  throw released();
}

/**
 * Returns the reference of a proxy in a value being sent; the proxy may have been released while the value waited.
 *
 * @throws {@link ProxyError} `RELEASED`.
 */
export function sendableReference(proxy: BaseProxy): Reference {
  const { sendable } = shareIn(proxy);
  if (sendable) return sendable;
  throw released();
}

/** Calls an operation through a proxy, with the options of the proxy. */
export function callOperation(proxy: BaseProxy, operation: number, args: readonly unknown[]): Promise<unknown> {
  return useReference(proxy, (reference, options) => reference.call(operation, args, options));
}

/**
 * Calls a method for a user who called another member of the proxy, which messages name.
 *
 * @param calledAs - That member: `acquire()`.
 */
export function callMethodAs<Result>(
  proxy: BaseProxy,
  calledAs: string,
  name: string,
  args: readonly unknown[] = [],
): Promise<Result> {
  const { options, reference } = shareIn(proxy);
  const operation = reference?.exposure.methods.indexOf(name) ?? -1;
  // Only a deadline needs the name, and a call without options takes a shorter way.
  if (options === undefined || operation < 0) return proxy.callMethod<Result>(name, args);
  const result = useReference(proxy, (used, how) => {
    const named: InternalCallOptions = { ...how, calledAs };
    return used.call(operation, args, named);
  });
  answersWith<Result>(result);
  return result;
}

/** Makes a call through a proxy, with the options of the proxy. */
export function useReference(proxy: BaseProxy, use: Use): Promise<unknown> {
  return shareIn(proxy).call(use) ?? Promise.reject(released());
}

/** Creates another proxy of the same object and class, whose calls have these options. */
export function withOptions<P extends BaseProxy>(proxy: P, options: CallOptions): P {
  const share = shareIn(proxy);
  const another = share.another({ ...share.options, ...options });
  if (another === undefined) throw released();
  return withShare(proxy, another);
}

/** Creates another proxy of the same class, with its own share. */
export function withShare<P extends BaseProxy>(proxy: P, share: Share): P {
  const made: unknown = Reflect.construct(proxy.constructor, [share]);
  if (isLike(made, proxy)) return made;
  throw new TypeError('the proxy class returned something else from its constructor');
}

function isLike<P extends BaseProxy>(value: unknown, proxy: P): value is P {
  return value instanceof proxy.constructor;
}

function released(): ProxyError {
  return new ProxyError('this proxy was released: keep it until its last use, or ask its actor for another one', {
    code: 'RELEASED',
  });
}

function describeProxy(proxy: BaseProxy): string {
  const { reference } = shareIn(proxy);
  if (reference === undefined) return 'Proxy(released)';
  const { exposure, id, address } = reference;
  const members = operationCount(exposure) === 0 ? ' without members' : '';
  return `Proxy('${exposure.typeid}' object ${id} at ${address ?? 'this process'}${members})`;
}

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

/** A method of a proxy class, with any parameters and result. */
type AnyFunction = (...args: readonly never[]) => unknown;

/** Defines a method of the class of a proxy, which is bound to each proxy. */
export function defineBound(prototype: BaseProxy, name: string, inherited: AnyFunction): void {
  defineOnUse(prototype, name, (proxy) => inherited.bind(proxy), false);
}

/** Defines the method that calls an operation. */
export function defineMethod(prototype: BaseProxy, name: string, operation: number): void {
  defineOnUse(prototype, name, (proxy) => bindMethod({ proxy, operation, ownsProxy: false }, name), true);
}

/** Binds a method on its first use, because `a.method` is a value that can be passed on and must know its proxy. */
function defineOnUse(
  prototype: BaseProxy,
  name: string,
  bind: (proxy: BaseProxy) => AnyFunction,
  enumerable: boolean,
): void {
  const bound = new WeakMap<BaseProxy, AnyFunction>();
  Object.defineProperty(prototype, name, {
    get(this: BaseProxy): AnyFunction {
      let method = bound.get(this);
      if (method === undefined) {
        method = bind(this);
        bound.set(this, method);
      }
      return method;
    },
    set: refuseAssignment(name),
    enumerable,
  });
}

export function defineProperty(prototype: BaseProxy, name: string, operation: number): void {
  Object.defineProperty(prototype, name, {
    get(this: BaseProxy): Promise<unknown> {
      return callOperation(this, operation, []);
    },
    set: refuseAssignment(name),
    enumerable: true,
  });
}

function refuseAssignment(name: string): (this: BaseProxy, value: unknown) => void {
  return function (value) {
    // Compilers for older targets assign a custom class's fields in its constructor instead of defining them.
    if (Object.isExtensible(this)) {
      Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      return;
    }
    throw misuse(`a proxy cannot be assigned to: use await setProperty(proxy, '${name}', value)`);
  };
}
