import { type ExposedMembers, isPublic, prototypesOf, type Typeid } from '../declaration/typeid-table.ts';
import type { ProxyClass } from '../proxy/proxy-class.ts';
import { proxyMethod } from '../proxy/base-proxy.ts';
import type { LocalExposure } from '../references/exposure.ts';
import { ProxyError } from '../seam/errors.ts';
import { throughProxies } from './caller.ts';

/**
 * The members of a shared object, as its proxies have them: a method returns a promise, a property is one. Without the members
 * that the proxy class defines itself.
 */
export type Shared<T, Own extends PropertyKey = never> = {
  [Name in keyof T as Name extends Exclude<keyof T & string, Own> ? Name : never]: ByMessage<T[Name]>;
};

/** One member. Declared as a method, so that a queue of strings is assignable to a queue of any items. */
type ByMessage<Member> = Member extends (...args: infer Args extends readonly unknown[]) => infer Result
  ? { method(...args: Args): Promise<Awaited<Result>> }['method']
  : Promise<Member>;

/** A class whose instances are of type `T`. */
type ClassOf<T extends object> = abstract new (...args: never[]) => T;

/** The properties of a kind of shared objects. */
interface Kind<T extends object> {
  /** The name of its typeid. */
  readonly name: string;
  /** The class whose public methods and getters proxies expose. */
  readonly cls: ClassOf<T>;
  /** Public members that proxies do not expose. */
  readonly hidden?: readonly (string & keyof T)[];
  /** The class of the proxies. Methods that it lacks are added. */
  readonly proxyClass: ProxyClass;
  readonly create?: (...args: readonly unknown[]) => object | PromiseLike<object>;
}

/** A kind whose objects are instances of a class of the library. */
export interface SharedKind<T extends object> extends Kind<T>, Pick<Typeid, 'start'> {
  /** Set if calls wait for work in progress in this process, rather than for other callers. */
  readonly working?: true;
  /** Returns the copy for `getValue`. */
  readonly copy: (object: T) => unknown;
}

/** A kind whose objects belong to the platform, such as a `Map`: an instance of a class of the library executes their calls. */
export interface WrappedKind<Kept extends object, T extends object> extends Kind<T> {
  /** @throws {@link ProxyError} `NOT_ALLOWED` for an object that is not of this kind. */
  readonly checked: (object: object) => Kept;
  readonly wrap: (kept: Kept) => T;
  /** Returns the copy for `getValue`. */
  readonly copy: (kept: Kept) => unknown;
}

/** Creates the typeid of a class whose methods know their caller ({@link throughProxies}). */
export function sharedTypeid<T extends object>(kind: SharedKind<T>): Typeid {
  const { name, cls, working, copy, start } = kind;
  const members = membersOf(kind);
  const exposure: LocalExposure = Object.freeze({
    ...members,
    typeid: name,
    methodToTypeid: Object.freeze({}),
    adapt: (object: object) => throughProxies(object, members),
    ...(working === undefined && { waits: true as const }),
    copy: (object: object) => (object instanceof cls ? copy(object) : undefined),
  });
  return {
    ...typeidOf(kind, (object) => {
      if (object instanceof cls) return exposure;
      throw wrongClass(name, cls);
    }),
    ...(start && { start }),
  };
}

/** Creates the typeid of objects whose calls an instance of one class executes. */
export function wrappedTypeid<Kept extends object, T extends object>(kind: WrappedKind<Kept, T>): Typeid {
  const { name, checked, wrap, copy } = kind;
  const exposure: LocalExposure = Object.freeze({
    ...membersOf(kind),
    typeid: name,
    methodToTypeid: Object.freeze({}),
    adapt: (object: object) => wrap(checked(object)),
    copy: (object: object) => copy(checked(object)),
  });
  return typeidOf(kind, (object) => {
    checked(object);
    return exposure;
  });
}

/** Returns the error for an object that is not of the typeid's class. */
export function wrongClass(typeid: string, cls: ClassOf<object>): ProxyError {
  return new ProxyError(
    `this object cannot have the typeid '${typeid}': create one with new ${cls.name}(), imported from this package`,
    { code: 'NOT_ALLOWED' },
  );
}

function typeidOf<T extends object>({ name, proxyClass, create }: Kind<T>, expose: Typeid['expose']): Typeid {
  return { name, proxyClass, expose, ...(create && { create }) };
}

/** Returns the public methods of a class, and its getters as properties, without the hidden ones. */
export function publicMembers<T extends object>(
  cls: ClassOf<T>,
  hidden: readonly (string & keyof T)[] = [],
): ExposedMembers {
  const unseen: readonly string[] = hidden;
  const methods = new Set<string>();
  const properties = new Set<string>();
  for (const level of [cls.prototype, ...prototypesOf(cls.prototype)]) {
    for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (!isPublic(name) || unseen.includes(name)) continue;
      if (typeof member.value === 'function') methods.add(name);
      else if (member.get) properties.add(name);
    }
  }
  return Object.freeze({ methods: Object.freeze([...methods]), properties: Object.freeze([...properties]) });
}

/** Adds missing methods to a proxy class, so that a subclass can call them with `super`. */
export function giveMethods(proxyClass: ProxyClass, { methods }: ExposedMembers): void {
  for (const name of methods) {
    if (name in proxyClass.prototype) continue;
    Object.defineProperty(proxyClass.prototype, name, { value: proxyMethod(name), configurable: true, writable: true });
  }
}

function membersOf<T extends object>({ cls, hidden, proxyClass }: Kind<T>): ExposedMembers {
  const members = publicMembers(cls, hidden);
  giveMethods(proxyClass, members);
  return members;
}

/** Returns a function that creates instances of a class, whose constructor checks the arguments. */
export function makes(cls: new (...args: never[]) => object): (...args: readonly unknown[]) => object {
  return (...args) => Reflect.construct(cls, args);
}
