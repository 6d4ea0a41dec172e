import { misuse } from '../seam/errors.ts';
import { isShowable } from '../references/token.ts';

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

/** Returns the class of an object; `undefined` for a plain one. */
export function classOf(object: object): unknown {
  const prototype: unknown = Object.getPrototypeOf(object);
  return typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype
    ? Reflect.get(prototype, 'constructor')
    : undefined;
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

/** Restricts members to the names in a list; all of them without a list. */
export function narrowed(members: ExposedMembers, list: readonly string[] | undefined): ExposedMembers {
  if (list === undefined) return members;
  const { methods, properties } = members;
  const inList = (name: string): boolean => list.includes(name);
  return { methods: methods.filter(inList), properties: properties.filter(inList) };
}

function isMethod(object: object, name: string): boolean {
  for (let level: unknown = object; typeof level === 'object' && level !== null; level = Object.getPrototypeOf(level)) {
    const descriptor = Object.getOwnPropertyDescriptor(level, name);
    if (descriptor) return typeof descriptor.value === 'function';
  }
  return false;
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
