import { isDetached } from '../../core/seam/codec/binary-classes.ts';
import { Meetings } from '../../core/seam/codec/meetings.ts';
import { isPlainArray, isPlainObject } from '../../core/seam/codec/plain-object.ts';
import { CARRIED } from './carried.ts';
import { LEVELS_IN_PLACE } from './levels.ts';
import { isRecordKey, MAX_RECORD_KEYS } from './record-keys.ts';
import { BIGINT_LIMIT, isPlainText } from './scalar.ts';

/**
 * What a value is to msgpackr: a tree that it writes exactly, the same with objects met twice, or a value with something
 * in it that must be replaced or refused. The last also stands for "too deep" and "a getter threw": the walk tells which.
 */
export type Verdict = 'tree' | 'graph' | 'special';

/** Tells whether msgpackr writes a value exactly as it is. Calls nothing but getters, so a value can be walked anew. */
export class PlainCheck {
  readonly #maxDepth: number;
  readonly #meetings = new Meetings();
  #repeated = false;

  constructor(maxDepth: number) {
    this.#maxDepth = Math.min(maxDepth, LEVELS_IN_PLACE);
  }

  /** The verdict on `value`. */
  judge(value: unknown): Verdict {
    if (typeof value !== 'object' || value === null) return isPlainLeaf(value) ? 'tree' : 'special';
    this.#repeated = false;
    try {
      if (!this.#isPlain(value, 1)) return 'special';
      return this.#repeated ? 'graph' : 'tree';
    } catch {
      // Whatever was thrown is thrown again by the full walk, which knows the path to it.
      return 'special';
    } finally {
      this.#meetings.forget();
    }
  }

  #isPlain(value: object, depth: number): boolean {
    if (this.#meetings.note(value) >= 0) {
      this.#repeated = true;
      return true;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (isPlainObject(value)) {
      return depth <= this.#maxDepth && this.#checkMembers(value, depth + 1);
    }
    if (isPlainArray(value)) return depth <= this.#maxDepth && this.#checkItems(value, depth + 1);
    const carriage = CARRIED.get(prototype);
    if (carriage === 'native') return !isDetached(value);
    if (depth > this.#maxDepth) return false;
    if (carriage === 'Map' && value instanceof Map) return this.#checkEntries(value, depth + 1);
    return carriage === 'Set' && value instanceof Set && this.#checkItems([...value], depth + 1);
  }

  #checkItems(items: readonly unknown[], depth: number): boolean {
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      if (typeof item === 'object' && item !== null) {
        if (!this.#isPlain(item, depth)) return false;
      } else if (!isPlainLeaf(item) || (item === undefined && !(index in items))) return false;
    }
    return true;
  }

  #checkMembers(value: Readonly<Record<string, unknown>>, depth: number): boolean {
    let count = 0;
    for (const key in value) {
      if (++count > MAX_RECORD_KEYS || !isRecordKey(key)) return false;
      const member: unknown = value[key];
      if (typeof member === 'object' && member !== null) {
        if (!this.#isPlain(member, depth)) return false;
      } else if (!isPlainLeaf(member)) return false;
    }
    return true;
  }

  #checkEntries(map: ReadonlyMap<unknown, unknown>, depth: number): boolean {
    for (const entry of map) {
      if (!this.#checkItems(entry, depth)) return false;
    }
    return true;
  }
}

/** Whether msgpackr writes `value`, which is no object, exactly. */
function isPlainLeaf(value: unknown): boolean {
  if (typeof value === 'number') return value !== 0 || 1 / value > 0;
  if (typeof value === 'string') return isPlainText(value);
  if (typeof value === 'bigint') return value < BIGINT_LIMIT && value > -BIGINT_LIMIT;
  return typeof value !== 'function' && typeof value !== 'symbol';
}
