import { CARRIED } from './carried.ts';
import { LEVELS_IN_PLACE } from './levels.ts';
import { isPlainArray, isPlainObject } from './plain-object.ts';
import { isRecordKey, MAX_RECORD_KEYS } from './record-keys.ts';
import { BIGINT_LIMIT, isPlainText } from './scalar.ts';

/** Up to so many objects a list is searched quicker than a Set is filled. */
const LISTED = 16;

/**
 * What a value is to msgpackr: a tree that it writes exactly, the same with objects met twice, or a value with something
 * in it that must be replaced or refused. The last also stands for "too deep" and "a getter threw": the walk tells which.
 */
export type Verdict = 'tree' | 'graph' | 'special';

/** Tells whether msgpackr writes a value exactly as it is. Calls nothing but getters, so a value can be walked anew. */
export class PlainCheck {
  readonly #maxDepth: number;
  readonly #listed: object[] = [];
  #seen: Set<object> | undefined = undefined;
  #repeated = false;

  constructor(maxDepth: number) {
    this.#maxDepth = Math.min(maxDepth, LEVELS_IN_PLACE);
  }

  /** The verdict on `value`. */
  judge(value: unknown): Verdict {
    try {
      if (!this.#check(value, 0)) return 'special';
      return this.#repeated ? 'graph' : 'tree';
    } catch {
      // Whatever was thrown is thrown again by the full walk, which knows the path to it.
      return 'special';
    } finally {
      this.#listed.length = 0;
      this.#seen = undefined;
      this.#repeated = false;
    }
  }

  #check(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'string':
        return isPlainText(value);
      case 'number':
        return value !== 0 || 1 / value > 0;
      case 'object':
        return value === null || this.#checkObject(value, depth + 1);
      case 'boolean':
      case 'undefined':
        return true;
      case 'bigint':
        return value < BIGINT_LIMIT && value > -BIGINT_LIMIT;
      case 'function':
      case 'symbol':
        break;
    }
    return false;
  }

  #checkObject(value: object, depth: number): boolean {
    if (!this.#isFirstMeeting(value)) {
      this.#repeated = true;
      return true;
    }
    if (isPlainArray(value)) return depth <= this.#maxDepth && this.#checkItems(value, depth);
    if (isPlainObject(value)) return depth <= this.#maxDepth && this.#checkMembers(value, depth);
    const carriage = CARRIED.get(Object.getPrototypeOf(value));
    if (carriage === 'native') return true;
    if (depth > this.#maxDepth) return false;
    if (carriage === 'Map' && value instanceof Map) return this.#checkEntries(value, depth);
    return carriage === 'Set' && value instanceof Set && this.#checkItems([...value], depth);
  }

  #checkItems(items: readonly unknown[], depth: number): boolean {
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      if (!this.#check(item, depth) || (item === undefined && !(index in items))) return false;
    }
    return true;
  }

  #checkMembers(value: Readonly<Record<string, unknown>>, depth: number): boolean {
    let count = 0;
    for (const key in value) {
      if (++count > MAX_RECORD_KEYS || !isRecordKey(key) || !this.#check(value[key], depth)) return false;
    }
    return true;
  }

  #checkEntries(map: ReadonlyMap<unknown, unknown>, depth: number): boolean {
    for (const [key, value] of map) {
      if (!this.#check(key, depth) || !this.#check(value, depth)) return false;
    }
    return true;
  }

  #isFirstMeeting(value: object): boolean {
    if (this.#seen !== undefined) {
      const size = this.#seen.size;
      return this.#seen.add(value).size !== size;
    }
    if (this.#listed.includes(value)) return false;
    if (this.#listed.push(value) > LISTED) this.#seen = new Set(this.#listed);
    return true;
  }
}
