import { isDeepStrictEqual } from 'node:util';
import { Packr } from 'msgpackr/pack';
import { expect, test } from 'vitest';
import { SerializerError } from '../../core/seam/errors.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { assertSame, Boxed, CodecPair, serializerError, withoutPollution } from '../conformance/codec-pair.ts';
import { withOwnProto } from '../conformance/values.ts';

/** The first byte of a message without flags. */
const PLAIN = 0;
const MARKED = 2;
const PADDED = 4;

function decode(...bytes: readonly (number | Uint8Array | string)[]): unknown {
  const parts = bytes.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part)));
  return new CodecPair(msgpack).receiver.decode(Buffer.concat(parts));
}

function refused(...bytes: readonly (number | Uint8Array | string)[]): void {
  withoutPollution(() => {
    const error = serializerError(() => decode(...bytes));
    expect(error.code).toBe('INVALID_PAYLOAD');
    expect(error.cause).toBeUndefined();
  });
}

/** Returns the bytes that a foreign msgpackr without records writes. */
function foreign(value: unknown): Uint8Array {
  return Buffer.from(new Packr({ useRecords: false, moreTypes: true, variableMapSize: true }).pack(value));
}

function rows(count: number): unknown {
  return Array.from({ length: count }, (_, id) => ({ id, name: 'n' }));
}

/** The bytes before the list of an array with holes. */
const SPARSE = [0xd4, 0x75, 0, 0x92, 7];

const vectors: readonly (readonly [string, readonly (number | Uint8Array | string)[]])[] = [
  [
    'H54 the error extension of msgpackr with an inherited name',
    [PLAIN, 0xd4, 0x65, 0, 0x92, 0xa8, 'toString', 0xa1, 'x'],
  ],
  ['H54 an error extension with a null body', [PLAIN, 0xd4, 0x65, 0, 0xc0]],
  ['H54 an error extension with a body that is no array', [PLAIN, 0xd4, 0x65, 0, 0x01]],
  ['H55 bytes behind the value', [PLAIN, 0x01, 0xa6, 'secret']],
  ['H57 an array of 2^32 - 1 items', [PLAIN, 0xdd, 0xff, 0xff, 0xff, 0xff]],
  ['H57 a map of 2^32 - 1 entries', [PLAIN, 0xdf, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ['H57 bytes of 4 GiB', [PLAIN, 0xc6, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ['H57 a string of 4 GiB', [PLAIN, 0xdb, 0xff, 0xff, 0xff, 0xff, 0x61]],
  ['H57 an extension of 4 GiB', [PLAIN, 0xc9, 0xff, 0xff, 0xff, 0xff, 0x74, 0x01]],
  ['H57 a chain of long arrays', [PLAIN, new Uint8Array(900_000).fill(0xdc)]],
  ['H57 a definition whose keys are objects', [PLAIN, 0xd4, 0x72, 0x40, 0x91, 0x91, 0xa1, 'a', 0x01]],
  ['H58 a record that nobody defined', [PLAIN, 0x40]],
  ['H58 a definition out of range', [PLAIN, 0xd4, 0x72, 0x01, 0x91, 0xa1, 'a', 0x01]],
  ['H58 a definition of two bytes', [PLAIN, 0xd5, 0x72, 0x41, 0x00, 0x91, 0xa1, 'a', 0x01]],
  ['H58 a definition without keys', [PLAIN, 0xd4, 0x72, 0x40, 0xc0]],
  ['H51 a definition with a key __proto__', [PLAIN, 0xd4, 0x72, 0x40, 0x91, 0xa9, '__proto__', 0x01]],
  ['H58 a storm of definitions without end', [PLAIN, Buffer.from('d47240'.repeat(100_000), 'hex')]],
  ['H58 bundled strings', [PLAIN, 0xd6, 0x62, 0, 0, 0, 5, 0xc1, 0x01, 0xa1, 'a', 0xa0]],
  ['H58 the token that is never used', [PLAIN, 0xc1]],
  ['H58 a loop of nine bytes', [PLAIN, 0xd6, 0x69, 0, 0, 0, 1, 0x91, 0xd6, 0x70]],
  ['H58 a pointer to nothing', [PLAIN, 0xd6, 0x70, 0, 0, 0, 9]],
  ['H58 a chain of numbers', [PLAIN, Buffer.from('d66900000001'.repeat(100_000), 'hex'), 0xc0]],
  ['H58 a chain of marks', [MARKED, Buffer.from('d47500'.repeat(100_000), 'hex'), 0xc0]],
  ['H58 a chain of sets', [PLAIN, Buffer.from('d47300'.repeat(100_000), 'hex'), 0x90]],
  ['H58 the extension of regular expressions', [PLAIN, 0xd4, 0x78, 0, 0x92, 0xa6, '(a+)+$', 0xa0]],
  ['H58 an unknown extension', [PLAIN, 0xc7, 1, 0x33, 0]],
  ['H58 an extension that only another user of msgpackr knows', [PLAIN, 0xd4, 0x01, 0, 0xc0]],
  ['H58 a typed array of no known kind', [PLAIN, 0xc7, 2, 0x74, 99, 0]],
  ['H58 a typed array of half an element', [PLAIN, 0xc7, 2, 0x74, 8, 0]],
  ['H58 a marked value that was not announced', [PLAIN, 0xd4, 0x75, 0, 0x92, 0x01, 0xc0]],
  ['H58 a marked value of an unknown kind', [MARKED, 0xd4, 0x75, 0, 0x92, 0x20, 0xc0]],
  ['H58 a marked value with half a pair', [MARKED, 0xd4, 0x75, 0, 0x91, 0x01]],
  ['H58 text of half a character', [MARKED, 0xd4, 0x75, 0, 0x92, 0x02, 0xc4, 1, 0x61]],
  ['H58 an empty tag', [MARKED, 0xd4, 0x75, 0, 0x92, 0xa0, 0xc0]],
  [
    'H58 a pair that contains its mark',
    [MARKED, 0xd6, 0x69, 0, 0, 0, 1, 0x92, 0x01, 0xd4, 0x75, 0, 0x92, 0xd6, 0x70, 0, 0, 0, 1, 0xc0],
  ],
  ['H64 a bigint of a million digits', [PLAIN, 0xc9, 0, 6, 0x56, 0xb8, 0x42, new Uint8Array(415_416).fill(1)]],
  ['H64 a regular expression that is none', [MARKED, 0xd4, 0x75, 0, 0x92, 0x04, 0xa3, '/(?']],
  ['H64 a URL that is none', [MARKED, 0xd4, 0x75, 0, 0x92, 0x03, 0xa1, 'x']],
  ['H64 a URL of a megabyte', [MARKED, 0xd4, 0x75, 0, 0x92, 0x03, foreign(`http://h/${'x'.repeat(1_000_000)}`)]],
  ['H64 a regular expression of a megabyte', [MARKED, 0xd4, 0x75, 0, 0x92, 0x04, foreign(`/${'x'.repeat(1_000_000)}`)]],
  ['H47 an item beyond the length of its array', [MARKED, ...SPARSE, 0x94, 0x90, 1, 0xce, 0xff, 0xff, 0xff, 0xfe, 1]],
  ['H47 an array longer than arrays are', [MARKED, ...SPARSE, 0x92, 0x90, 0xcb, 0x41, 0xf0, 0, 0, 0, 0, 0, 0]],
  ['H47 an array shorter than its items', [MARKED, ...SPARSE, 0x92, 0x92, 1, 1, 1]],
  ['H47 an item in front of another one', [MARKED, ...SPARSE, 0x96, 0x90, 9, 5, 1, 4, 1]],
  ['H47 half an item', [MARKED, ...SPARSE, 0x93, 0x90, 9, 5]],
  ['H47 a list of holes that is none', [MARKED, ...SPARSE, 0xc0]],
  ['H51 an object of what is no map', [MARKED, 0xd4, 0x75, 0, 0x92, 6, 0x90]],
  ['H51 a member without a name', [MARKED, 0xd4, 0x75, 0, 0x92, 6, 0x81, 1, 1]],
  ['H57 a map of members of 2^32 - 1', [MARKED, 0xd4, 0x75, 0, 0x92, 6, 0xdf, 0xff, 0xff, 0xff, 0xff]],
  ['H55 padding that was not announced', [PLAIN, 0x01, 0xc6, 0, 0, 0, 1, 0]],
  ['H55 padding that is none', [PADDED, 0x01]],
  ['H55 padding that ends before the message', [PADDED, 0x01, 0xc6, 0, 0, 0, 0, 0]],
  ['H55 padding that ends behind the message', [PADDED, 0x01, 0xc6, 0, 0, 0, 9, 0]],
  ['H58 two objects of one number', [PLAIN, 0x92, 0xd6, 0x69, 0, 0, 0, 1, 0x90, 0xd6, 0x69, 0, 0, 0, 1, 0x90]],
  [
    'H58 an object that contains itself by way of an extension',
    [MARKED, 0xd6, 0x69, 0, 0, 0, 1, 0x91, 0xd4, 0x75, 0, 0x92, 0xa3, 'box', 0xd6, 0x70, 0, 0, 0, 1],
  ],
  ['H49 a first byte that is never written', [8, 0x01]],
  ['H49 no bytes', []],
];

for (const [title, bytes] of vectors) test(`${title} is rejected`, () => refused(...bytes));

test('H52 a million levels are rejected by count, with little stack left', () => {
  refused(PLAIN, new Uint8Array(1_000_000).fill(0x91), 0xc0);
  refused(PLAIN, new Uint8Array(1_000_000).fill(0x81));
  const deep = (frames: number): void =>
    frames === 0 ? refused(PLAIN, new Uint8Array(100_000).fill(0x91)) : deep(frames - 1);
  deep(2_000);
});

test('H52 levels outside the value count with it', () => {
  let value: unknown = 'leaf';
  for (let level = 0; level < 900; level++) value = new Map([['k', value]]);
  const bytes = new CodecPair(msgpack).encode(value);
  const reader = new CodecPair(msgpack, { maxDepth: 899 });
  expect(serializerError(() => reader.receiver.decode(bytes)).code).toBe('INVALID_PAYLOAD');
  expect(new CodecPair(msgpack, { maxDepth: 900 }).receiver.decode(bytes)).toBeInstanceOf(Map);
});

test('H53 a million empty containers take no memory before they are rejected', () => {
  const bytes = Buffer.concat([Buffer.of(PLAIN, 0xdd, 0, 0x0f, 0x42, 0x40), Buffer.alloc(1_000_000, 0x90)]);
  const reader = new CodecPair(msgpack, { maxNodes: 1_000 });
  const before = process.memoryUsage().heapUsed;
  expect(serializerError(() => reader.receiver.decode(bytes)).code).toBe('INVALID_PAYLOAD');
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(8_000_000);
});

test('H47 the length of an array with holes takes no memory', () => {
  for (const length of [2_000, 30_000_000, 2 ** 32 - 1]) {
    const before = process.memoryUsage().heapUsed;
    const stated = Buffer.alloc(5, 0xce);
    stated.writeUInt32BE(length, 1);
    const arrived = decode(MARKED, ...SPARSE, 0x92, 0x90, stated);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8_000_000);
    expect(Array.isArray(arrived) && [arrived.length, Object.keys(arrived)]).toStrictEqual([length, []]);
  }
});

test('H55 the message and the cause of an error do not quote the payload', () => {
  for (const tail of [Buffer.of(0xc0), Buffer.of(0xd6, 0x70, 0, 0, 0, 9), Buffer.of()]) {
    const bytes = Buffer.concat([Buffer.of(PLAIN, 0x92, 0xa6), Buffer.from('secret'), tail, tail]);
    const error = serializerError(() => new CodecPair(msgpack).receiver.decode(bytes));
    expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toContain('secret');
  }
});

test('H66 names with a special meaning elsewhere stay data', () => {
  const value = {
    toJSON: 1,
    nested: JSON.parse('{"then":{"toJSON":"x"}}'),
    constructor: { name: 'Map' },
    __keys__: [1],
    a: { __keys__: 2, b: 3 },
  };
  const pair = new CodecPair(msgpack);
  for (let round = 0; round < 3; round++) {
    assertSame(pair.send(value), value);
    expect(pair.send({ a: 1, __keys__: { c: 1 } })).toStrictEqual({ a: 1, __keys__: { c: 1 } });
    expect(pair.send({ a: 1 })).toStrictEqual({ a: 1 });
  }
});

test('H65 an object of 100,000 integer-like keys is read as data', () => {
  const value = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [String(index * 65_536), index]));
  expect(new CodecPair(msgpack).send(value)).toStrictEqual(value);
});

test('a discarded message removes its shapes, and so does a message that fails while it is written', () => {
  const pair = new CodecPair(msgpack);
  expect(pair.send({ a: 1 })).toStrictEqual({ a: 1 });
  pair.encode({ lost: 1, shape: 2 });
  pair.sender.discarded?.();
  expect(pair.send({ lost: 3, shape: 4 })).toStrictEqual({ lost: 3, shape: 4 });
  let readings = 0;
  const failing = {
    first: { never: 'seen' },
    get second(): unknown {
      readings++;
      throw new Error('no');
    },
  };
  expect(serializerError(() => pair.encode(failing))).toMatchObject({ code: 'UNSERIALIZABLE', path: '$.second' });
  expect(readings).toBe(1);
  for (const value of [{ never: 'seen' }, { a: 2 }, { lost: 5, shape: 6 }])
    expect(pair.send(value)).toStrictEqual(value);
});

test('the reader knows the shapes of a message that exceeded its limits', () => {
  const pair = new CodecPair(msgpack);
  const reader = msgpack.open({ extensions: pair.extensions, maxDepth: 3, maxNodes: 50 });
  expect(serializerError(() => reader.decode(pair.encode(rows(100)))).code).toBe('INVALID_PAYLOAD');
  expect(reader.decode(pair.encode(rows(3)))).toStrictEqual(rows(3));
  expect(serializerError(() => reader.decode(pair.encode([[[[{ deep: 1 }]]]]))).code).toBe('INVALID_PAYLOAD');
  expect(reader.decode(pair.encode({ deep: 2 }))).toStrictEqual({ deep: 2 });
});

test('the reader knows the shapes of a message with a rejected extension', () => {
  const pair = new CodecPair(msgpack);
  const fussy = msgpack.open({
    extensions: {
      replace: () => undefined,
      revive: () => {
        throw new SerializerError('not here', { code: 'INVALID_PAYLOAD' });
      },
    },
    maxDepth: 100,
    maxNodes: 1_000,
  });
  expect(() => fussy.decode(pair.encode([new Boxed({ shape: 1 }), { late: 2 }]))).toThrow('not here');
  expect(fussy.decode(pair.encode([{ shape: 3 }, { late: 4 }]))).toStrictEqual([{ shape: 3 }, { late: 4 }]);
});

test('more shapes than the table holds arrive correctly', () => {
  const pair = new CodecPair(msgpack);
  const shapes = Array.from({ length: 200 }, (_, index) => ({
    [`key${index}`]: index,
    [`other${index % 7}`]: { index },
  }));
  for (let round = 0; round < 3; round++) {
    expect(pair.send(shapes)).toStrictEqual(shapes);
    for (const shape of shapes) expect(pair.send(shape)).toStrictEqual(shape);
  }
});

test('a repeated shape costs only its values', () => {
  const pair = new CodecPair(msgpack);
  const value = { identifier: 1, description: 'x' };
  expect(pair.encode(value).length).toBeGreaterThan(24);
  expect(pair.encode(value).length).toBe(5);
});

/** Returns a message with an array of these objects, each of which defines its shape again. */
function redefining(times: number, object: readonly number[]): Buffer {
  const message = Buffer.alloc(6 + times * object.length);
  message[1] = 0xdd;
  message.writeUInt32BE(times, 2);
  return message.fill(Buffer.from(object), 6);
}

test('H58 millions of definitions in a rejected message take no memory', () => {
  // An extension of type "record" for the token 0x40, with no keys.
  const message = redefining(2_500_000, [0xd4, 0x72, 0x40, 0x90]);
  const { receiver } = new CodecPair(msgpack, { maxNodes: 1_000 });
  const before = process.memoryUsage().heapUsed;
  expect(serializerError(() => receiver.decode(message)).message).toContain('limits.maxNodes');
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64e6);
});

/** A value that is only sent by reference. */
function fn(): void {}

test('a getter is read once and a replacement is requested once, whatever else the value contains', () => {
  let readings = 0;
  const pair = new CodecPair(msgpack);
  const rare = Object.assign([1], { 2: '\ud800', length: 5 });
  const value = {
    get counted(): number {
      return ++readings;
    },
    fn,
    rest: [rare, withOwnProto([-0, 2n ** 80n, /a/, new URL('http://h/'), new Date(Number.NaN)])],
  };
  const arrived = pair.send(value);
  assertSame(arrived, { counted: 1, fn, rest: value.rest });
  expect([readings, pair.extensions.offered.get(fn)]).toStrictEqual([1, 1]);
});

test('a value whose getter sends another value is rejected, and the connection continues', () => {
  const pair = new CodecPair(msgpack);
  const value = {
    get sending(): unknown {
      return pair.encode({ within: 1 });
    },
  };
  expect(serializerError(() => pair.encode(value)).code).toBe('UNSERIALIZABLE');
  expect(pair.send({ within: 2 })).toStrictEqual({ within: 2 });
});

test('U46 repeated objects keep their identity beside arrays with holes and objects that are not records', () => {
  const shared: unknown[] = [{ a: 1 }];
  const holey: unknown[] = [shared, shared];
  holey[5] = shared;
  holey[1_000_000] = holey;
  const odd = withOwnProto([holey, shared]);
  Object.assign(odd, { odd, map: new Map<unknown, unknown>([[shared, odd]]), set: new Set([holey, odd]) });
  const value = { first: odd, second: [holey, odd, shared] };
  assertSame(new CodecPair(msgpack).send(value), value);
});

test('H85 dense valid values arrive, in padded messages', () => {
  for (const value of [
    Array.from({ length: 50_000 }, (_, index) => [index % 50, index % 7]),
    Array.from({ length: 8_000 }, () => new Map([[1, 2]])),
    Array.from({ length: 8_000 }, () => new Set()),
    Array.from({ length: 50_000 }, (_, index) => new Date(index * 1_000)),
    Array.from({ length: 15_000 }, (_, index) => ({ [`__keys__`]: index })),
    Array.from({ length: 8_000 }, () => Buffer.of()),
  ]) {
    const pair = new CodecPair(msgpack);
    const bytes = pair.encode(value);
    expect(Number(bytes[0]) & PADDED).toBe(PADDED);
    expect(isDeepStrictEqual(pair.receiver.decode(bytes), value)).toBe(true);
  }
});

/** Returns an array of this many equal values. */
function many(count: number, ...unit: readonly number[]): Buffer {
  const header = Buffer.of(PLAIN, 0xdd, 0, 0, 0, 0);
  header.writeUInt32BE(count, 2);
  return Buffer.concat([header, Buffer.alloc(count * unit.length, Buffer.of(...unit))]);
}

test('H85 a message that expands beyond the allowance of its length is rejected before it is expanded', () => {
  for (const message of [
    many(200_000, 0x80),
    many(500_000, 0x90),
    many(200_000, 0xd4, 0x73, 0, 0x90),
    many(200_000, 0xc4, 0),
    many(200_000, 0xc7, 1, 0x74, 1),
    many(700_000, 0x92, 1, 1),
  ]) {
    expect(serializerError(() => decode(message)).message).toMatch(/more memory or time/);
  }
});

test("large binary data is a view of the message's own memory, and a copy of any other memory", () => {
  for (const value of [Buffer.alloc(100_000, 7), new Uint8Array(100_000).fill(7)]) {
    const pair = new CodecPair(msgpack);
    const message = Buffer.concat([Buffer.alloc(3), pair.encode(value)]);
    const shown = pair.receiver.decodeAt?.(message, 3, message.length, true);
    const copied = pair.receiver.decodeAt?.(message, 3, message.length, false);
    assertSame(shown, value);
    message.fill(9);
    assertSame(copied, value);
    expect(ArrayBuffer.isView(shown) && shown.buffer).toBe(message.buffer);
  }
  // Small parts are copied: a view would keep the whole message in memory.
  const pair = new CodecPair(msgpack);
  const message = Buffer.from(pair.encode([Buffer.alloc(10), 'x'.repeat(10_000)]));
  const arrived = pair.receiver.decodeAt?.(message, 0, message.length, true);
  expect(Array.isArray(arrived) && Buffer.isBuffer(arrived[0]) && arrived[0].buffer).not.toBe(message.buffer);
});

test('H58 a shape that replaces another counts as many values, so the budget limits it', () => {
  const key = [0x91, 0xa1, 0x61, 1];
  const message = redefining(1_064, [0xd4, 0x72, 0x40, ...key]);
  expect(() => new CodecPair(msgpack, { maxNodes: 34_200 }).receiver.decode(message)).not.toThrow();
  const error = serializerError(() => new CodecPair(msgpack, { maxNodes: 34_100 }).receiver.decode(message));
  expect(error.message).toContain('limits.maxNodes');
  // Definitions up to the maximum of a connection cost nothing beyond their values.
  expect(() =>
    new CodecPair(msgpack, { maxNodes: 129 }).receiver.decode(redefining(64, [0xd4, 0x72, 0x40, ...key])),
  ).not.toThrow();
});

test('U46 a text that begins with a byte order mark keeps it', () => {
  const value = [`\ufeff${'x'.repeat(200)}`, '\ufeff', { '\ufeffkey': 1 }];
  expect(new CodecPair(msgpack).send(value)).toStrictEqual(value);
});

test('bytes encoded for one connection stay valid when another connection encodes', () => {
  const [one, two] = [new CodecPair(msgpack), new CodecPair(msgpack)];
  const big = { rows: Array.from({ length: 5_000 }, (_, id) => ({ id, name: `row ${id}` })) };
  const bytes = one.encode(big);
  for (let round = 0; round < 20; round++) two.encode({ other: 'z'.repeat(100_000) });
  expect(one.receiver.decode(bytes)).toStrictEqual(big);
});
