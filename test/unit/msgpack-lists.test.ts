import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SerializerError } from '../../core/seam/errors.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { CodecPair } from '../conformance/codec-pair.ts';

/** The bounds of each width in which MessagePack writes a number. */
const EDGES = [
  0,
  63,
  64,
  127,
  255,
  256,
  65_535,
  65_536,
  2 ** 32 - 1,
  2 ** 32,
  -1,
  -32,
  -33,
  -128,
  -129,
  -32_768,
  -32_769,
].concat([-(2 ** 31), -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0.5, -0, Number.NaN, Infinity]);

const numbers = fc.oneof(fc.constantFrom(...EDGES), fc.integer(), fc.double(), fc.maxSafeInteger());
const mixed = fc.array(
  fc.oneof({ weight: 8, arbitrary: numbers }, fc.constantFrom(null, undefined, true, '', 'text', 1n)),
);

test('U46 msgpack: lists of numbers arrive, alone and among other values', () => {
  const pair = new CodecPair(msgpack);
  expect(pair.send(EDGES)).toStrictEqual(EDGES);
  fc.assert(
    fc.property(fc.oneof(fc.array(numbers, { maxLength: 30 }), mixed), (list) => {
      expect(pair.send(list)).toStrictEqual(list);
      expect(pair.send({ list, again: [list.length, ...list] })).toStrictEqual({ list, again: [list.length, ...list] });
    }),
    { numRuns: 500 },
  );
});

test('H68 msgpack: a truncated list of numbers is rejected, whatever follows it', () => {
  const bytes = Buffer.from(new CodecPair(msgpack).encode(EDGES));
  const { receiver } = new CodecPair(msgpack);
  for (let end = 0; end < bytes.length; end++) {
    expect(() => receiver.decode(bytes.subarray(0, end))).toThrow(SerializerError);
    expect(() => receiver.decodeAt?.(bytes, 0, end, false)).toThrow(SerializerError);
  }
});

test('U46 msgpack: short texts of every length arrive, in ASCII and with another character at every position', () => {
  const pair = new CodecPair(msgpack);
  for (let length = 0; length <= 32; length++) {
    const text = 'abcdefghijklmnopqrstuvwxyz012345'.slice(0, length);
    const texts = Array.from(text, (_, at) =>
      ['ü', '€', '😀', '\ud800'].map((odd) => text.slice(0, at) + odd + text.slice(at + 1)),
    );
    const wellFormed = texts.flat().filter((odd) => odd.isWellFormed());
    expect(pair.send([text, ...wellFormed])).toStrictEqual([text, ...wellFormed]);
  }
});
