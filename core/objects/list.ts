import { misuse, ProxyError } from '../seam/errors.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import { ifUnsent } from '../references/current-call.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { callerSignal, collect } from './collect.ts';
import { checkedIndex, elementIndex } from './element-index.ts';
import { sameContents } from './equality.ts';
import { type Compare, sortBy } from './list-sort.ts';
import { type Shared, wrappedTypeid } from './shared-typeid.ts';

/** Takes the calls for an `Array`. */
class List<T> {
  readonly #array: T[];

  constructor(array: T[]) {
    this.#array = array;
  }

  /** How many elements there are. */
  get length(): number {
    return this.#array.length;
  }

  /** The element at an index, from the end when it is negative; `undefined` when there is none. */
  at(index: number): T | undefined {
    return this.#array.at(index);
  }

  /**
   * The element at an index, from the end when it is negative.
   *
   * @throws `RangeError` when there is none; Python's `IndexError`.
   */
  get(index: number): T;
  get(index: unknown): unknown {
    return this.#array[elementIndex(index, this.#array.length, 'list.get')];
  }

  /**
   * Replaces the element at an index, from the end when it is negative.
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

  /** Puts elements in front; resolves to the new length. */
  unshift(...values: readonly T[]): number {
    return this.#array.unshift(...values);
  }

  /** Puts an element before the one at `index`; beyond either end, at that end. */
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

  /** Appends everything that an iterable, or another list's proxy, holds; all of it at once. */
  extend(values: Iterable<T> | AsyncIterable<T>): void | Promise<void> {
    const collected = collect(values, 'list.extend');
    return collected instanceof Promise ? collected.then((later) => this.#append(later)) : this.#append(collected);
  }

  /** Removes `deleteCount` elements from `start` on, by default all, and puts `values` there; resolves to the removed. */
  splice(start: number, deleteCount?: number, ...values: readonly T[]): T[];
  splice(...args: readonly [start: number, deleteCount: number, ...values: T[]]): T[] {
    const start = firstIndex(args[0], this.#array.length);
    const removed = this.#array.splice(...args);
    if (removed.length > 0) this.#undoIfUnsent(start, removed, Math.max(0, args.length - 2));
    return removed;
  }

  /** A copy of the elements from `start` up to, and not including, `end`; negative ones count from the end. */
  slice(start?: number, end?: number): T[] {
    return this.#array.slice(start, end);
  }

  /** The index of the first element equal to `value`, or -1. */
  indexOf(value: T, ...from: readonly [index?: number]): number {
    // As in JavaScript, where NaN has no index although it is included.
    if (!isObject(value)) return this.#array.indexOf(value, ...from);
    const start = firstIndex(from[0], this.#array.length);
    return this.#array.findIndex((element, index) => index >= start && sameContents(element, value));
  }

  /** Whether there is an element equal to `value`. */
  includes(value: T, ...from: readonly [index?: number]): boolean {
    return isObject(value) ? this.indexOf(value, ...from) >= 0 : this.#array.includes(value, ...from);
  }

  /** How many elements are equal to `value`. */
  count(value: T): number {
    return this.#array.filter((element) => sameContents(element, value)).length;
  }

  /** Turns the order round. */
  reverse(): void {
    this.#array.reverse();
  }

  /**
   * Sorts as `Array.prototype.sort` does: by the elements' text, unless `compare` says otherwise. `compare` runs here, with
   * a message for each comparison, so sort a copy where that matters.
   *
   * @throws {@link UActorError} `INVALID_STATE` when the list was changed while `compare` was asked; it stays as it was
   * changed.
   */
  sort(compare?: (a: T, b: T) => number | Promise<number>): void | Promise<void>;
  sort(compare?: unknown): void | Promise<void> {
    // oxlint-disable-next-line typescript/require-array-sort-compare -- the order of Array.prototype.sort is what is asked for
    if (compare === undefined) this.#array.sort();
    else if (isCompare(compare)) return sortBy(this.#array, compare, callerSignal());
    else throw misuse(`list.sort: expected a function that compares two elements, got ${typeof compare}`);
    return undefined;
  }

  /** A copy of the list with values behind it, those of arrays one by one. */
  concat(...values: readonly (T | readonly T[])[]): T[] {
    return this.#array.concat(...values);
  }

  /** Removes everything. */
  clear(): void {
    this.#array.length = 0;
  }

  /** @internal */
  *iterate(): Generator<T, void, undefined> {
    yield* this.#array;
  }

  /** What was taken out comes back, in the place of what was put there, if the caller cannot be given it. */
  #undoIfUnsent(start: number, removed: readonly unknown[], added: number): void {
    ifUnsent(() => {
      const behind = this.#array.splice(start).slice(added);
      this.#append(removed);
      this.#append(behind);
    });
  }

  #append(values: readonly unknown[]): void {
    const array: unknown[] = this.#array;
    // One by one: as arguments of one call, very many would overflow the stack.
    for (const value of values) array.push(value);
  }
}

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
  /** The elements, a few at a time. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* await this.callMethod<AsyncIterable<T>>('iterate');
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
   * Removes the element at a place.
   *
   * @param index - The place; a negative one counts from the end.
   * @throws `RangeError` when there is no element at that index.
   */
  pop(index: number): Promise<T>;
}

/** A list: an `Array`. */
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
