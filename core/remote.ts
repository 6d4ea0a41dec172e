import type { BaseProxy } from './proxy/base-proxy.ts';
import type { IteratorProxy } from './typeids/iterator.ts';
import type { ActorProxy } from './proxy/actor-proxy.ts';

/** A class whose instances live in a process of their own. */
export type ActorClass = abstract new (...args: never[]) => object;

/** What a method with `Result` answers through a proxy. */
export type RemoteResult<Result> = Promise<RemoteValue<Awaited<Result>>>;

/** What a value has become when it arrives: a function is called by message, everything else is itself. */
export type RemoteValue<Value> = Value extends BaseProxy
  ? Value
  : Value extends AsyncGenerator<infer T, infer TReturn, infer TNext> | Generator<infer T, infer TReturn, infer TNext>
    ? IteratorProxy<T, TReturn, TNext>
    : Value extends (...args: infer Args) => infer Result
      ? (...args: Args) => RemoteResult<Result>
      : Value;

/** Typeids that a class declares itself, and what their proxies are. */
type OwnProxies<Class> = Class extends { readonly proxies: infer Proxies } ? Proxies : object;

/** The proxies of a typeid, for a method listed in `methodToTypeid`. */
type ProxyOfTypeid<Class, Typeid> = Typeid extends 'actor'
  ? Class extends ActorClass
    ? Remote<Class>
    : never
  : Typeid extends keyof OwnProxies<Class>
    ? OwnProxies<Class>[Typeid] extends abstract new (
        ...args: never[]
      ) => infer Proxy
      ? Proxy
      : BaseProxy
    : BaseProxy;

/** The typeid of a method, or `undefined`. */
type TypeidOf<Class, Name> = Class extends { readonly methodToTypeid: infer Typeids }
  ? Name extends keyof Typeids
    ? Typeids[Name]
    : undefined
  : undefined;

/** Names that are never shown. */
type Hidden = 'constructor' | 'then' | 'init' | 'toJSON' | keyof typeof Object.prototype | `_${string}`;

/** The hooks, which every actor shows. */
type Hook = 'enter' | 'exit' | 'shutdown';

/** The names that a class shows: those in `exposed`, or every public method. */
type ExposedNames<Class, Instance> = Class extends { readonly exposed: readonly (infer Name)[] }
  ? string extends Name
    ? PublicMethods<Instance>
    : Extract<Name | Hook, keyof Instance>
  : PublicMethods<Instance>;

type PublicMethods<Instance> = {
  [Name in keyof Instance]: Name extends string
    ? Name extends Hidden
      ? never
      : Instance[Name] extends (...args: never[]) => unknown
        ? Name
        : never
    : never;
}[keyof Instance];

/** One member of a proxy: a method answers with a promise, a property is one. */
type RemoteMember<Class, Name, Member> = Member extends (...args: infer Args) => infer Result
  ? (
      ...args: Args
    ) => TypeidOf<Class, Name> extends string
      ? Promise<ProxyOfTypeid<Class, TypeidOf<Class, Name>>>
      : RemoteResult<Result>
  : RemoteResult<Member>;

/** The members of a class's proxies, besides those of every actor's. */
type RemoteMembers<Class, Instance> = {
  readonly [Name in Exclude<ExposedNames<Class, Instance>, keyof ActorProxy>]: RemoteMember<
    Class,
    Name,
    Instance[Name]
  >;
};

/**
 * What `await Class.spawn()` resolves to: the class's public methods as messages.
 *
 * Each public method returns a promise of its awaited result, a property listed in `exposed` is a promise; names that
 * are private, begin with `_` or are not exposed are absent.
 */
export type Remote<Class extends ActorClass> = ActorProxy & RemoteMembers<Class, InstanceType<Class>>;
