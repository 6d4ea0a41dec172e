import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { SerializerError } from '../../core/seam/errors.ts';
import type { Codec, Serializer } from '../../core/seam/serializer.ts';
import { Boxed, CodecPair, SampleExtensions, withoutPollution } from '../conformance/codec-pair.ts';
import { Point, SAMPLES, withOwnProto } from '../conformance/values.ts';
import { type Craft, craftFor } from './fuzz-crafts.ts';
import { Dice } from './fuzz-dice.ts';

/** The outcome of the messages of one run. */
export interface FuzzReport {
  readonly cases: number;
  /** The numbers of messages that gave a value, and that were refused. */
  readonly values: number;
  readonly refused: number;
  /** The longest time for which one message blocked the process, in milliseconds, and its length. */
  readonly slowestMs: number;
  readonly slowestBytes: number;
  /** The most memory that one message took while it was read, including garbage, so its value keeps no more; and its length. */
  readonly largestTaken: number;
  readonly largestBytes: number;
}

const SECRET = 'tell-nobody';
const LIMITS = { maxDepth: 1_100, maxNodes: 100_000 };

/** After this many messages a codec is replaced, because it has learnt garbage from them. */
const MESSAGES_PER_CODEC = 50;

/** Longer golden messages would make a million cases take hours. */
const MAX_GOLDEN_BYTES = 2_000;

/** How often the time of a slow message is measured again. */
const RETRIALS = 5;

/** The number of members of a value that are checked. */
const MAX_VISITS = 500;

/** The prototypes that objects of a message may have. */
const PROTOTYPES: ReadonlySet<unknown> = new Set([
  ...[Object, Array, Map, Set, Date, RegExp, URL, Buffer, ArrayBuffer, DataView, Boxed, Point].map((c) => c.prototype),
  ...[Error, TypeError, RangeError].map((c) => c.prototype),
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array].map(
    (c) => c.prototype,
  ),
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array].map((c) => c.prototype),
  ...float16Prototypes(),
]);

/** Returns the prototype of `Float16Array` where it exists, from Node 24 on. */
function float16Prototypes(): readonly unknown[] {
  const float16: unknown = Reflect.get(globalThis, 'Float16Array');
  return typeof float16 === 'function' ? [float16.prototype] : [];
}

/**
 * Decodes `cases` hostile messages: golden ones with flipped bits, cut, or combined from two, and messages put together from the
 * serializer's own pieces. Fails when one does anything else than give a value of a known kind or a SerializerError that quotes
 * nothing, or when a prototype has changed.
 */
export async function fuzz(serializer: Serializer, cases: number, seed: number): Promise<FuzzReport> {
  const dice = new Dice(seed);
  const golden = goldenMessages(serializer);
  const craft = craftFor(serializer.name);
  const report = { cases, values: 0, refused: 0, slowestMs: 0, slowestBytes: 0, largestTaken: 0, largestBytes: 0 };
  for (let done = 0; done < cases; done += MESSAGES_PER_CODEC) {
    withoutPollution(() => {
      const codec = serializer.open({ extensions: new SampleExtensions(), ...LIMITS });
      for (let round = done; round < Math.min(done + MESSAGES_PER_CODEC, cases); round++) {
        const message = hostile(dice, golden, craft);
        const before = usedBytes();
        const start = cpuMs();
        const read = tried(codec, message);
        const cost = { ms: cpuMs() - start, taken: usedBytes() - before };
        const { ms, taken } = confirmed(cost, report, serializer, message);
        if (ms > report.slowestMs) Object.assign(report, { slowestMs: ms, slowestBytes: message.length });
        if (taken > report.largestTaken) Object.assign(report, { largestTaken: taken, largestBytes: message.length });
        if (read === undefined) report.refused++;
        else report.values++;
        if (read !== undefined) assertKnownKinds(read.value, message);
      }
    });
    // node:zlib's objects for a message that does not inflate are released in the next turn, like between two reads of a
    // connection.
    await nextTurn();
  }
  return report;
}

function goldenMessages(serializer: Serializer): readonly Buffer[] {
  const values = [
    ...SAMPLES.map(({ make }) => make()),
    [SECRET, { map: new Map([[SECRET, new Set([1n, -0])]]) }, withOwnProto(Buffer.from(SECRET))],
    new Boxed([new TypeError(SECRET), { again: [{ a: 1 }, { a: 2 }] }]),
  ];
  const pair = new CodecPair(serializer, LIMITS);
  const messages: Buffer[] = [];
  for (const value of values) {
    // The first messages of a connection, and some that build on them.
    for (const bytes of [new CodecPair(serializer, LIMITS).encode(value), pair.encode(value)]) {
      if (bytes.length <= MAX_GOLDEN_BYTES) messages.push(Buffer.from(bytes));
    }
  }
  return messages;
}

function hostile(dice: Dice, golden: readonly Buffer[], craft: Craft | undefined): Uint8Array {
  const pick = (): Buffer => golden[dice.below(golden.length)] ?? Buffer.of();
  if (craft !== undefined && dice.below(3) === 0) return craft(dice);
  const message = Buffer.from(pick());
  const at = dice.below(message.length + 1);
  switch (dice.below(6)) {
    case 0:
      return message.subarray(0, at);
    case 1:
      return Buffer.concat([message.subarray(0, at), dice.bytes(1 + dice.below(8)), message.subarray(at)]);
    case 2: {
      const other = pick();
      return Buffer.concat([message.subarray(0, at), other.subarray(dice.below(other.length + 1))]);
    }
    case 3:
      return Buffer.concat([message.subarray(0, at), message.subarray(dice.below(at + 1))]);
    default:
      for (let flips = dice.below(4); flips >= 0 && message.length > 0; flips--) {
        const index = dice.below(message.length);
        message[index] = (message[index] ?? 0) ^ (1 << dice.below(8));
      }
      return message;
  }
}

/** Returns the value that was read; `undefined` when the message was refused correctly. */
function tried(codec: Codec, message: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: codec.decode(message) };
  } catch (error) {
    const hex = Buffer.from(message).toString('hex');
    assert.ok(error instanceof SerializerError, `not a SerializerError but ${String(error)}: ${hex}`);
    assert.ok(error.code !== undefined && error.code !== 'TOO_DEEP', `a wrong code, ${error.code}: ${hex}`);
    assert.ok(!`${error.message}${String(error.cause)}`.includes(SECRET), `the payload is quoted: ${hex}`);
    return undefined;
  }
}

interface Cost {
  readonly ms: number;
  readonly taken: number;
}

/**
 * Measures an apparent maximum again: most long times are those of the garbage collector, and the compiler sometimes takes
 * memory.
 */
function confirmed({ ms, taken }: Cost, report: FuzzReport, serializer: Serializer, message: Uint8Array): Cost {
  const least = { ms, taken };
  for (let round = 0; round < RETRIALS; round++) {
    if (least.ms <= report.slowestMs && least.taken <= report.largestTaken) break;
    const codec = serializer.open({ extensions: new SampleExtensions(), ...LIMITS });
    const before = usedBytes();
    const start = cpuMs();
    tried(codec, message);
    least.ms = Math.min(least.ms, cpuMs() - start);
    // A garbage collection in between makes it negative.
    const again = usedBytes() - before;
    if (again > 0) least.taken = Math.min(least.taken, again);
  }
  return least;
}

/** Returns the processor time so far, including the collector's threads, so that other processes make no difference. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Returns the memory in use, including uncollected garbage. */
function usedBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

function assertKnownKinds(value: unknown, message: Uint8Array): void {
  const pending = [value];
  const seen = new Set<unknown>();
  for (let visits = 0; pending.length > 0 && visits < MAX_VISITS; visits++) {
    const next = pending.pop();
    if (typeof next !== 'object' || next === null || seen.has(next)) {
      assert.ok(
        !['function', 'symbol'].includes(typeof next),
        `a ${typeof next}: ${Buffer.from(message).toString('hex')}`,
      );
      continue;
    }
    seen.add(next);
    const prototype: unknown = Object.getPrototypeOf(next);
    assert.ok(
      prototype === null || PROTOTYPES.has(prototype),
      `a strange object: ${Buffer.from(message).toString('hex')}`,
    );
    if (next instanceof Map) pending.push(...[...next].flat());
    else if (next instanceof Set) pending.push(...next);
    else if (!ArrayBuffer.isView(next)) pending.push(...Object.values(next));
  }
}
