import { misuse, ProxyError } from '../seam/errors.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { isPlainObject, OwnMembers } from './own-members.ts';
import { type Shared, wrappedTypeid } from './shared-typeid.ts';

/** Takes the calls for a bag of attributes. */
class Namespace<T extends object> {
  readonly #members: OwnMembers;

  constructor(object: object) {
    this.#members = new OwnMembers(object);
  }

  get(name: string & keyof T): unknown {
    return this.#members.get(name);
  }

  set(name: string & keyof T, value: unknown): void {
    this.#members.set(name, value);
  }

  /** Removes an attribute; resolves to whether it was there. */
  delete(name: string & keyof T): boolean {
    return this.#members.delete(name);
  }

  /** The names of all attributes. */
  names(): (string & keyof T)[];
  names(): string[] {
    return this.#members.keys();
  }
}

/**
 * A proxy of a bag of attributes: the own enumerable properties of a plain object. `T` says which there are.
 *
 * What `get` gives is a copy: changing it changes nothing there, so put it back with `set`.
 */
export class NamespaceProxy<T extends object = Record<string, unknown>> extends BaseProxy {}
export interface NamespaceProxy<T extends object = Record<string, unknown>>
  extends Shared<Namespace<T>, 'get' | 'set'> {
  /** The attribute of that name; `undefined` when there is none. */
  get<Name extends string & keyof T>(name: Name): Promise<T[Name]>;

  /** Gives an attribute a value, whether it was there or not. */
  set<Name extends string & keyof T>(name: Name, value: T[Name]): Promise<void>;
}

/** A bag of attributes: a plain object. */
export const NAMESPACE: Typeid = wrappedTypeid({
  name: 'Namespace',
  cls: Namespace,
  proxyClass: NamespaceProxy,
  create(attributes: unknown = {}) {
    if (isPlainObject(attributes)) return new OwnMembers(attributes).copy();
    throw misuse('Namespace: its attributes are passed as a plain object, { x: 1 }');
  },
  checked(object) {
    if (isPlainObject(object)) return object;
    throw new ProxyError("only a plain object can have the typeid 'Namespace': use 'auto' for other objects", {
      code: 'NOT_ALLOWED',
    });
  },
  wrap: (object) => new Namespace(object),
  copy: (object) => new OwnMembers(object).copy(),
});
