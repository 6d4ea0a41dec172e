import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Serializer } from '../../core/seam/serializer.ts';
import { compressed } from '../../serializers/compressed/index.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { CodecPair } from '../conformance/codec-pair.ts';

const LARGE = 16_000;

interface Arrival {
  readonly arrived: unknown;
  readonly memory: Buffer;
}

/** Returns the received value when `value` is between other bytes, and the memory of the message. */
function arrive(serializer: Serializer, value: unknown, owned: boolean): Arrival {
  const pair = new CodecPair(serializer);
  const memory = Buffer.concat([Buffer.of(9, 9, 9), pair.encode(value), Buffer.of(8, 8)]);
  return { arrived: pair.receiver.decodeAt?.(memory, 3, memory.length - 2, owned), memory };
}

for (const serializer of [superjson, msgpack, protobuf, compressed(superjson), compressed(msgpack)]) {
  describe(`memory of a message over ${serializer.name}`, () => {
    for (const [name, value] of [
      ['Buffer', randomBytes(LARGE)],
      ['Uint8Array', new Uint8Array(randomBytes(LARGE))],
    ] as const) {
      test(`a ${name} that is most of its message is a view of it, if the message owns the memory`, () => {
        const { arrived, memory } = arrive(serializer, [value], true);
        assert.deepStrictEqual(arrived, [value]);
        expect(Array.isArray(arrived) && ArrayBuffer.isView(arrived[0]) && arrived[0].buffer).toBe(memory.buffer);
      });

      test(`a ${name} in reused memory is a copy`, () => {
        const { arrived, memory } = arrive(serializer, [value], false);
        memory.fill(0xa5);
        assert.deepStrictEqual(arrived, [value]);
      });
    }

    test('a part of a message that is small or less than half of it is a copy', () => {
      for (const value of [
        [new Uint8Array(randomBytes(LARGE)), new Uint8Array(randomBytes(LARGE)), new Uint8Array(randomBytes(LARGE))],
        [new Uint8Array(randomBytes(100))],
      ]) {
        const { arrived, memory } = arrive(serializer, value, true);
        memory.fill(0xa5);
        assert.deepStrictEqual(arrived, value);
      }
    });

    test('other binary classes are copies, aligned for their elements', () => {
      const value = [new Float64Array(LARGE / 8).fill(1.5)];
      const { arrived, memory } = arrive(serializer, value, true);
      memory.fill(0xa5);
      assert.deepStrictEqual(arrived, value);
    });
  });
}
