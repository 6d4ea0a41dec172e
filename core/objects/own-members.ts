import { misuse } from '../seam/errors.ts';

/** Whether an object was created by `{}` or `Object.create(null)`. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * The members of a plain object, with the interface of a `Map`: its own enumerable properties with string keys. Names such as
 * `__proto__` and `constructor` are ordinary names.
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

  /** @throws `TypeError` when the object cannot be changed. */
  set(name: unknown, value: unknown): void {
    const key = checkedName(name);
    const written = this.has(key)
      ? Reflect.set(this.#object, key, value)
      : // Assigning a new name could call a setter of the prototype, such as `__proto__`.
        Reflect.defineProperty(this.#object, key, { value, writable: true, enumerable: true, configurable: true });
    if (!written) throw misuse(`'${key}' cannot be written: the object is frozen, or this property of it is read-only`);
  }

  /** @throws `TypeError` when the object cannot be changed. */
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

  /** Yields the entries like `for … in`: an entry that is deleted before its turn is skipped, an added one may be. */
  *entries(): Generator<[string, unknown], void, undefined> {
    for (const name of this.keys()) {
      if (this.has(name)) yield [name, this.get(name)];
    }
  }

  /** Returns a plain object with the same members. */
  copy(): object {
    return Object.fromEntries(this.entries());
  }
}

function checkedName(name: unknown): string {
  if (typeof name === 'string') return name;
  throw misuse(`the members of a plain object have string names, got ${typeof name}: use a string`);
}
