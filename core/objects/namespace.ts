import { misuse, ProxyError } from '../seam/errors.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { LocalExposure } from '../references/exposure.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { isPlainObject, OwnMembers } from './own-members.ts';

/**
 * A proxy of a bag of attributes: the own enumerable properties of a plain object. `T` says which there are.
 *
 * What `get` gives is a copy: changing it changes nothing there, so put it back with `set`.
 */
export class NamespaceProxy<T extends object = Record<string, unknown>> extends BaseProxy {
  /** The attribute of that name; `undefined` when there is none. */
  get<Name extends string & keyof T>(name: Name): Promise<T[Name]> {
    return this.callMethod('get', [name]);
  }

  /** Gives an attribute a value, whether it was there or not. */
  set<Name extends string & keyof T>(name: Name, value: T[Name]): Promise<void> {
    return this.callMethod('set', [name, value]);
  }

  /** Removes an attribute; resolves to whether it was there. */
  delete(name: string & keyof T): Promise<boolean> {
    return this.callMethod('delete', [name]);
  }

  /** The names of all attributes. */
  names(): Promise<(string & keyof T)[]> {
    return this.callMethod('names');
  }
}

/** Takes the calls for a bag of attributes; the proxy documents the members. */
class Namespace {
  readonly #members: OwnMembers;

  constructor(object: object) {
    this.#members = new OwnMembers(object);
  }

  get(name: unknown): unknown {
    return this.#members.get(name);
  }

  set(name: unknown, value: unknown): void {
    this.#members.set(name, value);
  }

  delete(name: unknown): boolean {
    return this.#members.delete(name);
  }

  names(): string[] {
    return this.#members.keys();
  }
}

const EXPOSURE: LocalExposure = Object.freeze({
  typeid: 'Namespace',
  methods: Object.freeze(['get', 'set', 'delete', 'names']),
  properties: Object.freeze([]),
  methodToTypeid: Object.freeze({}),
  adapt: (object: object) => new Namespace(object),
  copy: (object: object) => new OwnMembers(object).copy(),
});

/** A bag of attributes: a plain object. */
export const NAMESPACE: Typeid = {
  name: 'Namespace',
  proxyClass: NamespaceProxy,
  expose(object) {
    if (isPlainObject(object)) return EXPOSURE;
    throw new ProxyError("only a plain object can have the typeid 'Namespace': use 'auto' for other objects", {
      code: 'NOT_ALLOWED',
    });
  },
  create(attributes: unknown = {}) {
    if (isPlainObject(attributes)) return new OwnMembers(attributes).copy();
    throw misuse('Namespace: its attributes are passed as a plain object, { x: 1 }');
  },
};
