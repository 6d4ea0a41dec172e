import { expect, test } from 'vitest';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { CodecPair, serializerError } from '../conformance/codec-pair.ts';
import { uactor } from '../support/protobuf/value.js';

/** A list of so many equal items. */
function listOf(count: number, item: object): Buffer {
  const items = Array.from({ length: count }, () => item);
  return Buffer.from(uactor.Value.encode({ list: { items } }).finish());
}

test.each([
  ['arrays of nothing but holes', { sparseList: { length: 1_024 } }],
  ['empty Maps', { map: {} }],
  ['empty Sets', { set: {} }],
  ['empty Buffers', { buffer: Buffer.of() }],
  ['regular expressions', { pattern: { source: Buffer.from('a', 'utf16le') } }],
  ['URLs', { url: 'a:b' }],
  ['objects of ever new keys', { record: { keys: ['a'], values: [{ integer: 0 }] } }],
])('H53 H85 a message of %s, which take far more memory than its bytes, is refused', (_, item) => {
  const error = serializerError(() => new CodecPair(protobuf).receiver.decode(listOf(300_000, item)));
  expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', message: expect.stringContaining('more memory or time') });
});

test('H85 a value that takes much memory for its bytes arrives all the same: its sender fills the message up', () => {
  const pair = new CodecPair(protobuf);
  const value = Array.from({ length: 100_000 }, (_, index) => (index % 2 === 0 ? new Map([[1, index]]) : new Map()));
  const bytes = pair.encode(value);
  expect(bytes.length).toBeLessThan(2_000_000);
  expect(pair.receiver.decode(bytes)).toEqual(value);
  expect(uactor.Value.decode(bytes)).toHaveProperty('list.items.length', 100_000);
  expect(pair.encode([1, 2]).length).toBe(6);
});

test('U46 keys of the last message are taken for those of this one only where they are the same', () => {
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

test('U46 many objects of one shape arrive with their own members, whatever these are called', () => {
  const rows = Array.from({ length: 50 }, (_, id) => JSON.parse(`{"id":${id},"__proto__":{"id":1},"b":null}`));
  expect(new CodecPair(protobuf).send(rows)).toStrictEqual(rows);
  const plain = Array.from({ length: 50 }, (_, id) => ({ id, name: `n${id}`, price: id / 3, other: undefined }));
  expect(new CodecPair(protobuf).send(plain)).toStrictEqual(plain);
});
