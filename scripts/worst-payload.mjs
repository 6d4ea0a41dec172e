/**
 * Searches the grammar of MessagePack, as the serializer `msgpack` reads it, for the message that costs most for its length:
 * `node --expose-gc scripts/worst-payload.mjs [ROUNDS] [SEED]`. A message is a piece of a few values repeated many times, in a list
 * or nested; the costliest pieces so far are changed and combined. It prints the worst by memory kept and by time, beyond
 * the allowance that every message has, and the exit code is 1 when one is beyond the limits.
 */
import assert from 'node:assert/strict';
import { register } from 'tsx/esm/api';

const [rounds = '2000', seed = '1'] = process.argv.slice(2);
assert.ok(globalThis.gc, 'run with --expose-gc');

const MIB = 1024 * 1024;
/** What a message may keep for each of its bytes, beyond 8 MiB, and how long a MB may take. */
const MOST_KEPT = 16;
const ALLOWANCE_BYTES = 8 * MIB;
const MOST_MS_PER_MB = 200;

const unregister = register();
const { msgpack } = await import('../serializers/msgpack/index.ts');
const { Dice } = await import('../test/support/fuzz-dice.ts');
const { SampleExtensions } = await import('../test/conformance/codec-pair.ts');
await unregister();

const dice = new Dice(Number(seed));

/** Pieces of one value, and some that contain others; each has all that it needs in it. */
const atoms = [
  () => [dice.below(64)],
  () => [0xc0],
  () => [0xd4, 0, 0],
  () => [0x80],
  () => [0x90],
  () => [0xd4, 0x73, 0, 0x90],
  () => [0xd6, 0xff, 0, 0, 0, 1],
  () => [0xd4, 0xff, 0xff],
  () => [0xc4, 0],
  () => [0xc7, 1, 0x74, dice.of(0, 1, 9, 16, 17)],
  () => [0xc7, 1, 0x42, 1],
  () => [0xd3, ...dice.bytes(8)],
  () => [0xcb, ...dice.bytes(8)],
  () => [0xce, ...dice.bytes(4)],
  () => [0xa2, 0x61 + dice.below(26), 0x61 + dice.below(26)],
  () => [0xa3, 0xe6, 0x97, 0x80 + dice.below(64)],
  () => [0xd4, 0x75, 0, 0x92, 3, 0xa3, 0x61, 0x3a, 0x62],
  () => [0xd4, 0x75, 0, 0x92, 4, 0xa2, 0x2f, 0x61 + dice.below(26)],
  () => [0xd4, 0x75, 0, 0x92, 2, 0xc4, 0],
  () => [0xd4, 0x75, 0, 0x92, 7, 0x92, 0x90, dice.of(0, 63)],
  () => [0xd4, 0x75, 0, 0x92, 7, 0x92, 0x90, 0xcd, dice.of(0, 4, 5), dice.below(256)],
  () => [0xd4, 0x75, 0, 0x92, 7, 0x94, 0x90, 0xcd, 0xff, 0xff, dice.below(63), 0],
  () => [0xd4, 0x75, 0, 0x92, 6, 0x80],
  () => [0xd4, 0x75, 0, 0x92, 0xa5, ...Buffer.from('error'), ...keyed('name', 'message')],
  () => [0xd4, 0x75, 0, 0x92, 0xa3, ...Buffer.from('box'), 0],
  () => [0x40],
];
const wraps = [
  (inner) => [0x91, ...inner],
  (inner) => [0x92, ...inner, ...inner],
  (inner) => [0x81, dice.below(64), ...inner],
  (inner) => [0x82, 1, ...inner, 2, ...inner],
  (inner) => [0xd4, 0x73, 0, 0x91, ...inner],
  (inner) => [0xd4, 0x72, 0x40 + dice.below(64), 0x91, 0xa2, ...dice.bytes(2).map((byte) => byte & 0x7f), ...inner],
  (inner) => [0xd4, 0x75, 0, 0x92, 6, 0x81, 0xa2, ...dice.bytes(2).map((byte) => byte & 0x7f), ...inner],
  (inner) => [0xd4, 0x75, 0, 0x92, 7, 0x94, 0x90, 9, dice.below(9), ...inner],
];

function keyed(...names) {
  return [0x80 + names.length, ...names.flatMap((name) => [0xa0 + name.length, ...Buffer.from(name), 0xa0])];
}

function piece(depth = dice.below(3)) {
  return depth === 0 ? dice.of(...atoms)() : dice.of(...wraps)(piece(depth - 1));
}

/** A list of `count` pieces, none of which has to equal another one. */
function message(make, bytes) {
  const pieces = [];
  let length = 0;
  while (length < bytes) {
    const next = Buffer.from(make());
    pieces.push(next);
    length += next.length;
  }
  const header = Buffer.of(2, 0xdd, 0, 0, 0, 0);
  header.writeUInt32BE(pieces.length, 2);
  return Buffer.concat([header, ...pieces]);
}

/** The most of a kind of message that is read: what is beyond its allowance is refused, and keeps nothing. */
function measured(make) {
  let worst = { kept: 0, ms: 0, bytes: 0, read: false };
  for (const bytes of [20_000, 80_000, 320_000, 1_000_000]) {
    const body = message(make, bytes);
    const codec = msgpack.open({ extensions: new SampleExtensions(), maxDepth: 1_100, maxNodes: 20_000_000 });
    globalThis.gc();
    const before = process.memoryUsage();
    const start = process.cpuUsage();
    let value;
    try {
      value = codec.decode(body);
    } catch {
      // Refused: the time counts all the same.
    }
    const { user, system } = process.cpuUsage(start);
    globalThis.gc();
    const after = process.memoryUsage();
    const keptBytes = after.heapUsed + after.external - before.heapUsed - before.external;
    const result = {
      kept: (keptBytes - ALLOWANCE_BYTES) / body.length,
      whole: keptBytes / body.length,
      ms: (user + system) / 1_000 / (body.length / 1e6),
      bytes: body.length,
      read: value !== undefined,
    };
    if (result.kept > worst.kept || worst.bytes === 0 || result.ms > worst.ms)
      worst = {
        ...result,
        kept: Math.max(result.kept, worst.kept),
        ms: Math.max(bytes < 300_000 ? 0 : result.ms, worst.ms),
        whole: Math.max(result.whole, worst.whole ?? 0),
      };
  }
  return worst;
}

const worstBy = { whole: undefined, kept: undefined, ms: undefined };
let best = [];
for (let round = 0; round < Number(rounds); round++) {
  const from = best.length > 0 && dice.below(2) === 0 ? dice.of(...best).make : undefined;
  const states = [dice.below(2 ** 31), dice.below(wraps.length)];
  const base =
    from ??
    (dice.below(3) === 0
      ? () => piece()
      : (
          (fixed) => () =>
            fixed
        )(piece()));
  const make = from === undefined ? base : dice.below(2) === 0 ? () => wraps[states[1]](from()) : () => [...from()];
  const result = { ...measured(make), make };
  for (const by of Object.keys(worstBy)) if (result[by] > (worstBy[by]?.[by] ?? -Infinity)) worstBy[by] = result;
  best = [...best, result].toSorted((a, b) => b.whole + b.ms / 10 - a.whole - a.ms / 10).slice(0, 12);
}
for (const [by, { make, ...result }] of Object.entries(worstBy)) {
  const figures = `${result.whole.toFixed(1)} bytes kept per byte, ${result.kept.toFixed(1)} beyond the allowance, ${result.ms.toFixed(0)} ms per MB`;
  console.log(
    `worst by ${by}: ${figures}, ${result.bytes} bytes, pieces like ${Buffer.from(make()).toString('hex').slice(0, 80)}`,
  );
}
if ((worstBy.kept?.kept ?? 0) > MOST_KEPT || (worstBy.ms?.ms ?? 0) > MOST_MS_PER_MB) process.exitCode = 1;
