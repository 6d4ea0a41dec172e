import { types } from 'node:util';
import { misuse, ProxyError } from '../seam/errors.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { elementIndex } from './arguments.ts';
import { type Shared, wrappedTypeid } from './shared-typeid.ts';

/** The type of a typed array's elements. */
export type ElementOf<A> = A extends BigInt64Array | BigUint64Array ? bigint : number;

/** The members that all kinds of typed arrays share. */
interface Elements {
  readonly length: number;
  [index: number]: number | bigint;
  fill(value: number | bigint, start?: number, end?: number): unknown;
  set(values: ArrayLike<number | bigint>, offset: number): void;
  slice(start?: number, end?: number): object;
}

/** Executes the calls for a typed array. */
class SharedArray<A extends NodeJS.TypedArray> {
  readonly #elements: Elements;
  readonly #kind: 'bigint' | 'number';

  constructor(elements: Elements) {
    this.#elements = elements;
    this.#kind = types.isBigInt64Array(elements) || types.isBigUint64Array(elements) ? 'bigint' : 'number';
  }

  /** The number of elements. */
  get length(): number {
    return this.#elements.length;
  }

  /** Returns the element at an index. */
  get(index: number): ElementOf<A>;
  get(index: unknown): unknown {
    return this.#elements[elementIndex(index, this.#elements.length, 'Array.get')];
  }

  /** Replaces the element at an index. */
  set(index: number, value: ElementOf<A>): void {
    this.#elements[elementIndex(index, this.#elements.length, 'Array.set')] = this.#checked(value, 'Array.set');
  }

  /** Returns a copy of the elements from `start` up to, but not including, `end`. */
  slice(start?: number, end?: number): A;
  slice(start?: number, end?: number): object {
    return copyOf(this.#elements, start, end);
  }

  /** Sets the elements from `start` up to, but not including, `end` to `value`. */
  fill(value: ElementOf<A>, start?: number, end?: number): void {
    this.#elements.fill(this.#checked(value, 'Array.fill'), start, end);
  }

  /** Copies values into the array from `offset` on, all at once. */
  setFrom(values: A | readonly ElementOf<A>[], offset?: number): void;
  setFrom(values: unknown, offset: unknown = 0): void {
    const checked = this.#checkedAll(values);
    const { length } = this.#elements;
    if (typeof offset !== 'number' || !Number.isInteger(offset)) {
      throw misuse(`Array.setFrom: the offset must be an integer, got ${typeof offset}`);
    }
    if (offset < 0 || offset + checked.length > length) {
      throw new RangeError(
        `Array.setFrom: ${checked.length} values from index ${offset} on are out of range, because there are ` +
          `${length} elements`,
      );
    }
    this.#elements.set(checked, offset);
  }

  #checkedAll(values: unknown): ArrayLike<number | bigint> {
    // The typed array itself refuses one of the wrong kind.
    if (isElements(values)) return values;
    if (Array.isArray(values)) return values.map((value: unknown) => this.#checked(value, 'Array.setFrom'));
    throw misuse('Array.setFrom: expected an array or a typed array of values');
  }

  #checked(value: unknown, member: string): number | bigint {
    if ((typeof value === 'number' || typeof value === 'bigint') && typeof value === this.#kind) return value;
    throw misuse(`${member}: the elements are ${this.#kind}s, and this is a ${value === null ? 'null' : typeof value}`);
  }
}

/**
 * A proxy of a typed array, whose length is fixed. Values are stored as the typed array stores them, so 300 in a
 * `Uint8Array` is 44.
 *
 * Indexes are integers; negative ones count from the end. An index out of range causes a `RangeError`, and a value that is not a
 * number (in an array of bigints, not a bigint) a `TypeError`; nothing is written then.
 */
export class ArrayProxy<A extends NodeJS.TypedArray = NodeJS.TypedArray> extends BaseProxy {}
export interface ArrayProxy<A extends NodeJS.TypedArray = NodeJS.TypedArray> extends Shared<SharedArray<A>> {}

/** The typeid `Array`: typed arrays. */
export const ARRAY: Typeid = wrappedTypeid({
  name: 'Array',
  cls: SharedArray,
  proxyClass: ArrayProxy,
  // A received array may be a view of a whole message, which it would keep in memory.
  create: (elements: unknown) => {
    if (isElements(elements)) return copyOf(elements);
    throw misuse('Array: pass a typed array, such as new Float64Array(8), or make a list of other values');
  },
  checked: checkedElements,
  wrap: (elements) => new SharedArray(elements),
  copy: (elements) => copyOf(elements),
});

function isElements(value: unknown): value is Elements {
  return types.isTypedArray(value);
}

function checkedElements(value: unknown): Elements {
  if (isElements(value)) return value;
  throw new ProxyError("only a typed array can have the typeid 'Array': use 'list' for other arrays", {
    code: 'NOT_ALLOWED',
  });
}

function copyOf(elements: Elements, start?: number, end?: number): object {
  // A Buffer's own `slice` would share its memory.
  return types.isUint8Array(elements)
    ? Uint8Array.prototype.slice.call(elements, start, end)
    : elements.slice(start, end);
}
