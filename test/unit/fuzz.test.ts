import { expect, test } from 'vitest';
import { compressed } from '../../serializers/compressed/index.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { fuzz } from '../support/fuzz.ts';

/** As many as take about a second; `scripts/fuzz.mjs` goes on from there. */
const CASES = 3_000;

for (const serializer of [superjson, msgpack, protobuf, compressed(msgpack, { thresholdBytes: 0 })]) {
  test(`H68 ${serializer.name}: ${CASES} changed and crafted messages give known values or a SerializerError`, async () => {
    const { cases, values, refused } = await fuzz(serializer, CASES, 20_240_229);
    expect(values + refused).toBe(cases);
    // Both must happen, or else the messages are not as close to honest ones as they are meant to be.
    expect(Math.min(values, refused)).toBeGreaterThan(CASES / 100);
  });
}
