/**
 * Searches the grammar of each serializer for the message with the highest cost for its length: `node --expose-gc
 * scripts/worst-payload.mjs [ROUNDS] [SEED] [SERIALIZER] [--minutes MINUTES] [--names-used-up]`. A message is a list of pieces of
 * a few values, repeated unchanged or created anew each time; the costliest pieces so far are changed and combined. The search
 * ends after the rounds, or the minutes. It prints the worst by memory and by time, beyond the allowance of every message; the
 * exit code is 1 when one exceeds the limits. Time is processor time, relative to a yardstick measured next to it, so that other
 * load counts little.
 *
 * With `--names-used-up`, the process keeps objects that leave V8 no room for further names, and each codec has read messages after which it
 * compiles no further shape.
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import { register } from 'tsx/esm/api';

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    'names-used-up': { type: 'boolean', default: false },
    minutes: { type: 'string', default: 'Infinity' },
  },
});
const [rounds = '1000', seed = '1', only] = positionals;
const areNamesUsedUp = options['names-used-up'];
assert.ok(globalThis.gc, 'run with --expose-gc');

const MIB = 1024 * 1024;
/** The memory that a message may keep for each of its bytes, beyond 8 MiB, and the time per MB. */
const MOST_KEPT = 16;
const ALLOWANCE_BYTES = 8 * MIB;
const MOST_MS_PER_MB = 200;

/**
 * In a short message the allowance is most of the permitted cost: pieces with a high cost there are measured in a long one, which
 * alone counts.
 */
const SHORT_BYTES = 300_000;
const LONG_BYTES = 4_000_000;
const SUSPICIOUS_KEPT = 10;
const SUSPICIOUS_MS = 100;
/** The distance from one kind to the next, because neighbours are alike: a prime number beyond the number of kinds. */
const STEP = 101;
/**
 * The number of timings of a long message; the minimum counts, because others include other processes and the garbage collector.
 */
const TRIALS = 3;

/** Constant work that is timed next to each message: on a loaded machine, a second of processor time does less. */
const YARDSTICK = JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id, name: `row ${id}`, score: id / 3 })));
let quickestYardstickMs = Infinity;

/** Returns how much slower the machine is now than at its fastest. */
function slowness() {
  const ms = Math.min(...Array.from({ length: 3 }, yardstickMs));
  quickestYardstickMs = Math.min(quickestYardstickMs, ms);
  return ms / quickestYardstickMs;
}

function yardstickMs() {
  const start = process.cpuUsage();
  JSON.parse(YARDSTICK);
  let sum = 0;
  for (let index = 0; index < 3_000_000; index++) sum = (sum * 31 + index) | 0;
  assert.ok(Number.isInteger(sum));
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

const unregister = register();
const { Dice } = await import('../test/support/fuzz-dice.ts');
const { SampleExtensions } = await import('../test/conformance/codec-pair.ts');
const { MessageAllowance } = await import('../core/seam/codec/budget.ts');
const { RevivalCosts } = await import('../core/session/extension-reader.ts');
const { errorFromData } = await import('../core/values/error-revival.ts');
const { protobuf } = await import('../serializers/protobuf/index.ts');
const { superjson } = await import('../serializers/superjson/index.ts');
const { msgpack } = await import('../serializers/msgpack/index.ts');
const { SCHEMAS } = await import('./payloads/schema.mjs');
const { namesUsedUp } = await import('../test/support/names-used-up.ts');
await unregister();

/** The process keeps these as long as it runs. */
const own = areNamesUsedUp ? namesUsedUp() : [];

/** Charges and revives like a session: errors as themselves, and the rest like {@link SampleExtensions}. */
function extensionsOf(allowance) {
  const costs = new RevivalCosts(allowance);
  const sample = new SampleExtensions();
  return {
    replace: (value) => sample.replace(value),
    revive(extension) {
      costs.charge(extension);
      return extension.tag === 'error' ? errorFromData(extension.data) : sample.revive(extension);
    },
  };
}

function heapBytes() {
  // The owners of memory outside the heap are collected by the second one.
  for (let round = 0; round < 2; round++) globalThis.gc();
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

/**
 * Returns the cost of one message: the memory that its value keeps, and processor time. A refused one keeps nothing, but takes
 * time.
 */
function costOf(serializer, body, before) {
  const allowance = new MessageAllowance();
  const codec = serializer.open({
    extensions: extensionsOf(allowance),
    maxDepth: 1_100,
    maxNodes: 20_000_000,
    charge: (bytes) => allowance.charge(bytes),
  });
  for (const earlier of before) {
    allowance.begin(earlier.length);
    codec.decode(earlier);
  }
  const bytesBefore = heapBytes();
  const slower = slowness();
  const start = process.cpuUsage();
  allowance.begin(body.length);
  const kept = [codec];
  try {
    kept.push(codec.decode(body));
  } catch {
    // The message was refused.
  }
  const { user, system } = process.cpuUsage(start);
  const keptBytes = heapBytes() - bytesBefore;
  assert.ok(kept.length > 0);
  return { keptBytes, ms: (user + system) / 1_000 / slower, bytes: body.length, read: kept.length > 1 };
}

/** Returns the cost of pieces from `make` in a message of this many bytes. */
function costAt(serializer, { lengthOf, message, before }, make, bytes, trials) {
  const pieces = [];
  for (let length = 0; length < bytes; ) {
    const next = make();
    pieces.push(next);
    length += lengthOf(next);
  }
  const body = message(pieces);
  const costs = Array.from({ length: trials }, () => costOf(serializer, body, before));
  const keptBytes = Math.max(...costs.map((cost) => cost.keptBytes));
  const ms = Math.min(...costs.map((cost) => cost.ms)) / (body.length / 1e6);
  return {
    whole: keptBytes / body.length,
    beyond: (keptBytes - ALLOWANCE_BYTES) / body.length,
    ms,
    read: costs[0].read,
  };
}

/** Returns the cost of pieces from `make` in a short message and, if high, in a long one beyond the allowance. */
function measured(serializer, grammar, make) {
  const short = costAt(serializer, grammar, make, SHORT_BYTES, 1);
  const isSuspicious = (short.read && short.whole > SUSPICIOUS_KEPT) || short.ms > SUSPICIOUS_MS;
  const long = isSuspicious ? costAt(serializer, grammar, make, LONG_BYTES, TRIALS) : undefined;
  return { whole: short.whole, shortMs: short.ms, kept: long?.beyond ?? 0, ms: long?.ms ?? 0, read: long?.read };
}

/** Searches for `serializer`; returns whether all results are within the limits. */
function search(serializer, grammarOf) {
  const dice = new Dice(Number(seed));
  const grammar = { before: [], ...grammarOf(dice, areNamesUsedUp) };
  const { atoms, wraps, shown, before } = grammar;
  /** Returns a function that creates pieces of one kind, which need not be equal. */
  const kind = (depth) => {
    if (depth === 0) return dice.of(...atoms);
    const [wrap, inner] = [dice.of(...wraps), kind(depth - 1)];
    return () => wrap(inner());
  };
  // The first messages include the compiler's work.
  for (const atom of atoms) costOf(serializer, grammar.message(Array.from({ length: 2_000 }, () => atom())), before);
  const worstBy = { whole: undefined, kept: undefined, ms: undefined };
  let best = [];
  const end = performance.now() + Number(options.minutes) * 60_000;
  let round = 0;
  for (; round < Number(rounds) && performance.now() < end; round++) {
    // Each kind is first measured alone, in an order that depends on the seed.
    let make = round < atoms.length ? atoms[(round * STEP + Number(seed)) % atoms.length] : kind(dice.below(3));
    if (round >= atoms.length && best.length > 0 && dice.below(2) === 0) {
      const [wrap, base] = [dice.of(...wraps), dice.of(...best).make];
      make = () => wrap(base());
    }
    if (dice.below(4) === 0)
      make = (
        (fixed) => () =>
          fixed
      )(make());
    if (dice.below(6) === 0)
      make = (
        (...makes) =>
        () =>
          dice.of(...makes)()
      )(make, kind(dice.below(2)));
    const result = { ...measured(serializer, grammar, make), make };
    for (const by of Object.keys(worstBy)) if (result[by] > (worstBy[by]?.[by] ?? -Infinity)) worstBy[by] = result;
    best = [...best, result].toSorted((a, b) => b.whole + b.shortMs / 10 - a.whole - a.shortMs / 10).slice(0, 12);
  }
  for (const [by, { make, ...result }] of Object.entries(worstBy)) {
    const short = `${result.whole.toFixed(1)} bytes kept and ${result.shortMs.toFixed(0)} ms per MB in a short message`;
    const long = `${result.kept.toFixed(1)} bytes beyond the allowance and ${result.ms.toFixed(0)} ms per MB in a long one`;
    console.log(
      `${serializer.name}, ${round} rounds, worst by ${by}: for each byte ${short}; ${long}; pieces like ${shown(make()).slice(0, 120)}`,
    );
  }
  return worstBy.kept.kept <= MOST_KEPT && worstBy.ms.ms <= MOST_MS_PER_MB;
}

/** The searches, by name. */
const searched = {
  superjson: { serializer: superjson, grammar: (await import('./payloads/superjson.mjs')).grammar },
  msgpack: { serializer: msgpack, grammar: (await import('./payloads/msgpack.mjs')).grammar },
  protobuf: { serializer: protobuf, grammar: (await import('./payloads/protobuf.mjs')).grammar },
};
for (const [name, { schema, grammar }] of Object.entries(SCHEMAS)) {
  searched[name] = { serializer: protobuf({ ...schema, name }), grammar };
}

const names = only === undefined ? Object.keys(searched) : [only];
for (const name of names) {
  assert.ok(name in searched, `SERIALIZER must be one of ${Object.keys(searched).join(', ')}; it is ${name}`);
  const { serializer, grammar } = searched[name];
  if (!search(serializer, grammar)) process.exitCode = 1;
}
assert.ok(own.length > 0 || !areNamesUsedUp);
