import { getHeapStatistics } from 'node:v8';
import { expect, test } from 'vitest';
import { collectGarbage } from '../fixtures/collect-garbage.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { CodecPair } from '../conformance/codec-pair.ts';

/** V8 has room for 1,536 first names of objects; those with others are dictionaries. */
const OWN_NAMES = 4_000;
const OBJECTS = 100_000;
/** What `docs/security.md` says. */
const MOST_KEPT = 26;

function heapBytes(): number {
  for (let round = 0; round < 2; round++) collectGarbage();
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

test.each([
  ['superjson', superjson],
  ['msgpack', msgpack],
  ['protobuf', protobuf],
])(
  'H53 in a process whose own objects have thousands of names, a message of %s keeps little more than elsewhere',
  (_name, serializer) => {
    const own = Array.from({ length: OWN_NAMES }, (_, index): unknown => JSON.parse(`{"own${index}":0}`));
    const pair = new CodecPair(serializer);
    const objects = Array.from({ length: OBJECTS }, (_, index) => ({ [`z${index % 60}`]: 0 }));
    const bytes = pair.encode(objects);
    pair.receiver.decode(bytes);
    const before = heapBytes();
    const value = pair.receiver.decode(bytes);
    const kept = heapBytes() - before;
    expect(value).toHaveLength(OBJECTS);
    expect(own).toHaveLength(OWN_NAMES);
    expect(kept / bytes.length).toBeLessThan(MOST_KEPT);
  },
);
