import { bundle } from '../seam/bundle.ts';
import { inspect } from 'node:util';
import type { CallOptions, InternalCallOptions } from '../seam/call-options.ts';
import { misuse, ProxyError } from '../seam/errors.ts';
import { operationCount } from '../references/exposure.ts';
import {
  answersWith,
  dropNow,
  dropWhenCollected,
  type Share,
  type Reference,
  type Use,
} from '../references/reference.ts';

let shareOf: (proxy: BaseProxy) => Share;

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
    shareOf = (proxy) => proxy.#share;
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
  return shareOf(proxy);
}

/**
 * Returns the reference of a proxy.
 *
 * @throws {@link ProxyError} `RELEASED` when the proxy was released.
 */
export function proxyReference(proxy: BaseProxy): Reference {
  const { reference } = shareOf(proxy);
  if (reference) return reference;
  throw released();
}

/**
 * Returns the reference of a proxy in a value being sent; the proxy may have been released while the value waited.
 *
 * @throws {@link ProxyError} `RELEASED`.
 */
export function sendableReference(proxy: BaseProxy): Reference {
  const { sendable } = shareOf(proxy);
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
  const { options, reference } = shareOf(proxy);
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
  return shareOf(proxy).call(use) ?? Promise.reject(released());
}

/** Creates another proxy of the same object and class, whose calls have these options. */
export function withOptions<P extends BaseProxy>(proxy: P, options: CallOptions): P {
  const share = shareOf(proxy);
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
  const { reference } = shareOf(proxy);
  if (reference === undefined) return 'Proxy(released)';
  const { exposure, id, address } = reference;
  const members = operationCount(exposure) === 0 ? ' without members' : '';
  return `Proxy('${exposure.typeid}' object ${id} at ${address ?? 'this process'}${members})`;
}
