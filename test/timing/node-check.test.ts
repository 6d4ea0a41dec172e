import { once } from 'node:events';
import { expect, test } from 'vitest';
import { hasPredictableHashes, NodeCheck } from '../../core/runtime/node-check.ts';
import type { Serializer } from '../../core/seam/serializer.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { CodecPair } from '../conformance/codec-pair.ts';
import { ROOMY_HEAP } from '../conformance/heap.ts';

test.each([
  ['20.19.0', true],
  ['20.20.1', true],
  ['20.20.2', false],
  ['20.21.0', false],
  ['21.7.3', true],
  ['22.22.1', true],
  ['22.22.2', false],
  ['23.11.1', true],
  ['24.4.1', true],
  ['24.14.1', false],
  ['25.8.1', true],
  ['25.9.0', false],
  ['26.0.0-nightly', false],
  ['27.1.0', false],
])('H65 whether the hashes of Node %s are predictable: %s', (version, expected) => {
  expect(hasPredictableHashes(version)).toBe(expected);
});

test('H65 a process of such a Node warns once when it first talks to another machine, and never for local peers', async () => {
  const warned: Error[] = [];
  const listen = (warning: Error): void => void warned.push(warning);
  process.on('warning', listen);
  const check = new NodeCheck();
  check.begun({ local: true }, '20.19.0');
  check.begun({ local: false }, '20.19.0');
  check.begun({ local: false }, '20.19.0');
  new NodeCheck().begun({ local: false }, '20.20.2');
  const last = once(process, 'warning');
  process.emitWarning('the last one', { code: 'TEST_LAST' });
  await last;
  process.off('warning', listen);
  expect(warned.filter((warning) => 'code' in warning && warning.code === 'UACTOR_NODE_VERSION')).toHaveLength(1);
  expect(warned[0]?.message).toMatch(/Node 20\.19\.0.*CVE-2026-21717.*update to Node 20\.20\.2/);
});

/** V8 creates a shape for each object with a different key, which takes 60 MB for a hundred thousand. */
const KEYS = ROOMY_HEAP ? 50_000 : 8_000;

/** The maximum size of V8's table of strings when it contains a hundred thousand. */
const TABLE = 2 ** 18;

/**
 * Returns integers of which 64 at a time differ by multiples of the table's size, and which are otherwise consecutive: if V8 hashes a
 * text to the integer that it looks like, all of them compete for the same few places.
 */
function colliding(): string[] {
  return Array.from({ length: KEYS }, (_, index) => String((index % 64) * TABLE + 100_000 + Math.floor(index / 64)));
}

function ordinary(): string[] {
  return Array.from({ length: KEYS }, (_, index) => `k${(index * 7919) % 9_999_991}`);
}

const SHAPES: readonly (readonly [string, (keys: readonly string[]) => unknown])[] = [
  ['members of an object', (keys) => Object.fromEntries(keys.map((key) => [key, 1]))],
  ['keys of a Map', (keys) => new Map(keys.map((key) => [key, 1]))],
  ['the only members of objects', (keys) => keys.map((key) => ({ [key]: 1 }))],
  ['texts', (keys) => keys],
];

/** Returns how long reading such a value takes, in milliseconds. */
function readingMs(serializer: Serializer, value: unknown): number {
  const pair = new CodecPair(serializer, { maxNodes: 100 * KEYS });
  const bytes = pair.encode(value);
  const start = performance.now();
  pair.receiver.decode(bytes);
  return performance.now() - start;
}

for (const serializer of [superjson, msgpack, protobuf]) {
  for (const [title, make] of SHAPES) {
    const isFast = (): boolean =>
      readingMs(serializer, make(colliding())) / readingMs(serializer, make(ordinary())) < 20;
    test(`H65 ${serializer.name}: ${KEYS} colliding keys, as ${title}, cost about what ordinary ones do where Node is repaired`, () => {
      // If Node is not repaired, this library can only warn, which the test above checks. A busy machine may disturb one measurement,
      // but not three in a row.
      expect(hasPredictableHashes(process.versions.node) || isFast() || isFast() || isFast()).toBe(true);
    });
  }
}
