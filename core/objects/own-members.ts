import { misuse } from '../seam/errors.ts';

/** Whether an object is one that `{}` or `Object.create(null)` made. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * The members of a plain object as a `Map` would have them: its own enumerable properties with string keys, and nothing
 * else. Names such as `__proto__` and `constructor` are names like any other.
 */
export class OwnMembers {
  readonly #object: object;

  constructor(object: object) {
    this.#object = object;
  }

  get size(): number {
    return this.keys().length;
  }

  has(name: unknown): boolean {
    return Object.getOwnPropertyDescriptor(this.#object, checkedName(name))?.enumerable === true;
  }

  get(name: unknown): unknown {
    return this.has(name) ? Reflect.get(this.#object, checkedName(name)) : undefined;
  }

  /** @throws `TypeError` when the object does not let itself be changed. */
  set(name: unknown, value: unknown): void {
    const key = checkedName(name);
    const written = this.has(key)
      ? Reflect.set(this.#object, key, value)
      : // Assigning to a name that is not there could reach a setter of the prototype: `__proto__` is one.
        Reflect.defineProperty(this.#object, key, { value, writable: true, enumerable: true, configurable: true });
    if (!written) throw misuse(`'${key}' cannot be written: the object is frozen, or this property of it is read-only`);
  }

  /** @throws `TypeError` when the object does not let itself be changed. */
  delete(name: unknown): boolean {
    const key = checkedName(name);
    if (!this.has(key)) return false;
    if (Reflect.deleteProperty(this.#object, key)) return true;
    throw misuse(`'${key}' cannot be deleted: the object is frozen or sealed`);
  }

  clear(): void {
    for (const name of this.keys()) this.delete(name);
  }

  keys(): string[] {
    return Object.keys(this.#object);
  }

  /** As `for … in` visits them: what is deleted before its turn does not come, what is added may not come. */
  *entries(): Generator<[string, unknown], void, undefined> {
    for (const name of this.keys()) {
      if (this.has(name)) yield [name, this.get(name)];
    }
  }

  /** A plain object with the same members. */
  copy(): object {
    return Object.fromEntries(this.entries());
  }
}

function checkedName(name: unknown): string {
  if (typeof name === 'string') return name;
  throw misuse(`the members of a plain object have string names, got ${typeof name}: use a string`);
}
