/** Typeids: the kinds of objects that can be handed out, and the members that their proxies expose. */
import { ActorProxy } from '../proxy/actor-proxy.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { ProxyClass } from '../proxy/proxy-class.ts';
import { isShowable, type LocalExposure } from '../references/exposure.ts';
import { misuse } from '../seam/errors.ts';

/** A kind of object that can be handed out. */
export interface Typeid {
  readonly name: string;
  /** The class that its proxies extend. */
  readonly proxyClass: ProxyClass;
  /**
   * Returns the exposure of `object`.
   *
   * @throws {@link ProxyError} `NOT_ALLOWED` when the object is not of this kind.
   */
  expose(object: object): LocalExposure;
  /** Creates an object of this kind, for a manager. Absent for kinds that are only handed out. */
  readonly create?: (...args: readonly unknown[]) => object | PromiseLike<object>;
  /** For kinds of pending results: starts the method and returns the object in place of its result. */
  readonly start?: (run: () => unknown) => object;
}

/** Typeids by name; those of a class override those of its parent. */
export class TypeidTable {
  readonly #parent: TypeidTable | undefined;
  readonly #own = new Map<string, Typeid>();

  constructor(parent?: TypeidTable) {
    this.#parent = parent;
  }

  add(typeid: Typeid): void {
    this.#own.set(typeid.name, typeid);
  }

  get(name: string): Typeid | undefined {
    return this.#own.get(name) ?? this.#parent?.get(name);
  }

  /** All names, the parent's first. */
  get names(): readonly string[] {
    return [...new Set([...(this.#parent?.names ?? []), ...this.#own.keys()])];
  }

  /** Returns the class that a typeid's proxies extend; {@link BaseProxy} for an unknown one. */
  readonly proxyClass = (name: string): ProxyClass => this.get(name)?.proxyClass ?? BaseProxy;
}

/** Any object, with the members that its class exposes, or its public methods. */
export const AUTO: Typeid = {
  name: 'auto',
  proxyClass: BaseProxy,
  expose: exposeMembers('auto', { proxyClass: BaseProxy }),
};

/** The typeids of every actor and manager. The package's entry adds the built-in ones. */
export const COMMON_TYPEIDS: TypeidTable = new TypeidTable();
COMMON_TYPEIDS.add(AUTO);

/** Returns the typeids of an actor class: its parent's, its own, and `actor`. */
export function actorTypeids(
  proxies: Readonly<Record<string, ProxyClass>>,
  actorProxy: ProxyClass = ActorProxy,
  parent: TypeidTable = COMMON_TYPEIDS,
): TypeidTable {
  const table = new TypeidTable(parent);
  for (const [name, proxyClass] of Object.entries(proxies)) table.add(defineTypeid(name, { proxyClass }));
  table.add({ ...AUTO, name: 'actor', proxyClass: actorProxy });
  return table;
}

/** The definition of a typeid, for `register` of a manager. */
export interface TypeidDefinition {
  /** Creates an object; absent for kinds that are only handed out. */
  readonly create?: (...args: readonly never[]) => object | PromiseLike<object>;
  /** The methods that proxies expose. Default: `static exposed` of the object's class, otherwise its public methods. */
  readonly exposed?: readonly string[];
  /** The class that the proxies extend. Default {@link BaseProxy}. */
  readonly proxyClass?: ProxyClass;
  /** Methods whose results are handed out as proxies of a typeid. */
  readonly methodToTypeid?: Readonly<Record<string, string>>;
}

/** Creates a user's typeid. */
export function defineTypeid(name: string, definition: TypeidDefinition): Typeid {
  const { create, exposed, proxyClass = BaseProxy, methodToTypeid = {} } = definition;
  return {
    name,
    proxyClass,
    expose: exposeMembers(name, { methodToTypeid, exposed, proxyClass }),
    ...(create && { create: (...args: readonly unknown[]) => makeWith(create, args) }),
  };
}

function makeWith(create: NonNullable<TypeidDefinition['create']>, args: readonly unknown[]): object {
  return Reflect.apply(create, undefined, args);
}

/** The part of a typeid's definition that concerns its proxies' members. */
interface Shown {
  readonly methodToTypeid?: Readonly<Record<string, string>>;
  /** The methods, when the definition lists them. */
  readonly exposed?: readonly string[] | undefined;
  /** The class of the proxies, whose `static exposed` restricts the members. */
  readonly proxyClass: ProxyClass;
}

/**
 * Returns the exposing function of a typeid: the members that the definition lists, or that `static exposed` of the object's
 * class lists, or the public methods; of these, those that `static exposed` of the proxy class lists. The members are determined
 * once per class, so methods added to the class later are not exposed.
 */
function exposeMembers(typeid: string, { methodToTypeid, exposed, proxyClass }: Shown): Typeid['expose'] {
  const known = new WeakMap<object, LocalExposure>();
  return (object) => {
    const shared = classPrototype(object);
    let exposure = shared && known.get(shared);
    if (exposure === undefined) {
      const { methods, properties } = membersShown(object, exposed, proxyClass);
      exposure = internExposure(typeid, methods, properties, methodToTypeid);
      if (shared) known.set(shared, exposure);
    }
    return exposure;
  };
}

function membersShown(object: object, exposed: readonly string[] | undefined, proxyClass: ProxyClass): ExposedMembers {
  const narrowing = exposedList(proxyClass);
  if (exposed) return narrowed({ methods: exposed, properties: [] }, narrowing);
  const cls = classOf(object);
  const listed = exposedList(cls);
  if (listed && typeof cls === 'function') return narrowed(membersOf(object, listed, cls.name), narrowing);
  // Without a list of the object's own, that of the proxy class may contain properties too.
  return narrowing ? membersOf(object, narrowing, proxyClass.name) : { methods: publicMethods(object), properties: [] };
}

/** The members that proxies expose, by kind. */
export interface ExposedMembers {
  readonly methods: readonly string[];
  readonly properties: readonly string[];
}

/** The ends of every class's chain of parents. */
const NO_CLASS: ReadonlySet<unknown> = new Set([Function.prototype, Object]);

/**
 * Returns the names that `static exposed` lists along the chain of a class, the parents' first; `undefined` when no class of the
 * chain has a list.
 *
 * @throws `TypeError` for an invalid list, and for a name that no proxy can expose.
 */
export function exposedList(cls: unknown): readonly string[] | undefined {
  const lists: (readonly string[])[] = [];
  for (let level = cls; typeof level === 'function' && !NO_CLASS.has(level); level = Object.getPrototypeOf(level)) {
    const list: unknown = Object.hasOwn(level, 'exposed') ? Reflect.get(level, 'exposed') : undefined;
    if (list !== undefined) lists.unshift(checkedList(list, level.name));
  }
  return lists.length === 0 ? undefined : [...new Set(lists.flat())];
}

function checkedList(list: unknown, name: string): readonly string[] {
  if (!Array.isArray(list) || !list.every((member) => typeof member === 'string' && member !== '')) {
    throw misuse(`${name}.exposed has the wrong shape: it must be an array of the names of members`);
  }
  const hidden = list.find((member) => !isShowable(member));
  if (hidden === undefined) return list;
  const why =
    hidden === 'then'
      ? 'a proxy with this member would be treated as a promise'
      : 'every proxy has a member of that name';
  throw misuse(`${name}.exposed: '${hidden}' cannot be exposed, because ${why}: rename it`);
}

/**
 * Sorts names into methods and properties of an object, without running a getter.
 *
 * @param owner - The class whose list has the names, for messages.
 * @throws `TypeError` for a name that the object does not have.
 */
export function membersOf(object: object, names: readonly string[], owner: string): ExposedMembers {
  const methods: string[] = [];
  const properties: string[] = [];
  for (const name of names) {
    if (!(name in object)) {
      throw misuse(
        `${owner}.exposed lists '${name}', but the class has no such member: correct the name or declare it`,
      );
    }
    (isMethod(object, name) ? methods : properties).push(name);
  }
  return { methods, properties };
}

function isMethod(object: object, name: string): boolean {
  for (let level: unknown = object; typeof level === 'object' && level !== null; level = Object.getPrototypeOf(level)) {
    const descriptor = Object.getOwnPropertyDescriptor(level, name);
    if (descriptor) return typeof descriptor.value === 'function';
  }
  return false;
}

/** Restricts members to the names in a list; all of them without a list. */
export function narrowed(members: ExposedMembers, list: readonly string[] | undefined): ExposedMembers {
  if (list === undefined) return members;
  const { methods, properties } = members;
  const inList = (name: string): boolean => list.includes(name);
  return { methods: methods.filter(inList), properties: properties.filter(inList) };
}

/** Returns the prototype that identifies an object's class; `undefined` for plain objects. */
function classPrototype(object: object): object | undefined {
  const prototype = Reflect.getPrototypeOf(object);
  return prototype === null || prototype === Object.prototype ? undefined : prototype;
}

/** Returns the class of an object; `undefined` for a plain one. */
export function classOf(object: object): unknown {
  const prototype = classPrototype(object);
  return typeof prototype === 'object' ? Reflect.get(prototype, 'constructor') : undefined;
}

/** Returns the prototypes of an object, nearest first, without those of every object or function. */
export function prototypesOf(object: object): readonly object[] {
  const levels: object[] = [];
  let level: unknown = Object.getPrototypeOf(object);
  while (typeof level === 'object' && level !== null && level !== Object.prototype) {
    levels.push(level);
    level = Object.getPrototypeOf(level);
  }
  return levels;
}

/**
 * Returns the public methods of an object: those of its class and parent classes, and a plain object's own functions. Excludes
 * names that begin with `_` and inherited Object members.
 */
export function publicMethods(object: object): readonly string[] {
  const names = new Set<string>();
  if (classPrototype(object) === undefined) addMethods(object, names);
  else for (const level of prototypesOf(object)) addMethods(level, names);
  return [...names];
}

function addMethods(level: object, names: Set<string>): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
    if (typeof value === 'function' && isPublic(name)) names.add(name);
  }
}

/** Whether a member name is public: it does not begin with `_`, and is not an inherited Object member. */
export function isPublic(name: string): boolean {
  return !name.startsWith('_') && name !== 'init' && isShowable(name);
}

const exposures = new Map<string, LocalExposure>();

/** Returns the exposure with these members; always the same object, so that a session describes it once. */
export function internExposure(
  typeid: string,
  methods: readonly string[],
  properties: readonly string[] = [],
  methodToTypeid: Readonly<Record<string, string>> = {},
): LocalExposure {
  const key = JSON.stringify([typeid, methods, properties, methodToTypeid]);
  let exposure = exposures.get(key);
  if (exposure === undefined) {
    exposure = Object.freeze({ typeid, methods, properties, methodToTypeid });
    exposures.set(key, exposure);
  }
  return exposure;
}
