import { inspect, types } from 'node:util';
import { misuse, ProxyError } from '../seam/errors.ts';
import { BaseProxy, callMethodAs } from '../proxy/base-proxy.ts';
import { ifUnsent } from '../references/current-call.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { collect, isAsyncIterable, isIterable } from './collect.ts';
import { isPlainObject, OwnMembers } from './own-members.ts';
import { type Shared, wrappedTypeid } from './shared-typeid.ts';

/** The entries of a dictionary: pairs, a `Map`, a generator, or the proxy of another dictionary. */
export type DictEntries<K, V> = Iterable<readonly [K, V]> | AsyncIterable<readonly [K, V]>;

/** The sources from which a dictionary can be filled. */
export type DictSource<K, V> = DictEntries<K, V> | (K extends string ? Readonly<Record<K, V>> : never);

/** The storage of a dictionary: a `Map`, or a plain object read like one. */
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

/** Executes the calls for a `Map` or a plain object. */
class Dict<K, V> {
  readonly #entries: Entries<K, V>;

  constructor(entries: Entries<K, V>) {
    this.#entries = entries;
  }

  /** The number of entries. */
  get size(): number {
    return this.#entries.size;
  }

  get(key: K, fallback?: unknown): unknown {
    return this.has(key) ? this.#entries.get(key) : fallback;
  }

  /** Sets the value of a key. */
  set(key: K, value: V): void {
    this.#entries.set(checkedKey(key), value);
  }

  /** Whether the key exists. */
  has(key: K): boolean {
    return this.#entries.has(checkedKey(key));
  }

  /** Removes a key; resolves to whether it existed. */
  delete(key: K): boolean {
    return this.#entries.delete(checkedKey(key));
  }

  pop(key: K, ...fallback: readonly unknown[]): unknown {
    if (!this.has(key)) {
      if (fallback.length > 0) return fallback[0];
      throw new RangeError(`dict.pop: there is no key ${shown(key)}: pass a second argument to return it instead`);
    }
    const value: unknown = this.#entries.get(key);
    this.#entries.delete(key);
    this.#setIfUnsent(key, value);
    return value;
  }

  /**
   * Removes the entry that was added last and resolves to it. Its cost grows with the size.
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

  /** Returns the value of a key, after setting it to `value` if it does not exist. One message, so this is atomic. */
  setDefault(key: K, value: V): V;
  setDefault(key: K, value: V): V | undefined {
    if (!this.has(key)) {
      this.#entries.set(key, value);
      ifUnsent(() => this.#entries.delete(key));
    }
    return this.#entries.get(key);
  }

  /**
   * Adds or replaces entries: pairs, a `Map`, a plain object, or another dictionary's proxy. All of them at once.
   *
   * @throws `TypeError` for any other source.
   */
  update(source: DictSource<K, V>): void | Promise<void> {
    const pairs = pairsOf(source, 'dict.update');
    return pairs instanceof Promise ? pairs.then((later) => this.#setAll(later)) : this.#setAll(pairs);
  }

  /** Removes all entries. */
  clear(): void {
    this.#entries.clear();
  }

  /** Returns a copy of the dictionary: a `Map` of a `Map`, a plain object of a plain object. */
  copy(): Map<K, V> | (K extends string ? Record<K, V> : never);
  copy(): object {
    return copyOf(this.#entries);
  }

  /** Returns all keys at once. */
  keys(): K[] {
    return [...this.#entries.keys()];
  }

  /** Returns all values at once. */
  values(): V[] {
    return [...this.#entries.entries()].map(([, value]) => value);
  }

  /** Returns all entries at once. */
  entries(): [K, V][] {
    return [...this.#entries.entries()];
  }

  /** @internal */
  *iterate(): Generator<[K, V], void, undefined> {
    yield* this.#entries.entries();
  }

  /** If the removed entry cannot be sent to the caller, puts it back as the last one. */
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
 * A proxy of a dictionary: a `Map`, or the own enumerable string-keyed properties of a plain object. Its members are those of
 * `Map`, plus those of Python's `dict` that `Map` lacks.
 *
 * Keys are strings, numbers and other primitive values, in a plain object strings only; other keys cause a `TypeError`. Results
 * are copies: changing one does not change the dictionary, so write it back with `set`.
 *
 * `for await (const [key, value] of dict)` reads a few entries at a time. If the dictionary changes meanwhile, it behaves like a
 * loop over a `Map`.
 */
export class DictProxy<K = unknown, V = unknown> extends BaseProxy {
  /** Yields the entries, read a few at a time. */
  async *[Symbol.asyncIterator](): AsyncGenerator<[K, V], void, undefined> {
    yield* await callMethodAs<AsyncIterable<[K, V]>>(this, 'the iteration', 'iterate');
  }
}
export interface DictProxy<K = unknown, V = unknown> extends Shared<Dict<K, V>, 'get' | 'pop'> {
  /** Returns the value of a key, or `undefined` when the dictionary does not have the key. */
  get(key: K): Promise<V | undefined>;
  /** Returns the value of a key, or `fallback` when the dictionary does not have the key. */
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

/** The typeid `dict`: a `Map` or a plain object. */
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

/** Checks all pairs before the first one is set. */
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
    `dict: ${shown(key)} cannot be a key, because an object arrives as a copy, which equals no other key: ` +
      'use a string or a number',
  );
}

function shown(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 100, maxArrayLength: 4 });
}
