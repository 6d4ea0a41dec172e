import { getHeapStatistics } from 'node:v8';
import { describe, expect, test } from 'vitest';
import type { Serializer } from '../../core/seam/serializer.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { CodecPair } from '../conformance/codec-pair.ts';
import { heapBytes } from '../support/heap-bytes.ts';
import { MAX_MEMBERS, namesUsedUp, USED_UP_NAME } from '../support/names-used-up.ts';

/** Enough for each message to exceed its allowance, which is a part of the heap. */
const OBJECTS = getHeapStatistics().heap_size_limit < 128 * 1024 * 1024 ? 25_000 : 80_000;
/**
 * Objects with names for which V8 has no room take 160 to 260 bytes; others take 40 to 75, and the first ones of a message may be of
 * either kind.
 */
const MOST_KEPT_EACH = 110;
/** The limit in `docs/security.md`. */
const MOST_MS_PER_MB = 200;
const ALLOWANCE_MS = 100;
const MB = 1e6;

const SERIALIZERS: readonly (readonly [name: string, serializer: Serializer])[] = [
  ['superjson', superjson],
  ['msgpack', msgpack],
  ['protobuf', protobuf],
];

/** Names of objects for which V8 has no room. */
const NAMES: readonly (readonly [what: string, namesOf: (index: number) => readonly string[]])[] = [
  ['one of sixty names', (index) => [`z${index % 60}`]],
  ['one of sixty second names', (index) => [USED_UP_NAME, `z${index % 60}`]],
  ['names after one of sixty', (index) => [`z${index % 60}`, 'b', 'c', 'd']],
];

function objectOf(names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, 0]));
}

/** Returns two ends that have sent so many shapes that a codec compiles no further one. */
function pairOf(serializer: Serializer): CodecPair {
  const pair = new CodecPair(serializer);
  for (let shape = 0; shape < 300; shape++) pair.send(Array.from({ length: 20 }, () => objectOf([`earlier${shape}`])));
  return pair;
}

const own = namesUsedUp([1, 2, 4, MAX_MEMBERS]);

describe.each(SERIALIZERS)('in a process whose own objects use up the names, a message of %s', (_, serializer) => {
  test.each(NAMES)('H53 H85 with objects of %s takes no more memory than elsewhere', (_names, namesOf) => {
    const pair = pairOf(serializer);
    const bytes = pair.encode(Array.from({ length: OBJECTS }, (_object, index) => objectOf(namesOf(index))));
    const before = heapBytes();
    const value = pair.receiver.decode(bytes);
    const keptBytes = heapBytes() - before;
    expect(value).toHaveLength(OBJECTS);
    expect(value).toHaveProperty(String(OBJECTS - 1), objectOf(namesOf(OBJECTS - 1)));
    expect(keptBytes / OBJECTS).toBeLessThan(MOST_KEPT_EACH);
  });

  test('H53 H85 with objects of sixty names takes no longer than any other message', () => {
    const pair = pairOf(serializer);
    const names = Array.from({ length: 60 }, (_name, index) => `m${index}`);
    const objects = Array.from({ length: 2_500 }, (_object, index) => objectOf([`z${index % 60}`, ...names.slice(1)]));
    const bytes = pair.encode(objects);
    const start = process.cpuUsage();
    expect(pair.receiver.decode(bytes)).toHaveLength(objects.length);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1_000 - ALLOWANCE_MS).toBeLessThan((MOST_MS_PER_MB * bytes.length) / MB);
    expect(own.length).toBeGreaterThan(0);
  });
});
