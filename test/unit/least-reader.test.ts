import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { KEPT_PER_BYTE, UNSURE_BYTES } from '../../core/seam/codec/budget.ts';
import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import type { Serializer } from '../../core/seam/serializer.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { CodecPair, SampleExtensions } from '../conformance/codec-pair.ts';

const { maxDepth, maxMessageBytes } = DEFAULT_LIMITS;
const LIMITS = { maxDepth, maxMessageBytes, maxNodes: Infinity };

/** The costs that every reader grants, and what only this one may spend on costs that a sender cannot know. */
const granted = (bytes: number): number => 2 ** 20 + bytes * KEPT_PER_BYTE + UNSURE_BYTES;

function many(count: number, make: (index: number) => unknown): unknown[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** An object with this many names that cannot be a record of msgpack. */
function odd(names: number): object {
  const members: Record<string, number> = { ['__keys__']: 0 };
  for (let index = 1; index < names; index++) members[`n${index}`] = index;
  return members;
}

const VALUES: readonly (readonly [string, () => unknown])[] = [
  ['pairs of small numbers', () => many(200_000, (index) => [index % 50, index % 7])],
  ['small Maps', () => many(50_000, () => new Map([[1, 2]]))],
  ['empty Sets', () => many(50_000, () => new Set())],
  ['empty objects', () => many(200_000, () => ({}))],
  ['dates', () => many(100_000, (index) => new Date(index * 1_000))],
  ['empty Buffers', () => many(50_000, () => Buffer.of())],
  ['sparse arrays', () => many(50_000, () => Object.assign([1], { 2: 2 }))],
  ['objects with an odd name', () => many(100_000, () => odd(1))],
  ['objects with 16 names, one of them odd', () => many(10_000, () => odd(16))],
  ['objects with 100 names', () => many(1_000, () => odd(100))],
  ['objects of ever-new names', () => many(20_000, (index) => ({ [`a${index}`]: 1 }))],
  ['objects whose names are places', () => many(50_000, (index) => ({ [index]: 1 }))],
  ['bigints', () => many(100_000, (index) => 2n ** 70n + BigInt(index))],
  ['patterns', () => many(5_000, (index) => new RegExp(`a${index}`))],
];

describe.each([msgpack, protobuf])('$name', (serializer: Serializer) => {
  test.each(VALUES)('H85 a reader that grants no more than every reader must accepts %s', (_, make) => {
    const value = make();
    const bytes = new CodecPair(serializer, LIMITS).encode(value);
    let left = granted(bytes.length);
    const charge = (cost: number): void => {
      left -= cost;
    };
    const reader = serializer.open({ ...LIMITS, extensions: new SampleExtensions(), charge });
    expect(isDeepStrictEqual(reader.decode(bytes), value)).toBe(true);
    expect(left).toBeGreaterThanOrEqual(0);
  });
});
