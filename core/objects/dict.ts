import { inspect, types } from 'node:util';
import { misuse, ProxyError } from '../seam/errors.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import { ifUnsent } from '../references/current-call.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { collect, isAsyncIterable, isIterable } from './collect.ts';
import { isPlainObject, OwnMembers } from './own-members.ts';
import { type Shared, wrappedTypeid } from './shared-typeid.ts';

/** The entries of a dictionary: pairs, a `Map`, a generator, or the proxy of another dictionary. */
export type DictEntries<K, V> = Iterable<readonly [K, V]> | AsyncIterable<readonly [K, V]>;

/** What a dictionary can be filled from. */
export type DictSource<K, V> = DictEntries<K, V> | (K extends string ? Readonly<Record<K, V>> : never);

/** What a dictionary keeps its entries in: a `Map`, or a plain object read like one. */
interface Entries<K = unknown, V = unknown> {
  readonly size: number;
  has(key: K): boolean;
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
  delete(key: K): boolean;
  clear(): void;
  keys(): Iterable<K>;
  entries(): Iterable<[K, V]>;
}

/** Takes the calls for a `Map` or a plain object. */
class Dict<K, V> {
  readonly #entries: Entries<K, V>;

  constructor(entries: Entries<K, V>) {
    this.#entries = entries;
  }

  /** How many entries there are. */
  get size(): number {
    return this.#entries.size;
  }

  get(key: K, fallback?: unknown): unknown {
    return this.has(key) ? this.#entries.get(key) : fallback;
  }

  /** Gives a key a value. */
  set(key: K, value: V): void {
    this.#entries.set(checkedKey(key), value);
  }

  /** Whether there is such a key. */
  has(key: K): boolean {
    return this.#entries.has(checkedKey(key));
  }

  /** Removes a key; resolves to whether it was there. */
  delete(key: K): boolean {
    return this.#entries.delete(checkedKey(key));
  }

  pop(key: K, ...fallback: readonly unknown[]): unknown {
    if (!this.has(key)) {
      if (fallback.length > 0) return fallback[0];
      throw new RangeError(`dict.pop: there is no key ${shown(key)}: pass a second argument to get that instead`);
    }
    const value: unknown = this.#entries.get(key);
    this.#entries.delete(key);
    this.#setIfUnsent(key, value);
    return value;
  }

  /**
   * Removes the entry that was added last and resolves to it. The time it takes grows with the size.
   *
   * @throws `RangeError` when the dictionary is empty; Python's `KeyError`.
   */
  popItem(): [K, V] {
    let last: [K, V] | undefined;
    for (const entry of this.#entries.entries()) last = entry;
    if (last === undefined) throw new RangeError('dict.popItem: the dictionary is empty');
    this.#entries.delete(last[0]);
    this.#setIfUnsent(...last);
    return last;
  }

  /** The value of a key, which is first set to `value` if it does not exist. One message, so this is atomic. */
  setDefault(key: K, value: V): V;
  setDefault(key: K, value: V): V | undefined {
    if (!this.has(key)) {
      this.#entries.set(key, value);
      ifUnsent(() => this.#entries.delete(key));
    }
    return this.#entries.get(key);
  }

  /**
   * Adds entries, or replaces them: pairs, a `Map`, a plain object, or another dictionary's proxy. All of them at once.
   *
   * @throws `TypeError` for what is none of these.
   */
  update(source: DictSource<K, V>): void | Promise<void> {
    const pairs = pairsOf(source, 'dict.update');
    return pairs instanceof Promise ? pairs.then((later) => this.#setAll(later)) : this.#setAll(pairs);
  }

  /** Removes everything. */
  clear(): void {
    this.#entries.clear();
  }

  /** A copy of the whole: a `Map` of a `Map`, a plain object of a plain object. */
  copy(): Map<K, V> | (K extends string ? Record<K, V> : never);
  copy(): object {
    return copyOf(this.#entries);
  }

  /** The keys, all at once. */
  keys(): K[] {
    return [...this.#entries.keys()];
  }

  /** The values, all at once. */
  values(): V[] {
    return [...this.#entries.entries()].map(([, value]) => value);
  }

  /** The entries, all at once. */
  entries(): [K, V][] {
    return [...this.#entries.entries()];
  }

  /** @internal */
  *iterate(): Generator<[K, V], void, undefined> {
    yield* this.#entries.entries();
  }

  /** What was taken out comes back, as the last entry, if the caller cannot be given it. */
  #setIfUnsent(key: unknown, value: unknown): void {
    const entries: Entries = this.#entries;
    ifUnsent(() => {
      if (!entries.has(key)) entries.set(key, value);
    });
  }

  #setAll(pairs: Pairs): void {
    const entries: Entries = this.#entries;
    for (const [key, value] of pairs) entries.set(key, value);
  }
}

/**
 * A proxy of a dictionary: a `Map`, or the own enumerable string-keyed properties of a plain object. Members are those of
 * `Map` and, where it has none, those of Python's `dict`.
 *
 * Keys are strings, numbers and other values that are no objects, in a plain object strings only; others are a `TypeError`.
 * What a member gives back is a copy: changing it changes nothing here, so put it back with `set`.
 *
 * `for await (const [key, value] of dict)` reads the entries a few at a time, as `Map` does while it changes.
 */
export class DictProxy<K = unknown, V = unknown> extends BaseProxy {
  /** The entries, a few at a time. */
  async *[Symbol.asyncIterator](): AsyncGenerator<[K, V], void, undefined> {
    yield* await this.callMethod<AsyncIterable<[K, V]>>('iterate');
  }
}
export interface DictProxy<K = unknown, V = unknown> extends Shared<Dict<K, V>, 'get' | 'pop'> {
  /** The value of a key, or `undefined` when the dictionary does not have the key. */
  get(key: K): Promise<V | undefined>;
  /** The value of a key, or `fallback` when the dictionary does not have the key. */
  get<Fallback>(key: K, fallback: Fallback): Promise<V | Fallback>;

  /**
   * Removes a key and resolves to its value.
   *
   * @throws `RangeError` when the dictionary does not have the key; Python's `KeyError`.
   */
  pop(key: K): Promise<V>;
  /** Removes a key and resolves to its value, or to `fallback` when the dictionary does not have the key. */
  pop<Fallback>(key: K, fallback: Fallback): Promise<V | Fallback>;
}

/** A dictionary: a `Map` or a plain object. */
export const DICT: Typeid = wrappedTypeid({
  name: 'dict',
  cls: Dict,
  proxyClass: DictProxy,
  create: async (source: unknown = []) => new Map(await pairsOf(source, 'dict')),
  checked: entriesOf,
  wrap: (entries) => new Dict(entries),
  copy: copyOf,
});

function entriesOf(object: object): Entries {
  if (types.isMap(object)) return object;
  if (isPlainObject(object)) return new OwnMembers(object);
  throw new ProxyError("only a Map or a plain object can have the typeid 'dict': use 'auto' for other objects", {
    code: 'NOT_ALLOWED',
  });
}

function copyOf(entries: Entries): object {
  return entries instanceof OwnMembers ? entries.copy() : new Map(entries.entries());
}

type Pairs = readonly (readonly [unknown, unknown])[];

/** All pairs are checked before the first one is set. */
function pairsOf(source: unknown, member: string): Pairs | Promise<Pairs> {
  if (!isIterable(source) && !isAsyncIterable(source) && isPlainObject(source)) {
    return [...new OwnMembers(source).entries()];
  }
  const collected = collect(source, member);
  return collected instanceof Promise
    ? collected.then((pairs) => checkedPairs(pairs, member))
    : checkedPairs(collected, member);
}

function checkedPairs(pairs: readonly unknown[], member: string): Pairs {
  return pairs.map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw misuse(`${member}: ${shown(pair)} is not an entry: pass [key, value] pairs, a Map or a plain object`);
    }
    const [key, value]: readonly unknown[] = pair;
    return [checkedKey(key), value];
  });
}

function checkedKey<K>(key: K): K {
  if ((typeof key !== 'object' || key === null) && typeof key !== 'function') return key;
  throw misuse(
    `dict: ${shown(key)} cannot be a key, because an object that is sent arrives as a copy which no other key equals: ` +
      'use a string or a number',
  );
}

function shown(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 100, maxArrayLength: 4 });
}
