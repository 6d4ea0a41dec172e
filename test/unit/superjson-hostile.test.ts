import { describe, expect, test } from 'vitest';
import { SerializerError } from '../../core/seam/errors.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { CodecPair, serializerError, withoutPollution } from '../conformance/codec-pair.ts';

/** More levels than a reader survives that creates them before it counts them. */
const TOWER = 1_000_000;

function payload(json: unknown, meta?: unknown): Uint8Array {
  return Buffer.from(`\u0000${JSON.stringify(meta === undefined ? { json } : { json, meta })}`, 'latin1');
}

function values(tree: unknown): unknown {
  return { values: tree, v: 1 };
}

function decode(bytes: Uint8Array, limits: { maxDepth?: number; maxNodes?: number } = {}): unknown {
  return new CodecPair(superjson, limits).receiver.decode(bytes);
}

const own: unknown = JSON.parse('{"__proto__":{"x":"1"},"a":"1"}');

/** Messages that must be refused, with their row and what they attempt. */
const REFUSED: readonly (readonly [string, Uint8Array])[] = [
  ['H45 a path to an inherited function', payload({}, values({ 'toString.caller': ['undefined'] }))],
  ['H45 a path to a method of an array', payload([], values({ push: ['undefined'] }))],
  [
    'H45 an equality that plants an inherited function',
    payload(JSON.parse('{"then":1}'), { referentialEqualities: { 'constructor.assign': ['then'] }, v: 1 }),
  ],
  [
    'H45 an equality to a member of a string',
    payload(['text', 1], { referentialEqualities: { '0.length': ['1'] }, v: 1 }),
  ],
  ['H46 a class', payload({ __proto__: 1 }, values([['class', 'Object']]))],
  ['H46 a symbol', payload('s', values([['symbol', 'iterator']]))],
  ['H46 an extension that nobody registered', payload({}, values([['custom', 'uactor:nothing']]))],
  ['H46 an extension named like an inherited member', payload({}, values([['custom', 'uactor:__proto__']]))],
  ['H46 an extension without a tag', payload({}, values([['custom', 'uactor:']]))],
  ['H46 a tag of 129 characters', payload({}, values([['custom', `uactor:${'t'.repeat(129)}`]]))],
  ['H46 a path through an inherited __proto__', payload({}, values({ '__proto__.polluted': ['undefined'] }))],
  [
    'H46 an equality onto an inherited __proto__',
    payload({ a: { polluted: 1 } }, { referentialEqualities: { a: ['__proto__'] }, v: 1 }),
  ],
  ['H47 a typed array of a number', payload(4_294_967_294, values([['typed-array', 'Uint8Array']]))],
  [
    'H47 a typed array of an object with a length',
    payload({ length: 4_294_967_294 }, values([['typed-array', 'Uint8Array']])),
  ],
  ['H47 binary data without a block', payload(0, values([['custom', 'uactor/Uint8Array']]))],
  ['H47 binary data of an unknown class', payload(0, values([['custom', 'uactor/constructor']]))],
  [
    'H47 an item beyond the length of a sparse array',
    payload({ 5: 1, length: 5 }, values([['custom', 'uactor/sparse-array']])),
  ],
  [
    'H47 an item at 4294967294 of a short sparse array',
    payload({ 4_294_967_294: 1, length: 9 }, values([['custom', 'uactor/sparse-array']])),
  ],
  [
    'H47 a sparse array that is longer than arrays can be',
    payload({ length: 2 ** 32 }, values([['custom', 'uactor/sparse-array']])),
  ],
  ['H47 a path to an index beyond the length', payload([1], values({ 4294967294: ['undefined'] }))],
  [
    'H48 an extension that contains itself',
    payload({ a: 0 }, { values: [['custom', 'uactor:box'], {}], referentialEqualities: [['a']], v: 1 }),
  ],
  ['H48 a position of two objects', payload([0, 1, 2], { referentialEqualities: { 0: ['2'], 1: ['2'] }, v: 1 })],
  ['H50 meta that is null', payload(1, null)],
  ['H50 meta that is a string', payload(1, 'meta')],
  ['H50 meta that is an array', payload(1, [])],
  ['H50 a version that nobody writes', payload(1, { v: 99 })],
  ['H50 a version that is missing', payload(null, { values: ['undefined'] })],
  ['H50 a member of meta that nobody knows', payload(1, { v: 1, more: 1 })],
  ['H50 values that are a string', payload(1, values('Date'))],
  ['H50 an annotation that is a number', payload(1, values([1]))],
  ['H50 an annotation with too many parts', payload(1, values(['Date', {}, {}]))],
  ['H50 an annotation of a missing member', payload({}, values({ gone: ['undefined'] }))],
  ['H50 an annotation below a date', payload('2020-01-01T00:00:00.000Z', values(['Date', { 0: ['Date'] }]))],
  ['H50 an unknown annotation', payload('x', values(['toString']))],
  ['H50 a malformed path', payload({ a: 1 }, values({ '\\a': ['undefined'] }))],
  ['H50 equalities that are a string', payload([1], { referentialEqualities: '0', v: 1 })],
  ['H50 equalities that hold numbers', payload([1, 2], { referentialEqualities: { 0: [1] }, v: 1 })],
  ['H50 a Map of what is no entry', payload([1], values(['map']))],
  ['H50 a Map of entries of three', payload([[1, 2, 3]], values(['map']))],
  ['H50 an entry of a Map that is annotated', payload([[1, 2]], values(['map', { 0: ['set'] }]))],
  ['H50 a Set of an object', payload({ length: 1 }, values(['set']))],
  ['H50 a payload without a value', Buffer.from('\u0000{"meta":{"v":1}}', 'latin1')],
  ['H50 a payload that is an array', Buffer.from('\u0000[1]', 'latin1')],
  ['H50 a payload that is null', Buffer.from('\u0000null', 'latin1')],
  ['H64 a bigint of a million digits', payload('9'.repeat(1_000_000), values(['bigint']))],
  ['H64 a bigint in words', payload('0x10', values(['bigint']))],
  ['H64 a RegExp of a million characters', payload(`/${'a'.repeat(1_000_000)}/`, values(['regexp']))],
  ['H64 a RegExp that cannot be', payload('/(/', values(['regexp']))],
  ['H64 a URL of a million characters', payload(`http://h/${'a'.repeat(1_000_000)}`, values(['URL']))],
  ['H64 a URL that cannot be', payload('http://', values(['URL']))],
  ['H64 a date that is none', payload('never', values(['Date']))],
  ['H64 a number that JSON could have written', payload('1', values(['number']))],
  ['H52 many levels of arrays', Buffer.from(`\u0000{"json":${'['.repeat(TOWER)}${']'.repeat(TOWER)}}`, 'latin1')],
  [
    'H52 many levels of arrays beside meta',
    Buffer.from(`\u0000{"json":${'['.repeat(TOWER)}${']'.repeat(TOWER)},"meta":{"v":1}}`, 'latin1'),
  ],
  [
    'H52 many levels of annotations',
    Buffer.from(`\u0000{"json":1,"meta":{"values":${'{"a":'.repeat(TOWER)}1${'}'.repeat(TOWER)},"v":1}}`, 'latin1'),
  ],
  ['H52 a path of many steps', payload({ a: 1 }, values({ [`a${'.a'.repeat(TOWER)}`]: ['undefined'] }))],
];

describe('superjson, hostile messages', () => {
  for (const [title, bytes] of REFUSED) {
    test(`${title} is rejected`, () => {
      withoutPollution(() => {
        const error = serializerError(() => decode(bytes));
        expect([error.code, error.path, error.cause]).toEqual(['INVALID_PAYLOAD', undefined, undefined]);
      });
    });
  }

  test('H47 a block that is used twice, is unused, or does not fit, is rejected', () => {
    const pair = new CodecPair(superjson);
    const block = Buffer.from([2, 0, 0, 0, 7, 7]);
    const framed = (json: unknown, meta?: unknown): Uint8Array => {
      const text = payload(json, meta).subarray(1);
      const head = Buffer.from([2, 0, 0, 0, 0]);
      head.writeUInt32LE(text.length, 1);
      return Buffer.concat([head, text, block]);
    };
    const type = [['custom', 'uactor/Uint8Array']];
    expect(pair.receiver.decode(framed([0], values({ 0: type })))).toEqual([Uint8Array.of(7, 7)]);
    const refused = [
      framed([0, 0], values({ 0: type, 1: type })),
      framed([0]),
      framed([0], values({})),
      framed([0], values({ 0: [['custom', 'uactor/Int32Array']] })),
    ];
    for (const bytes of refused) expect(serializerError(() => decode(bytes)).code).toBe('INVALID_PAYLOAD');
  });

  test('H48 an object at several positions is never copied, and a cycle stays a cycle', () => {
    const value: unknown = decode(
      payload({ a: { self: null }, b: null }, { referentialEqualities: { a: ['a.self', 'b'] }, v: 1 }),
    );
    const self: { self?: unknown } = {};
    self.self = self;
    expect(value).toEqual({ a: self, b: self });
  });

  test('H49 a hundred thousand annotations take no more memory than their bytes', () => {
    const json = Array.from({ length: 100_000 }, () => null);
    const tree = Object.fromEntries(json.map((_, index) => [index, ['undefined']]));
    const start = performance.now();
    expect(decode(payload(json, values(tree)))).toHaveLength(100_000);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test('H47 a sparse array of the maximum length takes no memory for its holes', () => {
    const value: unknown = decode(
      payload(
        Array.from({ length: 20_000 }, () => ({ length: 30_000_000 })),
        values(
          Object.fromEntries(
            Array.from({ length: 20_000 }, (_, index) => [index, [['custom', 'uactor/sparse-array']]]),
          ),
        ),
      ),
    );
    expect(value).toHaveLength(20_000);
  });

  test('H50 an invalid URL is rejected each time, even after the engine has optimized the code', () => {
    // In Latin-1 these are two characters, of which the second is not allowed in a host; in UTF-8 they would be one allowed character.
    const bytes = Buffer.from('\0{"json":"https://a\xc3\xaf/","meta":{"values":["URL"],"v":1}}', 'latin1');
    const codec = superjson.open({
      extensions: { replace: () => undefined, revive: () => undefined },
      maxDepth: 10,
      maxNodes: 100,
    });
    for (let round = 0; round < 20_000; round++) expect(() => codec.decode(bytes)).toThrow(SerializerError);
  });

  test('H53 annotated positions count against the limit of values', () => {
    const path = Array.from({ length: 60 }, () => 'a').join('.');
    expect(serializerError(() => decode(payload(1, values({ [path]: ['Date'] })), { maxNodes: 50 })).code).toBe(
      'INVALID_PAYLOAD',
    );
    expect(serializerError(() => decode(payload('x'.repeat(100), values(['Date'])), { maxNodes: 50 })).code).toBe(
      'INVALID_PAYLOAD',
    );
    expect(decode(payload(`["[{,\\"${'[,'.repeat(50)}`), { maxNodes: 50 })).toHaveLength(107);
  });

  test('H51 an own __proto__ can be annotated like any member', () => {
    const value: unknown = decode(payload(own, values({ '__proto__.x': ['bigint'] })));
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(value, '__proto__')?.value).toEqual({ x: 1n });
  });

  test('H64 a value too large to be read is not written', () => {
    const pair = new CodecPair(superjson);
    for (const value of [
      10n ** 50_000n,
      -(10n ** 1_000_000n),
      new RegExp('a'.repeat(40_000)),
      new URL(`http://h/${'a'.repeat(70_000)}`),
    ]) {
      const error = serializerError(() => pair.encode([value]));
      expect([error.code, error.path]).toEqual(['UNSERIALIZABLE', '$[0]']);
    }
    expect(pair.send(10n ** 50_000n - 1n)).toBe(10n ** 50_000n - 1n);
  });

  test('H52 a caller with hardly any stack left also gets a SerializerError', () => {
    const pair = new CodecPair(superjson);
    let value: unknown = new Date(1);
    for (let level = 0; level < 1_000; level++) value = new Map([[1, value]]);
    const bytes = pair.encode(value);
    let deepest = 0;
    const measure = (level: number): void => {
      deepest = level;
      measure(level + 1);
    };
    expect(() => measure(0)).toThrow(RangeError);
    const descend = (levels: number): unknown =>
      levels === 0 ? serializerError(() => pair.receiver.decode(bytes)).code : descend(levels - 1);
    expect(descend(Math.floor(deepest * 0.8))).toBe('INVALID_PAYLOAD');
  });
});
