import { decode } from '@msgpack/msgpack';
import { Packr, Unpackr } from 'msgpackr/pack';
import { describe, expect, test } from 'vitest';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { CodecPair } from '../conformance/codec-pair.ts';

/** Values for which MessagePack itself has a type. */
const STANDARD: readonly unknown[] = [
  null,
  true,
  [0, 127, 128, -1, -32, -33, 65_536, 2 ** 32, -(2 ** 40), 2 ** 53, 0.5, Number.NaN, Infinity],
  ['', 'é', 'x'.repeat(300), '日本語'.repeat(100), '😀'],
  new Date(5),
  new Date(1_000_000_000_500),
  Buffer.from('binary'),
  [Buffer.alloc(70_000, 7), [], [[[]]]],
  Array.from({ length: 70_000 }, (_, index) => index),
];

/** Returns a message without its first byte, which contains the flags. */
function bodyOf(bytes: Uint8Array): Uint8Array {
  expect(bytes[0]).toBe(0);
  return bytes.subarray(1);
}

describe('msgpack, read by other implementations', () => {
  test('U46 a standard MessagePack reader reads values of standard types', () => {
    for (const value of STANDARD) {
      const read: unknown = decode(bodyOf(new CodecPair(msgpack).encode(value)));
      expect(plain(read)).toStrictEqual(plain(value));
    }
    const map = new Map<string, unknown>([
      ['name', 'pen'],
      ['rows', [1, new Date(1)]],
    ]);
    expect(decode(bodyOf(new CodecPair(msgpack).encode(map)))).toStrictEqual({ name: 'pen', rows: [1, new Date(1)] });
  });

  test('U46 bigints of any size are written as msgpackr writes them, and read from any number of bytes', () => {
    const stock = new Packr({ moreTypes: true, useRecords: false });
    const pair = new CodecPair(msgpack);
    for (let bits = 62n; bits < 400n; bits++) {
      for (const value of [1n << bits, (1n << bits) - 1n, -(1n << bits), ~(1n << bits)]) {
        const body = bodyOf(pair.encode(value));
        expect(Buffer.from(body), String(value)).toEqual(stock.pack(value));
        expect(pair.receiver.decode(pair.encode(value))).toBe(value);
      }
    }
    for (const value of [7n ** 30_000n, -(7n ** 30_000n)]) {
      expect(stock.unpack(bodyOf(pair.encode(value)))).toBe(value);
      expect(pair.receiver.decode(Buffer.concat([Buffer.of(0), stock.pack(value)]))).toBe(value);
    }
  });

  test('U46 objects are records, and msgpackr can follow them from message to message', () => {
    const pair = new CodecPair(msgpack);
    const reader = new Unpackr({ sequential: true, structures: [] });
    const rows = Array.from({ length: 3 }, (_, id) => ({ id, name: `row ${id}`, tags: ['a', { deep: true }] }));
    const lengths = rows.map((row) => {
      const body = bodyOf(pair.encode(row));
      expect(reader.unpack(Buffer.from(body))).toStrictEqual(row);
      return body.length;
    });
    // An object of a shape that the connection has already seen only needs its values.
    expect(lengths[1]).toBeLessThan(Number(lengths[0]) / 1.5);
    expect(lengths[2]).toBe(lengths[1]);
  });
});

/** Converts all binary data to one class, because readers create different ones. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Array.from(value);
  return Array.isArray(value) ? value.map(plain) : value;
}
