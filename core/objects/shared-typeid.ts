import type { ExposedMembers } from '../declaration/exposed-list.ts';
import { isPublic, prototypesOf, type Typeid } from '../declaration/typeid-table.ts';
import type { ProxyClass } from '../proxy/proxy-class.ts';
import { proxyMethod } from '../proxy/proxy-method.ts';
import type { LocalExposure } from '../references/exposure.ts';
import { ProxyError } from '../seam/errors.ts';
import { throughProxies } from './caller.ts';

/**
 * The members of a shared object as its proxies have them: a method answers with a promise, a property is one. Without those
 * that the class of the proxies has by itself.
 */
export type Shared<T, Own extends PropertyKey = never> = {
  [Name in keyof T as Name extends Exclude<keyof T & string, Own> ? Name : never]: ByMessage<T[Name]>;
};

/** One member. Written as a method, so that a queue of strings may still be passed where a queue of anything is taken. */
type ByMessage<Member> = Member extends (...args: infer Args extends readonly unknown[]) => infer Result
  ? { method(...args: Args): Promise<Awaited<Result>> }['method']
  : Promise<Member>;

/** A class of which there are objects. */
type ClassOf<T extends object> = abstract new (...args: never[]) => T;

/** What distinguishes a kind of shared objects. */
interface Kind<T extends object> {
  /** The name of its typeid. */
  readonly name: string;
  /** The class whose public methods and getters proxies show. */
  readonly cls: ClassOf<T>;
  /** The public members that they do not show. */
  readonly hidden?: readonly (string & keyof T)[];
  /** The class of the proxies. It gets the methods that it does not have itself. */
  readonly proxyClass: ProxyClass;
  readonly create?: (...args: readonly unknown[]) => object | PromiseLike<object>;
}

/** A kind of the library's own: objects of its class. */
export interface SharedKind<T extends object> extends Kind<T>, Pick<Typeid, 'start'> {
  /** Its calls wait for work that is in progress in this process, rather than for what others do. */
  readonly working?: true;
  /** What `getValue` copies. */
  readonly copy: (object: T) => unknown;
}

/** A kind of objects that are not of the library, such as a `Map`: an object of its class takes their calls. */
export interface WrappedKind<Kept extends object, T extends object> extends Kind<T> {
  /** @throws {@link ProxyError} `NOT_ALLOWED` for an object that is not of this kind. */
  readonly checked: (object: object) => Kept;
  readonly wrap: (kept: Kept) => T;
  /** What `getValue` copies. */
  readonly copy: (kept: Kept) => unknown;
}

/** The typeid of the objects of one class, whose methods know who calls them ({@link throughProxies}). */
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

/** The typeid of objects whose calls an object of one class takes. */
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

/** The error for an object that is not of the class of its typeid. */
export function wrongClass(typeid: string, cls: ClassOf<object>): ProxyError {
  return new ProxyError(
    `this object cannot have the typeid '${typeid}': make one with new ${cls.name}(), imported from this package`,
    { code: 'NOT_ALLOWED' },
  );
}

function typeidOf<T extends object>({ name, proxyClass, create }: Kind<T>, expose: Typeid['expose']): Typeid {
  return { name, proxyClass, expose, ...(create && { create }) };
}

/** The public methods of a class, and its getters as properties, without those that are hidden. */
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

/** Gives the class of the proxies the methods that it lacks: a class that extends it can call them by `super`. */
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

/** Makes objects of a class, whose constructor checks what it is given. */
export function makes(cls: new (...args: never[]) => object): (...args: readonly unknown[]) => object {
  return (...args) => Reflect.construct(cls, args);
}
