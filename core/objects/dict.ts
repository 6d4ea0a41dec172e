import { inspect, types } from 'node:util';
import { misuse, ProxyError } from '../seam/errors.ts';
import type { LocalExposure } from '../references/exposure.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { collect, isAsyncIterable, isIterable } from './collect.ts';
import { DictProxy } from './dict-proxy.ts';
import { isPlainObject, OwnMembers } from './own-members.ts';

/** What a dictionary keeps its entries in: a `Map`, or a plain object read like one. */
interface Entries {
  readonly size: number;
  has(key: unknown): boolean;
  get(key: unknown): unknown;
  set(key: unknown, value: unknown): unknown;
  delete(key: unknown): boolean;
  clear(): void;
  keys(): Iterable<unknown>;
  entries(): Iterable<[unknown, unknown]>;
}

/** Takes the calls for a `Map` or a plain object; the proxy documents the members. */
class Dict {
  readonly #entries: Entries;

  constructor(object: object) {
    this.#entries = entriesOf(object);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: unknown, fallback?: unknown): unknown {
    return this.has(key) ? this.#entries.get(key) : fallback;
  }

  set(key: unknown, value: unknown): void {
    this.#entries.set(checkedKey(key), value);
  }

  has(key: unknown): boolean {
    return this.#entries.has(checkedKey(key));
  }

  delete(key: unknown): boolean {
    return this.#entries.delete(checkedKey(key));
  }

  pop(key: unknown, ...fallback: readonly unknown[]): unknown {
    if (!this.has(key)) {
      if (fallback.length > 0) return fallback[0];
      throw new RangeError(`dict.pop: there is no key ${shown(key)}: pass a second argument to get that instead`);
    }
    const value = this.#entries.get(key);
    this.#entries.delete(key);
    return value;
  }

  popItem(): [unknown, unknown] {
    let last: [unknown, unknown] | undefined;
    for (const entry of this.#entries.entries()) last = entry;
    if (last === undefined) throw new RangeError('dict.popItem: the dictionary is empty');
    this.#entries.delete(last[0]);
    return last;
  }

  setDefault(key: unknown, value?: unknown): unknown {
    if (!this.has(key)) this.#entries.set(key, value);
    return this.#entries.get(key);
  }

  update(source: unknown): void | Promise<void> {
    const pairs = pairsOf(source, 'dict.update');
    return pairs instanceof Promise ? pairs.then((later) => this.#setAll(later)) : this.#setAll(pairs);
  }

  clear(): void {
    this.#entries.clear();
  }

  copy(): object {
    return copyOf(this.#entries);
  }

  keys(): unknown[] {
    return [...this.#entries.keys()];
  }

  values(): unknown[] {
    return [...this.#entries.entries()].map(([, value]) => value);
  }

  entries(): [unknown, unknown][] {
    return [...this.#entries.entries()];
  }

  *iterate(): Generator<[unknown, unknown], void, undefined> {
    yield* this.#entries.entries();
  }

  #setAll(pairs: readonly (readonly [unknown, unknown])[]): void {
    for (const [key, value] of pairs) this.#entries.set(key, value);
  }
}

const EXPOSURE: LocalExposure = Object.freeze({
  typeid: 'dict',
  methods: Object.freeze([
    'get',
    'set',
    'has',
    'delete',
    'pop',
    'popItem',
    'setDefault',
    'update',
    'clear',
    'copy',
    'keys',
    'values',
    'entries',
    'iterate',
  ]),
  properties: Object.freeze(['size']),
  methodToTypeid: Object.freeze({}),
  adapt: (object: object) => new Dict(object),
  copy: (object: object) => copyOf(entriesOf(object)),
});

/** A dictionary: a `Map` or a plain object. */
export const DICT: Typeid = {
  name: 'dict',
  proxyClass: DictProxy,
  expose(object) {
    entriesOf(object);
    return EXPOSURE;
  },
  create: async (source: unknown = []) => new Map(await pairsOf(source, 'dict')),
};

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
      throw misuse(`${member}: ${shown(pair)} is no entry: pass [key, value] pairs, a Map or a plain object`);
    }
    const [key, value]: readonly unknown[] = pair;
    return [checkedKey(key), value];
  });
}

function checkedKey(key: unknown): unknown {
  if ((typeof key !== 'object' || key === null) && typeof key !== 'function') return key;
  throw misuse(
    `dict: ${shown(key)} cannot be a key, because an object that is sent arrives as a copy which no other key equals: ` +
      'use a string or a number',
  );
}

function shown(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 100, maxArrayLength: 4 });
}
