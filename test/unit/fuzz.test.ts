import { expect, test } from 'vitest';
import { compressed } from '../../serializers/compressed/index.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { fuzz } from '../support/fuzz.ts';

/** The number that takes about a second; `scripts/fuzz.mjs` runs more. */
const CASES = 3_000;

for (const serializer of [superjson, msgpack, protobuf, compressed(msgpack, { thresholdBytes: 0 })]) {
  test(`H68 ${serializer.name}: ${CASES} changed and crafted messages result in known values or a SerializerError`, async () => {
    const { cases, values, refused } = await fuzz(serializer, CASES, 20_240_229);
    expect(values + refused).toBe(cases);
    // Both outcomes must occur; otherwise the messages are not similar enough to valid ones.
    expect(Math.min(values, refused)).toBeGreaterThan(CASES / 100);
  });
}
