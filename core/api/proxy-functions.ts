import { type CallOptions, checkedCallOptions, demandKnownNames } from '../seam/call-options.ts';
import { misuse, ProxyError } from '../seam/errors.ts';
import { serializerName } from '../runtime/registry.ts';
import { Runtime } from '../runtime/runtime.ts';
import { ActorProxy } from '../proxy/actor-proxy.ts';
import { processOf, shareOwnership } from '../proxy/owned.ts';
import {
  BaseProxy,
  callOperation,
  proxyShare,
  proxyReference,
  refuseOtherCopy,
  useReference,
  withOptions,
  bindMethod,
  methodBinding,
  callableShare,
  callableWithOptions,
  shareOf,
} from '../proxy/base-proxy.ts';
import { operationName, writeOperation } from '../references/exposure.ts';
import { answersWith, dropNow } from '../references/reference.ts';
import type { Serializer } from '../seam/serializer.ts';
import type { ProxyTypes } from './remote.ts';
import type { ArrayProxy } from '../objects/array.ts';
import type { DictProxy } from '../objects/dict.ts';
import type { ListProxy } from '../objects/list.ts';
import type { NamespaceProxy } from '../objects/namespace.ts';
import type { ValueProxy } from '../objects/value.ts';

/** How {@link proxy} hands out an object. */
export interface ProxyOptions {
  /** The only serializer with which the proxy may be sent: a registered name, or a serializer. Default: any. */
  readonly serializer?: string | Serializer;
}

/**
 * Inside an actor: hands out `value` as a live proxy instead of a copy, anywhere in a result or an argument. The returned value is
 * a proxy in this process too, and its methods return promises.
 *
 * For a typeid from `static proxies`, the type of the proxy is inferred from the context: `rows(): RowsProxy { return
 * proxy(this.#rows, 'rows'); }`.
 *
 * With `serializer`, the proxy is sent only over connections that use that serializer; over others, the call that contains it fails
 * with {@link SerializerError} `SERIALIZER_MISMATCH`.
 *
 * @throws {@link ProxyError} `NOT_IN_ACTOR` outside an actor's process, `UNKNOWN_TYPEID`, `TYPEID_CONFLICT` when the
 * object is already handed out under another typeid, `WRONG_ACTOR` for the typeid `actor` of another object; {@link
 * SerializerError} `UNKNOWN_SERIALIZER` for a serializer that is not registered.
 * @example
 * class Library extends Actor {
 *   static override readonly module = import.meta.url;
 *   readonly #desk = { titles: ['Emma'], count: () => 1 };
 *   desk() {
 *     return proxy(this.#desk); // the caller gets a proxy, not a copy
 *   }
 * }
 */
export function proxy<T extends object, Typeid extends keyof ProxyTypes<T> = 'auto'>(
  value: T,
  typeid?: Typeid,
  options?: ProxyOptions,
): ProxyTypes<T>[Typeid];
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the class is known at run time only, by its typeid
export function proxy<P extends BaseProxy = BaseProxy>(value: object, typeid: string, options?: ProxyOptions): P;
export function proxy(value: object, kind = 'auto', options?: ProxyOptions): object {
  if (typeof kind !== 'string') {
    throw misuse("proxy: the second argument must be a typeid: proxy(value, 'auto', { serializer })");
  }
  if (options === undefined) return Runtime.current.proxy(value, kind);
  demandKnownNames(options, ['serializer'], 'proxy');
  const { serializer } = options;
  return Runtime.current.proxy(value, kind, serializer === undefined ? undefined : serializerName(serializer));
}

/**
 * Returns the typeid of a proxy.
 *
 * @throws `TypeError` if the argument is not a proxy; {@link ProxyError} `RELEASED` for a released one.
 * @example
 * const queue = await manager.Queue<number>();
 * console.log(typeid(queue)); // 'Queue'
 */
export function typeid(value: unknown): string {
  return proxyReference(demandProxy(value, 'typeid')).exposure.typeid;
}

/**
 * Whether two proxies, or remote functions, refer to the same object, whatever connection they came over. Sends nothing.
 *
 * @example
 * const [first, second] = [await manager.list([1]), await manager.list([1])];
 * console.log(sameReferent(first, second)); // false: two lists
 */
export function sameReferent(a: unknown, b: unknown): boolean {
  const [one, other] = [shareOf(a, 'owned')?.reference, shareOf(b, 'owned')?.reference];
  return one !== undefined && other !== undefined && one.instance === other.instance && one.id === other.id;
}

/**
 * Returns a copy of the object behind a proxy. Its type is known for proxies of shared data: lists, dictionaries, values.
 *
 * @example
 * const list = await manager.list(['a', 'b']);
 * const copy = await getValue(list); // a plain array
 */
export async function getValue<P extends BaseProxy>(value: P): Promise<Referent<P>> {
  const copy = useReference(demandProxy(value, 'getValue'), (reference, options) => reference.copy(options));
  answersWith<Referent<P>>(copy);
  return await copy;
}

/**
 * Writes an exposed property of the object behind a proxy.
 *
 * @throws {@link ProxyError} `NOT_EXPOSED` if the property is not exposed, `READ_ONLY` if it has no setter.
 * @example
 * class Lamp extends Actor {
 *   static override readonly module = import.meta.url;
 *   static override readonly exposed = ['level'] as const;
 *   level = 0;
 * }
 * await using lamp = await Lamp.spawn();
 * await setProperty(lamp, 'level', 80);
 */
export async function setProperty<P extends BaseProxy, Name extends PropertyName<P>>(
  target: P,
  name: Name,
  value: PropertyValue<P, Name>,
): Promise<void> {
  const { exposure } = proxyReference(demandProxy(target, 'setProperty'));
  const index = exposure.properties.indexOf(name);
  if (index < 0) {
    throw new ProxyError(`the '${exposure.typeid}' object does not expose a property '${name}': add it to 'exposed'`);
  }
  await callOperation(target, writeOperation(exposure, index), [value]);
}

/**
 * Returns a proxy of the same object whose calls have a deadline or can be aborted: `await callOptions(a, { timeout }).work()`.
 * For a function of another process, or a method taken from a proxy, returns the same function with these options.
 *
 * @typeParam Target - The type of the proxy or function.
 * @throws `TypeError` for an invalid timeout, an invalid signal, or a function of this process;
 * {@link ProxyError} `RELEASED`.
 * @example
 * const signal = AbortSignal.timeout(60_000);
 * await callOptions(counter, { timeout: 5_000, signal }).increment();
 */
export function callOptions<Target extends BaseProxy | ((...args: never) => Promise<unknown>)>(
  target: Target,
  options: CallOptions,
): Target;
export function callOptions(target: unknown, options: CallOptions): unknown {
  if (typeof target !== 'function') {
    const original = demandProxy(target, 'callOptions');
    const clone = withOptions(original, checkedCallOptions(options));
    shareOwnership(original, clone);
    return clone;
  }
  const checked = checkedCallOptions(options);
  const bound = methodBinding(target);
  if (bound) {
    const { exposure } = proxyReference(bound.proxy);
    const { operation } = bound;
    const clone = withOptions(bound.proxy, checked);
    return bindMethod({ proxy: clone, operation, ownsProxy: true }, operationName(exposure, operation));
  }
  const callable = callableWithOptions(target, checked);
  if (callable) return callable;
  if (callableShare(target)) throw new ProxyError('this remote function was released', { code: 'RELEASED' });
  throw misuse('callOptions: this function belongs to this process: pass it a signal as an argument instead');
}

/**
 * Releases a proxy or a remote function: its object may be collected, and later uses throw a `ProxyError`. Idempotent.
 *
 * @example
 * const words = await manager.list(['a']);
 * release(words); // the manager may collect the list now
 */
export function release(value: unknown): void {
  const share = shareOf(value, 'owned');
  if (share === undefined && typeof value === 'object' && value !== null) refuseOtherCopy(value);
  if (share === undefined) throw misuse('release: this is neither a proxy nor a remote function');
  dropNow(share);
}

/**
 * Marks a proxy for transfer as an argument or a result: this process's own reference, including that of `value`, is released when
 * the message is sent. Use it in a process that creates an object for another one and must not keep it alive. Until then `value`
 * works as before, and it is kept if the message cannot be sent. Within one process, nothing is sent.
 *
 * @throws `TypeError` if the argument is not a proxy; {@link ProxyError} `RELEASED`.
 * @example
 * class Office extends Actor {
 *   static override readonly module = import.meta.url;
 *   async open(): Promise<Remote<typeof Counter>> {
 *     return transfer(await Counter.spawn()); // the actor lives as long as the caller holds it
 *   }
 * }
 */
export function transfer<P extends BaseProxy>(value: P): P {
  const original = demandProxy(value, 'transfer');
  const clone = withOptions(value, {});
  proxyShare(clone).handOn(proxyShare(original));
  return clone;
}

/**
 * From the owner: kills an actor's process at once. Resolves when it has ended.
 *
 * @throws {@link ProxyError} `NOT_ALLOWED` from any other process.
 * @example
 * try {
 *   await callOptions(counter, { timeout: 1_000 }).increment();
 * } catch {
 *   await terminate(counter); // ends the process even in the middle of a loop
 * }
 */
export async function terminate(actor: BaseProxy): Promise<void> {
  if (!(demandProxy(actor, 'terminate') instanceof ActorProxy)) {
    throw misuse('terminate: expected the proxy of an actor, got a proxy of another object in its process');
  }
  const owned = processOf(actor);
  if (owned === undefined) {
    throw new ProxyError(
      'only the proxy that spawn() returned can terminate its actor: terminate it in the process that spawned it. shutdown() on this proxy only runs its hook',
      {
        code: 'NOT_ALLOWED',
      },
    );
  }
  await owned.kill();
}

function demandProxy(value: unknown, name: string): BaseProxy {
  if (BaseProxy.isProxy(value)) return value;
  if (typeof value === 'object' && value !== null) refuseOtherCopy(value);
  throw misuse(`${name}: expected a proxy, got ${value === null ? 'null' : typeof value}`);
}

/** The result of `getValue` for a proxy: a copy of the object behind it, as far as the type of the proxy shows. */
export type Referent<P extends BaseProxy> = P extends ActorProxy
  ? unknown
  : P extends ListProxy<infer Element>
    ? Element[]
    : P extends DictProxy<infer Key, infer Value>
      ? Map<Key, Value> | (Key extends string ? Record<Key, Value> : never)
      : P extends ArrayProxy<infer Elements>
        ? Elements
        : P extends ValueProxy<infer Value>
          ? Value
          : P extends NamespaceProxy<infer Attributes>
            ? Attributes
            : unknown;

/** The properties that a proxy exposes, which arrive as promises; any name for a proxy with unknown members. */
export type PropertyName<P extends BaseProxy> = BaseProxy extends P
  ? string
  : ActorProxy extends P
    ? string
    : {
        [Name in Exclude<keyof P, keyof ActorProxy>]: Name extends string
          ? P[Name] extends Promise<unknown>
            ? Name
            : never
          : never;
      }[Exclude<keyof P, keyof ActorProxy>];

/** The value that can be written to an exposed property. */
export type PropertyValue<P extends BaseProxy, Name> = Name extends keyof P ? Awaited<P[Name]> : unknown;
