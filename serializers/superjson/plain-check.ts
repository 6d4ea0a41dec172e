import { isPlainArray, isPlainObject } from '../../core/seam/codec/traversal.ts';

/** Up to this many containers, searching a list is faster than filling a Set. */
const LISTED = 16;
/** The value itself, and the object that contains it. */
const AROUND_VALUES = 2;

/**
 * Checks whether `JSON.stringify` alone writes the same as superjson: nothing in the value is special and no object is met twice.
 * It runs only getters, so a value that is not plain can be traversed again.
 */
export class PlainCheck {
  readonly #maxDepth: number;
  readonly #listed: (object | undefined)[] = Array.from({ length: LISTED }, () => undefined);
  #listedCount = 0;
  #seen: Set<object | undefined> | undefined = undefined;
  #values = 0;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
  }

  /** The number of values that a reader will count in the text of a plain value; see {@link countValues}. */
  get values(): number {
    return this.#values;
  }

  /** Whether `value` is plain. `false` also means "too deep" and "a getter threw": the full traversal distinguishes them. */
  isPlain(value: unknown): boolean {
    this.#values = AROUND_VALUES;
    try {
      return this.#check(value, 0);
    } catch {
      // The full traversal throws the same error again, with the path.
      return false;
    } finally {
      while (this.#listedCount > 0) this.#listed[--this.#listedCount] = undefined;
      this.#seen = undefined;
    }
  }

  #check(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return true;
      case 'number':
        return isPlainNumber(value);
      case 'object':
        return value === null || this.#checkContainer(value, depth + 1);
      case 'undefined':
      case 'bigint':
      case 'symbol':
      case 'function':
      default:
        return false;
    }
  }

  #checkContainer(value: object, depth: number): boolean {
    if (depth > this.#maxDepth || !this.#isFirstMeeting(value)) return false;
    if (isPlainArray(value)) {
      for (let index = 0; index < value.length; index++) {
        if (!this.#check(value[index], depth)) return false;
      }
      this.#values += value.length || 1;
      return true;
    }
    if (!isPlainObject(value)) return false;
    let members = 0;
    for (const key in value) {
      if (!this.#check(value[key], depth)) return false;
      members++;
    }
    this.#values += members || 1;
    return true;
  }

  #isFirstMeeting(value: object): boolean {
    if (this.#seen !== undefined) {
      const size = this.#seen.size;
      return this.#seen.add(value).size !== size;
    }
    for (let index = 0; index < this.#listedCount; index++) {
      if (this.#listed[index] === value) return false;
    }
    if (this.#listedCount === LISTED) this.#seen = new Set<object | undefined>(this.#listed).add(value);
    else this.#listed[this.#listedCount++] = value;
    return true;
  }
}

/** Whether JSON can represent `value`: neither NaN, nor infinite, nor -0. */
export function isPlainNumber(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0);
}
