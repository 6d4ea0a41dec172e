import { ActorProxy } from '../proxy/actor-proxy.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { ProxyClass } from '../proxy/proxy-class.ts';
import type { LocalExposure } from '../references/exposure.ts';
import { isShowable } from '../references/token.ts';
import { classOf, type ExposedMembers, exposedList, membersOf, narrowed } from './exposed-list.ts';

/** A kind of object that can be handed out. */
export interface Typeid {
  readonly name: string;
  /** What its proxies extend. */
  readonly proxyClass: ProxyClass;
  /**
   * What proxies of `object` show.
   *
   * @throws {@link ProxyError} `NOT_ALLOWED` when the object is not of this kind.
   */
  expose(object: object): LocalExposure;
  /** Makes an object of this kind, for the creating method of a manager. Kinds that are only handed out leave it out. */
  readonly create?: (...args: readonly unknown[]) => object | PromiseLike<object>;
  /** For kinds that stand for a result which is still to come: starts the method and gives what stands for its result. */
  readonly start?: (run: () => unknown) => object;
}

const exposures = new Map<string, LocalExposure>();

/** The exposure with these members; always the same object, so that a session describes it once. */
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

/**
 * The public methods of an object: those of its class and the classes above, and the functions that a plain object has
 * itself. Names that begin with `_`, and names that every object has, are not among them.
 */
export function publicMethods(object: object): readonly string[] {
  const names = new Set<string>();
  if (classPrototype(object) === undefined) addMethods(object, names);
  else for (const level of prototypesOf(object)) addMethods(level, names);
  return [...names];
}

/** What an object shares with the others of its class; plain objects are of none. */
function classPrototype(object: object): object | undefined {
  const prototype = Reflect.getPrototypeOf(object);
  return prototype === null || prototype === Object.prototype ? undefined : prototype;
}

/** The prototypes of an object, nearest first, without those that every object or function has. */
export function prototypesOf(object: object): readonly object[] {
  const levels: object[] = [];
  let level: unknown = Object.getPrototypeOf(object);
  while (typeof level === 'object' && level !== null && level !== Object.prototype) {
    levels.push(level);
    level = Object.getPrototypeOf(level);
  }
  return levels;
}

/** Whether a member of that name is public: not beginning with `_`, and nothing that every object has. */
export function isPublic(name: string): boolean {
  return !name.startsWith('_') && name !== 'init' && isShowable(name);
}

function addMethods(level: object, names: Set<string>): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
    if (typeof value === 'function' && isPublic(name)) names.add(name);
  }
}

/** What the definition of a typeid says about the members of its proxies. */
interface Shown {
  readonly methodToTypeid?: Readonly<Record<string, string>>;
  /** The methods, when the definition names them. */
  readonly exposed?: readonly string[] | undefined;
  /** The class of the proxies, whose `static exposed` narrows what they show. */
  readonly proxyClass: ProxyClass;
}

/**
 * Shows the members of objects: those that the definition names, or that `static exposed` of an object's class lists, or
 * the public methods; of these, the ones that `static exposed` of the proxies' class lists. Objects of one class are looked
 * at once, so methods that a class is given after an object of it was handed out stay unseen.
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
  // Without a list of the object's own, that of its proxies may name properties as well.
  return narrowing ? membersOf(object, narrowing, proxyClass.name) : { methods: publicMethods(object), properties: [] };
}

/** Any object, showing what its class exposes, or else its public methods. */
export const AUTO: Typeid = {
  name: 'auto',
  proxyClass: BaseProxy,
  expose: exposeMembers('auto', { proxyClass: BaseProxy }),
};

/** Typeids by name; those of a class come on top of those of its parent. */
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

  /** Every name, the parent's first. */
  get names(): readonly string[] {
    return [...new Set([...(this.#parent?.names ?? []), ...this.#own.keys()])];
  }

  /** What the proxies of a typeid extend; those of an unknown one are plain. */
  readonly proxyClass = (name: string): ProxyClass => this.get(name)?.proxyClass ?? BaseProxy;
}

/** The typeids of every actor and manager. The front door adds the built-in ones. */
export const COMMON_TYPEIDS: TypeidTable = new TypeidTable();
COMMON_TYPEIDS.add(AUTO);

/** The typeids of an actor class: its parent's, the class's own, and `actor` itself. */
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

/** How a kind of object is handed out, for `register` of a manager. */
export interface TypeidDefinition {
  /** Makes an object; absent for kinds that are only handed out. */
  readonly create?: (...args: readonly never[]) => object | PromiseLike<object>;
  /** The methods that proxies show. Default: `static exposed` of the object's class, or else its public methods. */
  readonly exposed?: readonly string[];
  /** What the proxies extend. Default {@link BaseProxy}. */
  readonly proxyClass?: ProxyClass;
  /** Methods whose results are handed out as proxies of a typeid. */
  readonly methodToTypeid?: Readonly<Record<string, string>>;
}

/** A kind of object of a user's own. */
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
