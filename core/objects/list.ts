import { misuse, ProxyError } from '../seam/errors.ts';
import { BaseProxy, callMethodAs } from '../proxy/base-proxy.ts';
import { ifUnsent } from '../references/current-call.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { callerSignal, collect } from './collect.ts';
import { checkedIndex, elementIndex } from './arguments.ts';
import { sameContents } from './equality.ts';
import { type Compare, sortBy } from './list-sort.ts';
import { type Shared, wrappedTypeid } from './shared-typeid.ts';

/** Executes the calls for an `Array`. */
class List<T> {
  readonly #array: T[];

  constructor(array: T[]) {
    this.#array = array;
  }

  /** The number of elements. */
  get length(): number {
    return this.#array.length;
  }

  /** Returns the element at an index, counted from the end if negative; `undefined` when there is none. */
  at(index: number): T | undefined {
    return this.#array.at(index);
  }

  /**
   * Returns the element at an index, counted from the end if negative.
   *
   * @throws `RangeError` when there is none; Python's `IndexError`.
   */
  get(index: number): T;
  get(index: unknown): unknown {
    return this.#array[elementIndex(index, this.#array.length, 'list.get')];
  }

  /**
   * Replaces the element at an index, counted from the end if negative.
   *
   * @throws `RangeError` when there is none.
   */
  set(index: number, value: T): void {
    this.#array[elementIndex(index, this.#array.length, 'list.set')] = value;
  }

  /** Appends elements; resolves to the new length. */
  push(...values: readonly T[]): number {
    return this.#array.push(...values);
  }

  pop(index?: number): T | undefined {
    const { length } = this.#array;
    if (index === undefined && length === 0) return undefined;
    return this.splice(index === undefined ? length - 1 : elementIndex(index, length, 'list.pop'), 1)[0];
  }

  /** Removes the first element and resolves to it, or to `undefined` when there is none. */
  shift(): T | undefined {
    const { length } = this.#array;
    const first = this.#array.shift();
    if (length > 0) this.#undoIfUnsent(0, [first], 0);
    return first;
  }

  /** Inserts elements at the front; resolves to the new length. */
  unshift(...values: readonly T[]): number {
    return this.#array.unshift(...values);
  }

  /** Inserts an element before the one at `index`; an index beyond either end means that end. */
  insert(index: number, value: T): void {
    this.#array.splice(checkedIndex(index, 'list.insert'), 0, value);
  }

  /**
   * Removes the first element equal to `value`.
   *
   * @throws `RangeError` when there is none; Python's `ValueError`.
   */
  remove(value: T): void {
    const index = this.indexOf(value);
    if (index < 0) throw new RangeError('list.remove: no element is equal to that value');
    this.#array.splice(index, 1);
  }

  /** Appends all elements of an iterable, or of another list's proxy, at once. */
  extend(values: Iterable<T> | AsyncIterable<T>): void | Promise<void> {
    const collected = collect(values, 'list.extend');
    return collected instanceof Promise ? collected.then((later) => this.#append(later)) : this.#append(collected);
  }

  /**
   * Removes `deleteCount` elements from `start` on, by default all, and inserts `values` there; resolves to the removed elements.
   */
  splice(start: number, deleteCount?: number, ...values: readonly T[]): T[];
  splice(...args: readonly [start: number, deleteCount: number, ...values: T[]]): T[] {
    const start = firstIndex(args[0], this.#array.length);
    const removed = this.#array.splice(...args);
    if (removed.length > 0) this.#undoIfUnsent(start, removed, Math.max(0, args.length - 2));
    return removed;
  }

  /** Returns a copy of the elements from `start` up to, but not including, `end`; negative indexes count from the end. */
  slice(start?: number, end?: number): T[] {
    return this.#array.slice(start, end);
  }

  /** Returns the index of the first element equal to `value`, or -1. */
  indexOf(value: T, ...from: readonly [index?: number]): number {
    // As in JavaScript, `indexOf` does not find NaN, although `includes` does.
    if (!isObject(value)) return this.#array.indexOf(value, ...from);
    const start = firstIndex(from[0], this.#array.length);
    return this.#array.findIndex((element, index) => index >= start && sameContents(element, value));
  }

  /** Whether there is an element equal to `value`. */
  includes(value: T, ...from: readonly [index?: number]): boolean {
    return isObject(value) ? this.indexOf(value, ...from) >= 0 : this.#array.includes(value, ...from);
  }

  /** Returns the number of elements equal to `value`. */
  count(value: T): number {
    return this.#array.filter((element) => sameContents(element, value)).length;
  }

  /** Reverses the list. */
  reverse(): void {
    this.#array.reverse();
  }

  /**
   * Sorts like `Array.prototype.sort`: by the elements' text, or by `compare`. `compare` runs in the calling process, with a
   * message for each comparison; where that takes too long, sort a copy.
   *
   * @throws {@link UActorError} `INVALID_STATE` when the list was changed during the comparisons; the list then keeps that
   * change.
   */
  sort(compare?: (a: T, b: T) => number | Promise<number>): void | Promise<void>;
  sort(compare?: unknown): void | Promise<void> {
    // oxlint-disable-next-line typescript/require-array-sort-compare -- the order of Array.prototype.sort is what is asked for
    if (compare === undefined) this.#array.sort();
    else if (isCompare(compare)) return sortBy(this.#array, compare, callerSignal());
    else throw misuse(`list.sort: expected a function that compares two elements, got ${typeof compare}`);
    return undefined;
  }

  /** Returns a copy of the list followed by values; arrays are appended element by element. */
  concat(...values: readonly (T | readonly T[])[]): T[] {
    return this.#array.concat(...values);
  }

  /** Removes all elements. */
  clear(): void {
    this.#array.length = 0;
  }

  /** @internal */
  *iterate(): Generator<T, void, undefined> {
    yield* this.#array;
  }

  /** If the removed elements cannot be sent to the caller, puts them back in place of the added ones. */
  #undoIfUnsent(start: number, removed: readonly unknown[], added: number): void {
    ifUnsent(() => {
      const behind = this.#array.splice(start).slice(added);
      this.#append(removed);
      this.#append(behind);
    });
  }

  #append(values: readonly unknown[]): void {
    const array: unknown[] = this.#array;
    // One by one: a single call with very many arguments would overflow the stack.
    for (const value of values) array.push(value);
  }
}

/**
 * A proxy of an `Array`. Its members are those of `Array`, plus those of Python's `list` that `Array` lacks. Members that change
 * the array resolve when that is done, without sending the array back.
 *
 * Results are copies: changing one does not change the list, so write it back with `set`. `indexOf`, `includes`, `count` and
 * `remove` compare objects by their contents, and proxies by their objects, because a copy is never identical with its original.
 *
 * `for await (const value of list)` reads a few elements at a time. If the list changes meanwhile, it behaves like a loop over an
 * `Array`.
 */
export class ListProxy<T = unknown> extends BaseProxy {
  /** Yields the elements, read a few at a time. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* await callMethodAs<AsyncIterable<T>>(this, 'the iteration', 'iterate');
  }
}
export interface ListProxy<T = unknown> extends Shared<List<T>, 'pop'> {
  /**
   * Removes the last element.
   *
   * @returns The element, or `undefined` when the list is empty.
   */
  pop(): Promise<T | undefined>;
  /**
   * Removes the element at an index.
   *
   * @param index - The index; a negative one counts from the end.
   * @throws `RangeError` when there is no element at that index.
   */
  pop(index: number): Promise<T>;
}

/** The typeid `list`: arrays. */
export const LIST: Typeid = wrappedTypeid({
  name: 'list',
  cls: List,
  proxyClass: ListProxy,
  create: async (values: unknown = []) => [...(await collect(values, 'list'))],
  checked: checkedArray,
  wrap: (array) => new List(array),
  copy: (array) => array.slice(),
});

function checkedArray(object: object): unknown[] {
  if (Array.isArray(object)) return object;
  throw new ProxyError("only an array can have the typeid 'list': use 'dict' for a Map, 'Array' for a typed array", {
    code: 'NOT_ALLOWED',
  });
}

function firstIndex(from: number | undefined, length: number): number {
  const index = Math.trunc(from ?? 0) || 0;
  return index < 0 ? Math.max(0, index + length) : index;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isCompare(value: unknown): value is Compare {
  return typeof value === 'function';
}
