import { BaseProxy } from '../proxy/base-proxy.ts';

/**
 * A proxy of an `Array`. Members are those of `Array` and, where it has none, those of Python's `list`. What changes the
 * array answers when it is done, without sending the array back.
 *
 * What a member gives back is a copy: changing it changes nothing here, so put it back with `set`. `indexOf`, `includes`,
 * `count` and `remove` compare objects by their contents, and proxies by what they stand for, because a copy is never
 * identical with what it was made of.
 *
 * `for await (const value of list)` reads a few at a time, as a loop over an `Array` does while it changes.
 */
export class ListProxy<T = unknown> extends BaseProxy {
  /** How many elements there are. */
  declare readonly length: Promise<number>;

  /** The element at an index, from the end when it is negative; `undefined` when there is none. */
  at(index: number): Promise<T | undefined> {
    return this.callMethod('at', [index]);
  }

  /**
   * The element at an index, from the end when it is negative.
   *
   * @throws `RangeError` when there is none; Python's `IndexError`.
   */
  get(index: number): Promise<T> {
    return this.callMethod('get', [index]);
  }

  /**
   * Replaces the element at an index, from the end when it is negative.
   *
   * @throws `RangeError` when there is none.
   */
  set(index: number, value: T): Promise<void> {
    return this.callMethod('set', [index, value]);
  }

  /** Appends elements; resolves to the new length. */
  push(...values: readonly T[]): Promise<number> {
    return this.callMethod('push', values);
  }

  /**
   * Removes the last element and resolves to it, or to `undefined` when there is none.
   *
   * @param index - which element instead, from the end when it is negative.
   * @throws `RangeError` when there is no element at that index.
   */
  pop(): Promise<T | undefined>;
  pop(index: number): Promise<T>;
  pop(...args: readonly number[]): Promise<T> {
    return this.callMethod('pop', args);
  }

  /** Removes the first element and resolves to it, or to `undefined` when there is none. */
  shift(): Promise<T | undefined> {
    return this.callMethod('shift');
  }

  /** Puts elements in front; resolves to the new length. */
  unshift(...values: readonly T[]): Promise<number> {
    return this.callMethod('unshift', values);
  }

  /** Puts an element before the one at `index`; beyond either end, at that end. */
  insert(index: number, value: T): Promise<void> {
    return this.callMethod('insert', [index, value]);
  }

  /**
   * Removes the first element equal to `value`.
   *
   * @throws `RangeError` when there is none; Python's `ValueError`.
   */
  remove(value: T): Promise<void> {
    return this.callMethod('remove', [value]);
  }

  /** Appends everything that an iterable, or another list's proxy, holds; all of it at once. */
  extend(values: Iterable<T> | AsyncIterable<T>): Promise<void> {
    return this.callMethod('extend', [values]);
  }

  /** Removes `deleteCount` elements from `start` on, by default all, and puts `values` there; resolves to the removed. */
  splice(start: number, deleteCount?: number, ...values: readonly T[]): Promise<T[]>;
  splice(...args: readonly unknown[]): Promise<T[]> {
    return this.callMethod('splice', args);
  }

  /** A copy of the elements from `start` up to, and not including, `end`; negative ones count from the end. */
  slice(...range: readonly [start?: number, end?: number]): Promise<T[]> {
    return this.callMethod('slice', range);
  }

  /** The index of the first element equal to `value`, or -1. */
  indexOf(value: T, ...from: readonly [index?: number]): Promise<number> {
    return this.callMethod('indexOf', [value, ...from]);
  }

  /** Whether there is an element equal to `value`. */
  includes(value: T, ...from: readonly [index?: number]): Promise<boolean> {
    return this.callMethod('includes', [value, ...from]);
  }

  /** How many elements are equal to `value`. */
  count(value: T): Promise<number> {
    return this.callMethod('count', [value]);
  }

  /** Turns the order round. */
  reverse(): Promise<void> {
    return this.callMethod('reverse');
  }

  /**
   * Sorts as `Array.prototype.sort` does: by the elements' text, unless `compare` says otherwise. `compare` runs here, with
   * a message for each comparison, so sort a copy where that matters.
   *
   * @throws {@link UActorError} `INVALID_STATE` when the list was changed while `compare` was asked; it stays as it was
   * changed.
   */
  sort(...args: readonly [compare?: (a: T, b: T) => number | Promise<number>]): Promise<void> {
    return this.callMethod('sort', args);
  }

  /** A copy of the list with values behind it, those of arrays one by one. */
  concat(...values: readonly (T | readonly T[])[]): Promise<T[]> {
    return this.callMethod('concat', values);
  }

  /** Removes everything. */
  clear(): Promise<void> {
    return this.callMethod('clear');
  }

  /** The elements, a few at a time. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* await this.callMethod<AsyncIterable<T>>('iterate');
  }
}
