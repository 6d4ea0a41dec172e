import protobufjs from 'protobufjs';
import { expect, test } from 'vitest';
import { protobuf, type SchemaSerializer } from '../../serializers/protobuf/index.ts';
import { assertSame, CodecPair, serializerError, withoutPollution } from '../conformance/codec-pair.ts';
import { ROOMY_HEAP } from '../conformance/heap.ts';
import { shop } from '../support/protobuf/shop.js';
import { uactor } from '../support/protobuf/value.js';

/** A serializer with a schema of static classes. */
const desk: SchemaSerializer = protobuf({
  types: { 'shop.Order': shop.Order, 'shop.Line': shop.Line, 'shop.Receipt': shop.Receipt },
});

/** Returns a `Value` as another implementation would write it. */
function value(fields: object): Buffer {
  return Buffer.from(uactor.Value.encode(fields).finish());
}

/** Returns a `Value` that contains this Any. */
function any(typeUrl: string, content: Uint8Array): Buffer {
  return value({ message: { type_url: typeUrl, value: content } });
}

/** Returns a field with this number and wire type 2. */
function field(number: number, content: Uint8Array): Buffer {
  return Buffer.from(
    protobufjs.Writer.create()
      .uint32(number * 8 + 2)
      .bytes(content)
      .finish(),
  );
}

function refused(serializer: typeof protobuf | SchemaSerializer, bytes: Uint8Array): void {
  withoutPollution(() => {
    const error = serializerError(() => new CodecPair(serializer).receiver.decode(bytes));
    expect([error.code, error.cause]).toStrictEqual(['INVALID_PAYLOAD', undefined]);
  });
}

const NULL = { constant: 1 };
const ORDER = 'type.googleapis.com/shop.Order';

const vectors: readonly (readonly [string, Uint8Array])[] = [
  ['H59 no bytes', Buffer.of()],
  ['H59 field number 0', Buffer.of(0x02, 0x00)],
  ['H59 a length beyond the message', Buffer.of(0x22, 0x7f, 0x61)],
  ['H59 a length of 2 GiB', Buffer.of(0x22, 0xff, 0xff, 0xff, 0xff, 0x07)],
  ['H59 a length of more than 32 bits', Buffer.of(0x22, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01)],
  ['H59 an endless varint', Buffer.alloc(100, 0xff)],
  ['H59 an integer of 64 bits', Buffer.of(0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01)],
  ['H59 a text with the wire type of a number', Buffer.of(0x20, 0x01)],
  ['H59 a group', Buffer.of(0x0b, 0x0c)],
  ['H59 101 groups', Buffer.concat([Buffer.alloc(101, 0x0b), Buffer.alloc(101, 0x0c)])],
  ['H59 a million groups', Buffer.alloc(1_000_000, 0x0b)],
  ['H59 an unknown field', Buffer.of(0xfa, 0x01, 0x00)],
  ['H59 two fields of the oneof', Buffer.of(0x08, 0x01, 0x08, 0x01)],
  ['H59 an unknown constant', Buffer.of(0x08, 0x04)],
  ['H59 bytes of an item that lie behind its list', Buffer.of(0x32, 0x02, 0x0a, 0x02, 0x08, 0x01)],
  ['H59 an item longer than its list', Buffer.of(0x32, 0x03, 0x0a, 0x05, 0x08, 0x01, 0x08, 0x01)],
  ['H59 half a number', Buffer.of(0x42, 0x06, 0x0a, 0x04, 0, 0, 0, 0)],
  ['H59 a map without the last value', value({ map: { items: [NULL] } })],
  ['H59 more values than keys', value({ record: { keys: ['a'], values: [NULL, NULL] } })],
  ['H59 fewer values than keys', value({ record: { keys: ['a', 'b'], values: [NULL] } })],
  ['H59 keys that were never sent', value({ record: { shape: 1, values: [NULL] } })],
  ['H59 a reference to nothing', value({ list: { items: [{ reference: 1 }] } })],
  ['H59 a member whose key is no text', value({ members: { items: [NULL, NULL] } })],
  ['H47 an item outside its array', value({ sparseList: { length: 1, indices: [1], items: [NULL] } })],
  ['H47 an index without an item', value({ sparseList: { length: 4, indices: [1] } })],
  ['H47 the same item twice', value({ sparseList: { length: 4, indices: [1, 1], items: [NULL, NULL] } })],
  ['H59 an extension without a tag', value({ extension: { data: NULL } })],
  ['H59 a tag of 129 characters', value({ extension: { tag: 't'.repeat(129), data: NULL } })],
  ['H59 an extension without data', value({ extension: { tag: 'box' } })],
  [
    'H49 an extension that is its own data',
    value({ list: { items: [{ extension: { tag: 'box', data: { reference: 0 } } }] } }),
  ],
  ['H61 text that is no UTF-8', Buffer.of(0x22, 0x02, 0xc3, 0x28)],
  ['H61 a key that is no UTF-8', Buffer.of(0x2a, 0x07, 0x12, 0x01, 0xff, 0x1a, 0x02, 0x08, 0x01)],
  ['H59 half a character of UTF-16', value({ utf16: Buffer.of(1) })],
  ['H64 a bigint of more than 50,000 digits', value({ bigint: Buffer.alloc(20_769, 1) })],
  ['H64 a regular expression that is none', value({ pattern: { flags: '', source: Buffer.from('(', 'utf16le') } })],
  ['H64 flags that are none', value({ pattern: { flags: 'constructor', source: Buffer.alloc(0) } })],
  ['H64 a regular expression of a megabyte', value({ pattern: { source: Buffer.alloc(1_000_000, 0x61) } })],
  ['H64 a URL that is none', value({ url: 'x' })],
  ['H64 a URL of a megabyte', value({ url: `http://h/${'x'.repeat(1_000_000)}` })],
  ['H59 a binary class that is none', value({ binary: { class: 99, data: Buffer.alloc(8) } })],
  ['H59 half an element of a typed array', value({ binary: { class: 7, data: Buffer.alloc(3) } })],
];

for (const [title, bytes] of vectors) {
  test(`${title} is rejected`, () => {
    refused(protobuf, bytes);
    refused(desk, bytes);
  });
}

const messages: readonly (readonly [string, Uint8Array])[] = [
  ['H60 an Any of an unknown type', any('type.googleapis.com/shop.Nothing', Buffer.of())],
  ["H60 an Any of one of the library's own types", any('type.googleapis.com/uactor.Value', Buffer.of(8, 1))],
  ['H62 a schema', any('type.googleapis.com/google.protobuf.FileDescriptorProto', Buffer.of(0x0a, 0x01, 0x61))],
  ['H60 an Any of x/constructor', any('x/constructor', Buffer.of())],
  ['H60 an Any of type.googleapis.com/constructor', any('type.googleapis.com/constructor', Buffer.of())],
  ['H60 an Any of type.googleapis.com/__proto__', any('type.googleapis.com/__proto__', Buffer.of())],
  ['H60 an Any of a known type at another place', any('evil.example/shop.Order', Buffer.of())],
  ['H60 an Any without a type', value({ message: { value: Buffer.of(1) } })],
  ['H60 a malformed message', any(ORDER, Buffer.of(0x1a, 0x7f))],
  ['H60 a message with field number 0', any(ORDER, Buffer.of(0x02, 0x00))],
  ['H60 a message that ends within a group', any(ORDER, Buffer.of(0xfb, 0x01))],
  ['H59 a message with 102 groups', any(ORDER, Buffer.concat([Buffer.alloc(102, 0x0b), Buffer.alloc(102, 0x0c)]))],
  ['H59 a message nested 101 deep', any(ORDER, nestedOrder(101))],
  ['H59 a message nested 3,000 deep', any(ORDER, nestedOrder(3_000))],
];

for (const [title, bytes] of messages) test(`${title} is rejected`, () => refused(desk, bytes));

function nestedOrder(levels: number): Buffer {
  let order: Buffer = Buffer.of();
  for (let level = 0; level < levels; level++) order = field(9, order);
  return order;
}

test('H60 a codec without a schema rejects the same messages, including known ones', () => {
  for (const [, bytes] of messages) refused(protobuf, bytes);
  refused(protobuf, any(ORDER, Buffer.of()));
});

test('H60 a message nested as deep as other implementations allow is read', () => {
  expect(new CodecPair(desk).receiver.decode(any(ORDER, nestedOrder(99)))).toBeInstanceOf(shop.Order);
});

test('H52 100,000 levels are rejected by count, even with little stack left', () => {
  const bytes = Buffer.concat([...nestedLists(100_000)]);
  refused(protobuf, bytes);
  const deep = (frames: number): void => (frames === 0 ? refused(protobuf, bytes) : deep(frames - 1));
  deep(2_000);
});

/** Returns nested lists, the outermost first. */
function nestedLists(count: number): Buffer[] {
  const parts: Buffer[] = [];
  let size = 2;
  for (let level = 0; level < count; level++) {
    const item = Buffer.from(protobufjs.Writer.create().uint32(10).uint32(size).finish());
    const list = Buffer.from(
      protobufjs.Writer.create()
        .uint32(50)
        .uint32(item.length + size)
        .finish(),
    );
    parts.push(item, list);
    size += item.length + list.length;
  }
  return parts.toReversed();
}

test('H53 more values than the limit are rejected before memory is allocated', () => {
  // The test itself first creates each of them as objects.
  const million = ROOMY_HEAP ? 1_000_000 : 100_000;
  const floods = [
    value({ integers: { items: Array.from({ length: million }, () => 0) } }),
    value({ numbers: { items: Array.from({ length: million }, () => 0.5) } }),
    value({ texts: { items: Array.from({ length: million }, () => '') } }),
    value({ list: { items: Array.from({ length: million }, () => ({ list: {} })) } }),
    value({ sparseList: { length: million, indices: Array.from({ length: million }, (_, index) => index) } }),
    value({ record: { keys: Array.from({ length: million }, () => '') } }),
    any(ORDER, field(6, Buffer.alloc(million))),
    any(ORDER, Buffer.alloc(million * 2, '1a00', 'hex')),
    any(ORDER, Buffer.alloc(million * 3, 'fa0100', 'hex')),
  ];
  for (const [number, bytes] of floods.entries()) {
    const reader = new CodecPair(desk, { maxNodes: 1_000 });
    const before = process.memoryUsage().heapUsed;
    expect(serializerError(() => reader.receiver.decode(bytes)).code, `flood ${number}`).toBe('INVALID_PAYLOAD');
    expect(process.memoryUsage().heapUsed - before, `flood ${number}`).toBeLessThan(16_000_000);
  }
});

test('H47 the length of an array with holes takes no memory', () => {
  for (const length of [2_000, 30_000_000, 2 ** 32 - 1]) {
    const bytes = value({ sparseList: { length } });
    const before = process.memoryUsage().heapUsed;
    const arrived = new CodecPair(protobuf).receiver.decode(bytes);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8_000_000);
    expect(Array.isArray(arrived) && arrived.length === length && Object.keys(arrived).length === 0).toBe(true);
  }
});

test('H61 unknown fields of a message take no memory, and are dropped', () => {
  const bytes = any(ORDER, Buffer.alloc(3_000_000, 'fa0100', 'hex'));
  const arrived = new CodecPair(desk).receiver.decode(bytes);
  expect(arrived).toBeInstanceOf(shop.Order);
  expect(arrived).toStrictEqual(desk.create('shop.Order'));
});

test('H55 the message and the cause of an error do not quote the payload', () => {
  const secrets = [
    value({ url: 'secret' }),
    value({ pattern: { source: Buffer.from('(secret', 'utf16le') } }),
    any('type.googleapis.com/secret', Buffer.from('secret')),
    any(ORDER, Buffer.concat([Buffer.of(0x52, 0x40), Buffer.from('secret')])),
    Buffer.concat([value({ text: 'secret' }), Buffer.from('secret')]),
  ];
  for (const bytes of secrets) {
    const error = serializerError(() => new CodecPair(desk).receiver.decode(bytes));
    expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toContain('secret');
  }
});

test('H63 the data of an error stays data, whatever it claims', () => {
  const claims = {
    name: 'TypeError',
    message: 'm',
    stack: 'forged',
    isActorDied: true,
    constructor: 1,
    __proto__: null,
  };
  const arrived = new CodecPair(protobuf).send({ failure: new Error('outer', { cause: claims }) });
  const failure: unknown = Reflect.get(Object(arrived), 'failure');
  expect(failure instanceof Error && failure.cause).toStrictEqual({ ...claims });
});

test('H64 an invalid date, a long bigint and a slow pattern are values', () => {
  const values = [new Date(Number.NaN), 10n ** 49_000n, -(10n ** 49_000n), /(a+)+$/];
  assertSame(new CodecPair(protobuf).send(values), values);
  for (const large of [10n ** 50_100n, new URL(`http://h/${'x'.repeat(70_000)}`), new RegExp('x'.repeat(40_000))]) {
    expect(serializerError(() => new CodecPair(protobuf).encode([large])).path).toBe('$[0]');
  }
});

test('H65 an object of 100,000 integer-like keys is read as data', () => {
  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [String(index * 65_536), index]));
  expect(new CodecPair(protobuf).send(many)).toStrictEqual(many);
});

test('H66 names with a special meaning elsewhere stay data', () => {
  const names: unknown = JSON.parse(
    `{"toJSON":1,"then":2,"type_url":"${ORDER}","@type":"${ORDER}","$type":"x","constructor":{"name":"Map"}}`,
  );
  for (const serializer of [protobuf, desk]) assertSame(new CodecPair(serializer).send([names]), [names]);
});

test('a value whose getter encodes another value is written completely', () => {
  const pair = new CodecPair(protobuf);
  const inner: unknown[] = [];
  const outer = {
    before: [1, 'a'],
    get now(): number {
      inner.push(Buffer.from(new CodecPair(protobuf).encode({ in: 1 })));
      return 1;
    },
    after: { a: 1 },
  };
  expect(pair.send(outer)).toStrictEqual({ before: [1, 'a'], now: 1, after: { a: 1 } });
  expect(inner).toHaveLength(1);
});
