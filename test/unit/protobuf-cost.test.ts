import protobufjs from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { protobuf, type Schema } from '../../serializers/protobuf/index.ts';
import { CodecPair, serializerError } from '../conformance/codec-pair.ts';
import { GENERATES_CODE } from '../support/code-generation.ts';
import { shop } from '../support/protobuf/shop.js';
import { uactor } from '../support/protobuf/value.js';

const SCHEMAS: readonly (readonly [source: string, schema: Schema])[] = [
  ['static classes', { types: { 'shop.Order': shop.Order, 'shop.Line': shop.Line } }],
  ...(GENERATES_CODE
    ? [['files', { files: [new URL('../support/protobuf/shop.proto', import.meta.url)] }] as const]
    : []),
];

/** Returns a list of this many messages of the type `shop.Order` with this content. */
function ordersOf(count: number, content: Buffer): Buffer {
  return listOf(count, { message: { type_url: 'type.googleapis.com/shop.Order', value: content } });
}

/** An order with one item in each of its lists and maps. */
const FULL = shop.Order.encode({
  lines: [{}],
  notes: { a: 'b' },
  marks: [1],
  replaces: { replaces: { lines: [{}], marks: [1], replaces: { marks: [2], notes: { c: 'd' } } } },
}).finish();

/** Returns a list of this many equal items, of which one is encoded. */
function listOf(count: number, item: object): Buffer {
  const reader = protobufjs.Reader.create(uactor.Value.encode({ list: { items: [item] } }).finish());
  const tag = reader.uint32();
  const one = reader.bytes();
  const items = Buffer.alloc(count * one.length, one);
  return Buffer.from(protobufjs.Writer.create().uint32(tag).bytes(items).finish());
}

test.each([
  ['arrays of nothing but holes', { sparseList: { length: 1_024 } }],
  ['arrays of one hole', { sparseList: { length: 1 } }],
  ['empty Maps', { map: {} }],
  ['empty Sets', { set: {} }],
  ['empty Buffers', { buffer: Buffer.of() }],
  ['regular expressions', { pattern: { source: Buffer.from('a', 'utf16le') } }],
  ['URLs', { url: 'a:b' }],
  ['objects of ever new keys', { record: { keys: ['a'], values: [{ integer: 0 }] } }],
])('H53 H85 a message of %s, which take far more memory than its bytes, is rejected', (_, item) => {
  const error = serializerError(() => new CodecPair(protobuf).receiver.decode(listOf(300_000, item)));
  expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', message: expect.stringContaining('more memory or time') });
});

test('H85 a value that takes much memory for its bytes arrives, because its sender pads the message', () => {
  const pair = new CodecPair(protobuf);
  const value = Array.from({ length: 100_000 }, (_, index) => (index % 2 === 0 ? new Map([[1, index]]) : new Map()));
  const bytes = pair.encode(value);
  expect(bytes.length).toBeLessThan(2_000_000);
  expect(pair.receiver.decode(bytes)).toEqual(value);
  expect(uactor.Value.decode(bytes)).toHaveProperty('list.items.length', 100_000);
  expect(pair.encode([1, 2]).length).toBe(6);
});

test('U46 keys of the previous message are reused only if they are the same', () => {
  const pair = new CodecPair(protobuf);
  for (const value of [
    [{ a: 1, b: 2 }],
    [{ a: 1, b: 2 }],
    [{ a: 1 }],
    [{ a: 1, b: 2, c: 3 }],
    [{ ab: 1, b: 2 }],
    [
      { b: 1, a: 2 },
      { a: 1, b: 2 },
    ],
    [{ a: { a: 1, b: 2 }, b: 3 }],
  ]) {
    expect(pair.send(value)).toStrictEqual(value);
  }
});

test('U46 many objects of one shape arrive with their own members, whatever the names', () => {
  const rows = Array.from({ length: 50 }, (_, id) => JSON.parse(`{"id":${id},"__proto__":{"id":1},"b":null}`));
  expect(new CodecPair(protobuf).send(rows)).toStrictEqual(rows);
  const plain = Array.from({ length: 50 }, (_, id) => ({ id, name: `n${id}`, price: id / 3, other: undefined }));
  expect(new CodecPair(protobuf).send(plain)).toStrictEqual(plain);
});

describe.each(SCHEMAS)('messages of a schema of %s', (_, schema) => {
  const serializer = protobuf(schema);

  test('H53 H85 a short message is charged for the memory of the generated objects', () => {
    const empty = Buffer.alloc(2_000, Buffer.of(0x1a, 0));
    for (const bytes of [ordersOf(5_000, empty), ordersOf(100_000, Buffer.from(FULL))]) {
      const error = serializerError(() => new CodecPair(serializer).receiver.decode(bytes));
      expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', message: expect.stringContaining('more memory or time') });
    }
  });

  test('H85 valid messages of any density arrive, because their sender pads them', () => {
    const order = {
      id: 5,
      lines: Array.from({ length: 5 }, (_line, count) => ({ article: 'pen', count })),
      notes: { to: 'x', from: 'y' },
      picture: Buffer.of(1),
      marks: [1, 2],
      replaces: { lines: [{}, {}], replaces: {} },
    };
    const orders = Array.from({ length: 20_000 }, () => serializer.create('shop.Order', order));
    const pair = new CodecPair(serializer);
    expect(JSON.stringify(pair.send(orders))).toBe(JSON.stringify(orders));
    const lines = serializer.create('shop.Order', { lines: Array.from({ length: 200_000 }, () => ({})) });
    expect(JSON.stringify(pair.send([lines]))).toBe(JSON.stringify([lines]));
    expect(pair.encode(serializer.create('shop.Order', order)).length).toBeLessThan(150);
  });
});

test.runIf(GENERATES_CODE)('H53 H85 a list of one item is charged for the 17 items that it allocates', () => {
  const lists = Array.from({ length: 8 }, (_, index) => [
    `f${index}`,
    { rule: 'repeated', type: 'int32', id: index + 1 },
  ]);
  const row = { fields: Object.fromEntries(lists) };
  const rows = { fields: { rows: { rule: 'repeated', type: 'Row', id: 1 } } };
  const serializer = protobuf({ root: protobufjs.Root.fromJSON({ nested: { Row: row, Rows: rows } }), name: 'rows' });
  const content = Buffer.from(lists.flatMap((_, index) => [(index + 1) * 8, 1]));
  const item = Buffer.concat([Buffer.of(10, content.length), content]);
  const value = (count: number): Buffer =>
    listOf(1, { message: { type_url: 'type.googleapis.com/Rows', value: Buffer.alloc(count * item.length, item) } });
  expect(new CodecPair(serializer).receiver.decode(value(1_000))).toHaveProperty('0.rows.999.f7', [1]);
  expect(serializerError(() => new CodecPair(serializer).receiver.decode(value(10_000))).message).toContain(
    'more memory or time',
  );
});
