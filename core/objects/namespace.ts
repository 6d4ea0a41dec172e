import { misuse, ProxyError } from '../seam/errors.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { isPlainObject, OwnMembers } from './own-members.ts';
import { type Shared, wrappedTypeid } from './shared-typeid.ts';

/** Executes the calls for a set of attributes. */
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

  /** Removes an attribute; resolves to whether it existed. */
  delete(name: string & keyof T): boolean {
    return this.#members.delete(name);
  }

  /** Returns the names of all attributes. */
  names(): (string & keyof T)[];
  names(): string[] {
    return this.#members.keys();
  }
}

/**
 * A proxy of a set of attributes: the own enumerable properties of a plain object. `T` declares them.
 *
 * `get` returns a copy: changing it does not change the attribute, so write it back with `set`.
 */
export class NamespaceProxy<T extends object = Record<string, unknown>> extends BaseProxy {}
export interface NamespaceProxy<T extends object = Record<string, unknown>>
  extends Shared<Namespace<T>, 'get' | 'set'> {
  /** Returns the attribute of that name; `undefined` when there is none. */
  get<Name extends string & keyof T>(name: Name): Promise<T[Name]>;

  /** Sets an attribute, or adds it. */
  set<Name extends string & keyof T>(name: Name, value: T[Name]): Promise<void>;
}

/** The typeid `Namespace`: plain objects. */
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
