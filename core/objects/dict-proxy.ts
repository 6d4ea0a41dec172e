import { BaseProxy } from '../proxy/base-proxy.ts';

/** The entries of a dictionary: pairs, a `Map`, a generator, or the proxy of another dictionary. */
export type DictEntries<K, V> = Iterable<readonly [K, V]> | AsyncIterable<readonly [K, V]>;

/** What a dictionary can be filled from. */
export type DictSource<K, V> = DictEntries<K, V> | (K extends string ? Readonly<Record<K, V>> : never);

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
  /** How many entries there are. */
  declare readonly size: Promise<number>;

  /** The value of a key, or `fallback` when the dictionary does not have the key. */
  get(key: K): Promise<V | undefined>;
  get<Fallback>(key: K, fallback: Fallback): Promise<V | Fallback>;
  get(...args: readonly unknown[]): Promise<V | undefined> {
    return this.callMethod('get', args);
  }

  /** Gives a key a value. */
  set(key: K, value: V): Promise<void> {
    return this.callMethod('set', [key, value]);
  }

  /** Whether there is such a key. */
  has(key: K): Promise<boolean> {
    return this.callMethod('has', [key]);
  }

  /** Removes a key; resolves to whether it was there. */
  delete(key: K): Promise<boolean> {
    return this.callMethod('delete', [key]);
  }

  /**
   * Removes a key and resolves to its value, or to `fallback` when it is not there.
   *
   * @throws `RangeError` when it is not there and no fallback was passed; Python's `KeyError`.
   */
  pop(key: K): Promise<V>;
  pop<Fallback>(key: K, fallback: Fallback): Promise<V | Fallback>;
  pop(...args: readonly unknown[]): Promise<V> {
    return this.callMethod('pop', args);
  }

  /**
   * Removes the entry that was added last and resolves to it. The time it takes grows with the size.
   *
   * @throws `RangeError` when the dictionary is empty; Python's `KeyError`.
   */
  popItem(): Promise<[K, V]> {
    return this.callMethod('popItem');
  }

  /** The value of a key, which is given `value` before when it is not there. One message, so nobody comes between. */
  setDefault(key: K, value: V): Promise<V> {
    return this.callMethod('setDefault', [key, value]);
  }

  /**
   * Adds entries, or replaces them: pairs, a `Map`, a plain object, or another dictionary's proxy. All of them at once.
   *
   * @throws `TypeError` for what is none of these.
   */
  update(source: DictSource<K, V>): Promise<void> {
    return this.callMethod('update', [source]);
  }

  /** Removes everything. */
  clear(): Promise<void> {
    return this.callMethod('clear');
  }

  /** A copy of the whole: a `Map` of a `Map`, a plain object of a plain object. */
  copy(): Promise<Map<K, V> | (K extends string ? Record<K, V> : never)> {
    return this.callMethod('copy');
  }

  /** The keys, all at once. */
  keys(): Promise<K[]> {
    return this.callMethod('keys');
  }

  /** The values, all at once. */
  values(): Promise<V[]> {
    return this.callMethod('values');
  }

  /** The entries, all at once. */
  entries(): Promise<[K, V][]> {
    return this.callMethod('entries');
  }

  /** The entries, a few at a time. */
  async *[Symbol.asyncIterator](): AsyncGenerator<[K, V], void, undefined> {
    yield* await this.callMethod<AsyncIterable<[K, V]>>('iterate');
  }
}
