import { misuse, ProxyError } from '../seam/errors.ts';
import type { LocalExposure } from '../references/exposure.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { callerSignal, collect } from './collect.ts';
import { checkedIndex, elementIndex } from './element-index.ts';
import { sameContents } from './equality.ts';
import { ListProxy } from './list-proxy.ts';
import { type Compare, sortBy } from './list-sort.ts';

/** Takes the calls for an `Array`; the proxy documents the members. */
class List {
  readonly #array: unknown[];

  constructor(array: unknown[]) {
    this.#array = array;
  }

  get length(): number {
    return this.#array.length;
  }

  at(index: number): unknown {
    return this.#array.at(index);
  }

  get(index: unknown): unknown {
    return this.#array[elementIndex(index, this.#array.length, 'list.get')];
  }

  set(index: unknown, value: unknown): void {
    this.#array[elementIndex(index, this.#array.length, 'list.set')] = value;
  }

  push(...values: readonly unknown[]): number {
    return this.#array.push(...values);
  }

  pop(...args: readonly unknown[]): unknown {
    if (args[0] === undefined) return this.#array.pop();
    return this.#array.splice(elementIndex(args[0], this.#array.length, 'list.pop'), 1)[0];
  }

  shift(): unknown {
    return this.#array.shift();
  }

  unshift(...values: readonly unknown[]): number {
    return this.#array.unshift(...values);
  }

  insert(index: unknown, value: unknown): void {
    this.#array.splice(checkedIndex(index, 'list.insert'), 0, value);
  }

  remove(value: unknown): void {
    const index = this.indexOf(value);
    if (index < 0) throw new RangeError('list.remove: no element is equal to that value');
    this.#array.splice(index, 1);
  }

  extend(values: unknown): void | Promise<void> {
    const collected = collect(values, 'list.extend');
    return collected instanceof Promise ? collected.then((later) => this.#append(later)) : this.#append(collected);
  }

  splice(...args: readonly [start: number, deleteCount: number, ...values: unknown[]]): unknown[] {
    return this.#array.splice(...args);
  }

  slice(start?: number, end?: number): unknown[] {
    return this.#array.slice(start, end);
  }

  indexOf(value: unknown, ...from: readonly [] | readonly [number]): number {
    // As in JavaScript, where NaN has no index although it is included.
    if (!isObject(value)) return this.#array.indexOf(value, ...from);
    const start = firstIndex(from[0], this.#array.length);
    return this.#array.findIndex((element, index) => index >= start && sameContents(element, value));
  }

  includes(value: unknown, ...from: readonly [] | readonly [number]): boolean {
    return isObject(value) ? this.indexOf(value, ...from) >= 0 : this.#array.includes(value, ...from);
  }

  count(value: unknown): number {
    return this.#array.filter((element) => sameContents(element, value)).length;
  }

  reverse(): void {
    this.#array.reverse();
  }

  sort(compare?: unknown): void | Promise<void> {
    // oxlint-disable-next-line typescript/require-array-sort-compare -- the order of Array.prototype.sort is what is asked for
    if (compare === undefined) this.#array.sort();
    else if (isCompare(compare)) return sortBy(this.#array, compare, callerSignal());
    else throw misuse(`list.sort: it takes a function that compares two elements, and this is a ${typeof compare}`);
    return undefined;
  }

  concat(...values: readonly unknown[]): unknown[] {
    return this.#array.concat(...values);
  }

  clear(): void {
    this.#array.length = 0;
  }

  *iterate(): Generator<unknown, void, undefined> {
    yield* this.#array;
  }

  #append(values: readonly unknown[]): void {
    // One by one: as arguments of one call, very many would overflow the stack.
    for (const value of values) this.#array.push(value);
  }
}

const EXPOSURE: LocalExposure = Object.freeze({
  typeid: 'list',
  methods: Object.freeze([
    'at',
    'get',
    'set',
    'push',
    'pop',
    'shift',
    'unshift',
    'insert',
    'remove',
    'extend',
    'splice',
    'slice',
    'indexOf',
    'includes',
    'count',
    'reverse',
    'sort',
    'concat',
    'clear',
    'iterate',
  ]),
  properties: Object.freeze(['length']),
  methodToTypeid: Object.freeze({}),
  adapt: (object: object) => new List(checkedArray(object)),
  copy: (object: object) => checkedArray(object).slice(),
});

/** A list: an `Array`. */
export const LIST: Typeid = {
  name: 'list',
  proxyClass: ListProxy,
  expose(object) {
    checkedArray(object);
    return EXPOSURE;
  },
  create: async (values: unknown = []) => [...(await collect(values, 'list'))],
};

function checkedArray(object: object): unknown[] {
  if (Array.isArray(object)) return object;
  throw new ProxyError("only an array can have the typeid 'list': use 'dict' for a Map, 'Array' for a typed array", {
    code: 'NOT_ALLOWED',
  });
}

function firstIndex(from: number | undefined, length: number): number {
  const index = Math.trunc(from ?? 0) || 0;
  return index < 0 ? index + length : index;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isCompare(value: unknown): value is Compare {
  return typeof value === 'function';
}
