import type { NamesIn } from '../declaration/exposing.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import type { BaseProxy } from '../proxy/base-proxy.ts';
import type { AsyncResult, AsyncResultProxy } from '../objects/async-result.ts';
import type { BarrierProxy } from '../objects/barrier.ts';
import type { ConditionProxy } from '../objects/condition.ts';
import type { EventEmitter } from 'node:events';
import type { EventProxy } from '../objects/event.ts';
import type { EventArguments, EventsProxy } from '../objects/events.ts';
import type { IteratorProxy } from '../objects/iterator.ts';
import type { LockProxy } from '../objects/lock.ts';
import type { PoolProxy } from '../pool/pool-proxy.ts';
import type { JoinableQueueProxy, Queue, QueueProxy } from '../objects/queue.ts';
import type { SemaphoreProxy } from '../objects/semaphore.ts';
import type { ArrayProxy } from '../objects/array.ts';
import type { DictProxy } from '../objects/dict.ts';
import type { ListProxy } from '../objects/list.ts';
import type { NamespaceProxy } from '../objects/namespace.ts';
import type { ValueProxy } from '../objects/value.ts';
import type { RemoteArguments } from './remote-argument.ts';

/** A class whose instances live in their own processes. */
export type ActorClass = abstract new (...args: never[]) => object;

/** Any method. */
type Method = (...args: never[]) => unknown;

/** Whether the two types are assignable to each other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** The result type of a proxy's method, for a method that returns `Result`. */
export type RemoteResult<Result> = Promise<RemoteValue<Awaited<Result>>>;

/**
 * The type of a value after it has been received: functions and iterators become remote ones, and everything else is unchanged.
 */
export type RemoteValue<Value> = 0 extends 1 & Value
  ? Value
  : Value extends BaseProxy
    ? Value
    : Value extends AsyncGenerator<infer T, infer Returned, infer Sent> | Generator<infer T, infer Returned, infer Sent>
      ? IteratorProxy<T, Returned, Sent>
      : Value extends Method
        ? RemoteMethod<Value>
        : Value extends EventEmitter | EventTarget
          ? EmitterValue<Value>
          : Value;

/** An `EventEmitter` arrives as a proxy. An emitter of a subclass cannot be sent, unless it is handed out under a typeid. */
type EmitterValue<Value> =
  Same<Value, EventEmitter> extends true ? EventsProxy : Same<Value, EventTarget> extends true ? EventsProxy : Value;

/**
 * The type of a method, called through a proxy. A method that already returns a promise and takes no functions keeps its type,
 * including type parameters and overloads. For any other method, TypeScript keeps the last overload without type parameters.
 */
export type RemoteMethod<Member> = Member extends (...args: infer Args extends readonly unknown[]) => infer Result
  ? Same<[Args, Result], [RemoteArguments<Args>, RemoteResult<Result>]> extends true
    ? Member
    : // Written out instead of `RemoteResult`, because editors show this type.
      (...args: RemoteArguments<Args>) => Promise<RemoteValue<Awaited<Result>>>
  : never;

/** The proxy of an object with the typeid `auto`, whose methods call the object's public methods. */
export type RemoteObject<T> = T extends BaseProxy
  ? T
  : BaseProxy & {
      // Iterates over `keyof T`, so that editors find the declaration, documentation and uses of a member.
      readonly [Name in keyof T as Name extends Exclude<PublicMethods<T>, keyof BaseProxy>
        ? Name
        : never]-?: RemoteMethod<T[Name]>;
    };

/** The proxy of an iterator or an iterable. */
type IteratorProxyOf<T> = T extends
  | Iterator<infer Value, infer Returned, infer Sent>
  | AsyncIterator<infer Value, infer Returned, infer Sent>
  ? IteratorProxy<Value, Returned, Sent>
  : T extends Iterable<infer Value> | AsyncIterable<infer Value>
    ? IteratorProxy<Value>
    : IteratorProxy;

/** The proxy types of the built-in typeids, for an object of type `T`. */
export interface ProxyTypes<T> {
  /** The proxy of typeid `auto`. */
  readonly auto: RemoteObject<T>;
  /** The proxy of typeid `Iterator`. */
  readonly Iterator: IteratorProxyOf<T>;
  /** The proxy of typeid `events`. */
  readonly events: EventsProxy<EventsOf<T>>;
  /** The proxy of typeid `AsyncResult`. */
  readonly AsyncResult: AsyncResultProxy<T extends AsyncResult<infer Value> ? Value : RemoteValue<T>>;
  /** The proxy of typeid `Pool`. */
  readonly Pool: PoolProxy;
  /** The proxy of typeid `Queue`. */
  readonly Queue: T extends Queue<infer Item> ? QueueProxy<Item> : QueueProxy;
  /** The proxy of typeid `JoinableQueue`. */
  readonly JoinableQueue: T extends Queue<infer Item> ? JoinableQueueProxy<Item> : JoinableQueueProxy;
  /** The proxy of typeid `Event`. */
  readonly Event: EventProxy;
  /** The proxy of typeid `Lock`. */
  readonly Lock: LockProxy;
  /** The proxy of typeid `RLock`. */
  readonly RLock: LockProxy;
  /** The proxy of typeid `Semaphore`. */
  readonly Semaphore: SemaphoreProxy;
  /** The proxy of typeid `BoundedSemaphore`. */
  readonly BoundedSemaphore: SemaphoreProxy;
  /** The proxy of typeid `Condition`. */
  readonly Condition: ConditionProxy;
  /** The proxy of typeid `Barrier`. */
  readonly Barrier: BarrierProxy;
  /** The proxy of typeid `dict`. */
  readonly dict: DictOf<T>;
  /** The proxy of typeid `list`. */
  readonly list: T extends readonly (infer Element)[] ? ListProxy<Element> : ListProxy;
  /** The proxy of typeid `Array`. */
  readonly Array: T extends NodeJS.TypedArray ? ArrayProxy<T> : ArrayProxy;
  /** The proxy of typeid `Value`. */
  readonly Value: T extends { value: infer Value } ? ValueProxy<Value> : ValueProxy;
  /** The proxy of typeid `Namespace`. */
  readonly Namespace: T extends object ? NamespaceProxy<T> : NamespaceProxy;
}

/** The arguments of each event, where the emitter's type declares them. */
type EventsOf<T> =
  T extends EventEmitter<infer Events> ? (Events extends EventArguments ? Events : EventArguments) : EventArguments;

/** The dictionary proxy of a `Map` or a plain object. */
type DictOf<T> =
  T extends ReadonlyMap<infer Key, infer Value>
    ? DictProxy<Key, Value>
    : DictProxy<string & keyof T, T[string & keyof T]>;

/** The proxy types of typeids that a class declares itself. */
type OwnProxies<Class> = Class extends { readonly proxies: infer Proxies } ? Proxies : object;

/** The proxy of a typeid, for a method listed in `methodToTypeid` whose result is `T`. */
type ProxyOfTypeid<Class, Typeid, T> = Typeid extends 'actor'
  ? Class extends ActorClass
    ? Remote<Class>
    : never
  : Typeid extends keyof OwnProxies<Class>
    ? InstanceOf<OwnProxies<Class>[Typeid]>
    : Typeid extends keyof ProxyTypes<T>
      ? ProxyTypes<T>[Typeid]
      : BaseProxy;

type InstanceOf<Class> = Class extends abstract new (...args: never[]) => infer Instance ? Instance : BaseProxy;

/** The typeid of a method, or `undefined`. */
type TypeidOf<Class, Name> = Class extends { readonly methodToTypeid: infer Typeids }
  ? Name extends keyof Typeids
    ? Typeids[Name]
    : undefined
  : undefined;

/** Names that are never exposed. */
type Hidden = keyof typeof Object.prototype | 'then' | 'init' | 'toJSON' | `_${string}`;

/** The hooks, which every actor exposes. */
type Hook = 'enter' | 'exit' | 'shutdown';

/** The names that a class exposes: those in `exposed`, or every public method. */
type ExposedNames<Class, Instance> = Class extends { readonly exposed: infer List extends readonly string[] }
  ? string extends NamesIn<List>
    ? PublicMethods<Instance>
    : Extract<NamesIn<List> | Hook, keyof Instance>
  : PublicMethods<Instance>;

type PublicMethods<Instance> = {
  [Name in keyof Instance]: Name extends string
    ? Name extends Hidden
      ? never
      : Instance[Name] extends Method
        ? Name
        : never
    : never;
}[keyof Instance];

/** A member of a proxy: a method returns a promise, a property is a promise. */
type RemoteMember<Class, Name, Member> = Member extends (...args: infer Args extends readonly unknown[]) => infer Result
  ? TypeidOf<Class, Name> extends string
    ? (...args: RemoteArguments<Args>) => Promise<ProxyOfTypeid<Class, TypeidOf<Class, Name>, Awaited<Result>>>
    : RemoteMethod<Member>
  : Promise<RemoteValue<Awaited<Member>>>;

/** The members of a class's proxies, apart from those of every actor; over `keyof` the instance, as in {@link RemoteObject}. */
type RemoteMembers<Class, Instance> = {
  readonly [Name in keyof Instance as Name extends Exclude<ExposedNames<Class, Instance>, keyof ActorProxy>
    ? Name
    : never]-?: RemoteMember<Class, Name, Instance[Name]>;
};

/**
 * The type of an actor's proxy, to which `await Class.spawn()` resolves: its methods call the class's public methods.
 *
 * Each public method returns a promise of its awaited result, and each property in `exposed` is a promise. Names that are private,
 * begin with `_` or are not exposed are absent. Declare `exposed` and `methodToTypeid` with `as const`.
 */
export type Remote<Class extends ActorClass> = ActorProxy & RemoteMembers<Class, InstanceType<Class>>;
