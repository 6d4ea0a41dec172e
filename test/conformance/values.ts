/** One kind of value that every serializer must carry, with a function that creates an example. */
export interface Sample {
  /** The end of the sentence "it carries …". */
  readonly title: string;
  /** Creates a new value at each call. */
  readonly make: () => unknown;
}

/** A class that no serializer knows; the suite's extensions replace its instances. */
export class Point {
  readonly x: number;
  readonly y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
}

/** Every kind of value in the contract, except references, deep nesting and shared objects, which have their own tests. */
export const SAMPLES: readonly Sample[] = [
  { title: 'undefined', make: () => undefined },
  { title: 'null', make: () => null },
  { title: 'booleans', make: () => [true, false] },
  {
    title: 'small and large numbers',
    make: () => [0, 1, -1, 127, 128, -129, 65_536, 2 ** 31, 2 ** 32, -(2 ** 31) - 1],
  },
  {
    title: 'the limits of numbers',
    make: () => [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, Number.MAX_VALUE, 5e-324],
  },
  { title: 'fractions', make: () => [0.1, -0.1, 1e300, 1e-300, Math.PI, Math.fround(0.1)] },
  { title: '-0', make: () => -0 },
  { title: 'NaN', make: () => Number.NaN },
  { title: 'Infinity and -Infinity', make: () => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] },
  { title: 'bigints', make: () => [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n, 10n ** 100n, -(10n ** 100n)] },
  { title: 'the empty string', make: () => '' },
  {
    title: 'strings of every range',
    make: () => ['ascii', 'Zürich ÿ', 'žluťoučký', '日本語', '😀 astral', '\u0000\u001f\u007f', '"\\/'],
  },
  { title: 'lone surrogates', make: () => ['\ud800', 'a\udfffb', '\udc00\ud800', { '\ud83d': '\ud83d' }] },
  { title: 'a long string', make: () => 'x'.repeat(10_000) },
  { title: 'a long string beyond Latin-1', make: () => '日'.repeat(10_000) },
  {
    title: 'dates',
    make: () => [new Date(0), new Date(-1), new Date(8.64e15), new Date(-8.64e15), new Date(1_700_000_000_123)],
  },
  { title: 'an invalid date', make: () => new Date(Number.NaN) },
  { title: 'regular expressions', make: () => [/a/, /a\/b/giu, /[/\n]/s, new RegExp(''), new RegExp('[日--a]', 'v')] },
  { title: 'URLs', make: () => [new URL('https://user:pass@example.org:8443/a b?q=ü#h'), new URL('file:///tmp/x')] },
  { title: 'an empty Map and an empty Set', make: () => [new Map(), new Set()] },
  {
    title: 'a Map with keys of every kind',
    make: () =>
      new Map<unknown, unknown>([
        ['a', 1],
        [1, 'a'],
        [null, undefined],
        [undefined, null],
        [{ k: 1 }, [1]],
        [new Date(1), new Date(2)],
        [Number.NaN, 1n],
        [true, new Map([[1n, new Set([1])]])],
      ]),
  },
  {
    title: 'a Set with members of every kind',
    make: () =>
      new Set<unknown>([1, '1', 1n, null, undefined, Number.NaN, { a: 1 }, [1], new Date(1), new Set([new Map()])]),
  },
  { title: 'an empty array and an empty object', make: () => [[], {}] },
  { title: 'arrays with undefined items', make: () => [undefined, 1, undefined] },
  {
    title: 'arrays with holes',
    make: () => [
      sparse(2, { 1: 1 }),
      sparse(3, { 0: 1, 2: 2 }),
      sparse(3, { 0: new Date(1), 2: undefined }),
      sparse(3, {}),
      { nested: sparse(2, { 1: sparse(1, {}) }) },
    ],
  },
  { title: 'a very sparse array', make: () => sparse(4_000_000_010, { 5: 'five', 4_000_000_000: new Date(1) }) },
  { title: 'objects with undefined members', make: () => ({ a: undefined, b: { c: undefined } }) },
  {
    title: 'objects with odd keys',
    make: () => ({ '': 1, ' ': 2, 'a.b': { 'c\\d': new Date(1) }, '0': 3, '-1': 4, '01': 5, ключ: 6, length: 7 }),
  },
  {
    title: 'keys that are names of Object.prototype members',
    make: () => ({ constructor: 1, prototype: new Date(1), toString: 'x', hasOwnProperty: [new Map()] }),
  },
  { title: 'an own member named __proto__', make: () => withOwnProto(new Date(1)) },
  {
    title: 'toJSON, then and valueOf as data',
    make: () => named('toJSON', 'then', 'valueOf', 'toString'),
  },
  { title: 'typed arrays', make: typedArrays },
  { title: 'empty typed arrays', make: () => [new Uint8Array(), new Float64Array(), new BigInt64Array()] },
  {
    title: 'views on a part of their memory',
    make: () => [
      new Uint8Array([1, 2, 3, 4]).subarray(1, 3),
      new DataView(new ArrayBuffer(8), 3, 2),
      Buffer.from('abcd').subarray(1),
    ],
  },
  { title: 'a DataView', make: () => new DataView(Uint8Array.from([1, 2, 3]).buffer) },
  { title: 'ArrayBuffers', make: () => [Uint8Array.from([1, 2, 3]).buffer, new ArrayBuffer(0)] },
  { title: 'Buffers', make: () => [Buffer.from('bytes'), Buffer.alloc(0), Buffer.alloc(100_000, 7)] },
  {
    title: 'binary data as key, member and entry',
    make: () => ({
      map: new Map<unknown, unknown>([[new Uint8Array([1]), Buffer.from('x')]]),
      set: new Set([new ArrayBuffer(1)]),
    }),
  },
  {
    title: 'errors',
    make: () => [new TypeError('no'), new Error('outer', { cause: { at: new Date(1), of: new RangeError('inner') } })],
  },
  {
    title: 'instances of a class that an extension knows',
    make: () => new Map<unknown, unknown>([[new Point(1, -0), [new Point(2, 3)]]]),
  },
  {
    title: 'a thousand rows',
    make: () =>
      Array.from({ length: 1000 }, (_, id) => ({
        id,
        name: `row ${id}`,
        tags: ['a', 'b'],
        score: id / 3,
        at: new Date(id),
      })),
  },
  {
    title: 'a row of alternating shapes',
    make: () => Array.from({ length: 200 }, (_, id) => (id % 2 === 0 ? { id, even: true } : { odd: 'yes', id })),
  },
];

function sparse(length: number, items: Readonly<Record<number, unknown>>): unknown {
  return Object.assign([], { length }, items);
}

/** Returns an object with these members, each a special value, and the same one level deeper. */
function named(...keys: readonly string[]): unknown {
  const members = keys.map((key) => [key, new Date(1)]);
  return Object.fromEntries([
    ...members,
    ['deeper', Object.fromEntries(members)],
    ...keys.map((key) => [`${key}2`, key]),
  ]);
}

function typedArrays(): unknown {
  return {
    int8: Int8Array.from([-128, 127]),
    uint8: Uint8Array.from([0, 255]),
    clamped: Uint8ClampedArray.from([0, 255]),
    int16: Int16Array.from([-32_768, 32_767]),
    uint16: Uint16Array.from([0, 65_535]),
    int32: Int32Array.from([-(2 ** 31), 2 ** 31 - 1]),
    uint32: Uint32Array.from([0, 2 ** 32 - 1]),
    float32: Float32Array.from([-0, Number.NaN, Number.POSITIVE_INFINITY, 0.5]),
    float64: Float64Array.from([-0, Number.NaN, Number.NEGATIVE_INFINITY, 0.1]),
    bigInt64: BigInt64Array.from([-(2n ** 63n), 2n ** 63n - 1n]),
    bigUint64: BigUint64Array.from([0n, 2n ** 64n - 1n]),
  };
}

/** Returns an object with an own member named `__proto__`, at two levels. */
export function withOwnProto(value: unknown): Record<string, unknown> {
  const inner = Object.defineProperty({ polluted: 'inner' }, '__proto__', { value, ...OWN });
  return Object.defineProperty({ plain: 1 }, '__proto__', { value: inner, ...OWN });
}

const OWN = { writable: true, enumerable: true, configurable: true };

/** Yields objects that contain themselves, at `inner.self`, and at `map` a Map that is its own key and its own entry `self`. */
export function* cycles(): Generator {
  for (const extra of [1, new Date(1)]) {
    const inner: { self?: unknown; extra: unknown } = { extra };
    const map = new Map<unknown, unknown>();
    const value = { inner, map };
    inner.self = value;
    map.set('self', map).set(map, value);
    yield value;
  }
}
