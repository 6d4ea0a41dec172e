/**
 * Searches the grammar of each serializer for the message that costs most for its length:
 * `node --expose-gc scripts/worst-payload.mjs [ROUNDS] [SEED] [SERIALIZER]`. A message is a list of pieces of a few values, repeated
 * as they are or made anew each time; the costliest pieces so far are changed and combined. It prints the worst by memory kept and by
 * time, beyond the allowance that every message has, and the exit code is 1 when one is beyond the limits.
 */
import assert from 'node:assert/strict';
import { getHeapStatistics } from 'node:v8';
import { register } from 'tsx/esm/api';

const [rounds = '1000', seed = '1', only] = process.argv.slice(2);
assert.ok(globalThis.gc, 'run with --expose-gc');

const MIB = 1024 * 1024;
/** What a message may keep for each of its bytes, beyond 8 MiB, and how long a MB may take. */
const MOST_KEPT = 16;
const ALLOWANCE_BYTES = 8 * MIB;
const MOST_MS_PER_MB = 200;

/** Up to this length a message may keep far more than {@link MOST_KEPT} for each byte, by the allowance. */
const SHORT_BYTES = 300_000;
const LONG_BYTES = 4_000_000;
/** Pieces that keep more than so much in a short message are looked at in a long one. */
const SUSPICIOUS_KEPT = 10;
/** A time beyond half of the limit is taken again: the least counts, because other processes and the collector are in it. */
const RETRIALS = 3;

const unregister = register();
const { Dice } = await import('../test/support/fuzz-dice.ts');
const { SampleExtensions } = await import('../test/conformance/codec-pair.ts');
const { MessageAllowance } = await import('../core/seam/codec/message-allowance.ts');
const { RevivalCosts } = await import('../core/session/revival-costs.ts');
const { errorFromData } = await import('../core/values/error-revival.ts');
const serializers = await Promise.all(
  ['superjson', 'msgpack', 'protobuf'].map(async (name) => (await import(`../serializers/${name}/index.ts`))[name]),
);
await unregister();

/** Charges and revives as a session does: errors as themselves, and the rest as {@link SampleExtensions} has it. */
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
  globalThis.gc();
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

/** What one message costs: the memory that its value keeps, and the processor's time. What is refused keeps nothing, and takes time. */
function costOf(serializer, body) {
  const allowance = new MessageAllowance();
  const codec = serializer.open({
    extensions: extensionsOf(allowance),
    maxDepth: 1_100,
    maxNodes: 20_000_000,
    charge: (bytes) => allowance.charge(bytes),
  });
  const before = heapBytes();
  const start = process.cpuUsage();
  allowance.begin(body.length);
  const kept = [codec];
  try {
    kept.push(codec.decode(body));
  } catch {
    // Refused.
  }
  const { user, system } = process.cpuUsage(start);
  const keptBytes = heapBytes() - before;
  assert.ok(kept.length > 0);
  return { keptBytes, ms: (user + system) / 1_000, bytes: body.length, read: kept.length > 1 };
}

/** The most of messages of pieces that `make` makes. */
function measured(serializer, { lengthOf, message }, make) {
  const worst = { whole: 0, kept: -Infinity, ms: 0, bytes: 0 };
  for (let bytes = SHORT_BYTES; bytes !== undefined; ) {
    const pieces = [];
    for (let length = 0; length < bytes; ) {
      const next = make();
      pieces.push(next);
      length += lengthOf(next);
    }
    const body = message(pieces);
    const cost = costOf(serializer, body);
    const perMb = ({ ms }) => ms / (body.length / 1e6);
    let msPerMb = perMb(cost);
    for (let again = 0; again < RETRIALS && msPerMb > Math.max(MOST_MS_PER_MB / 2, worst.ms); again++) {
      msPerMb = Math.min(msPerMb, perMb(costOf(serializer, body)));
    }
    const whole = cost.keptBytes / body.length;
    worst.whole = Math.max(worst.whole, whole);
    worst.kept = Math.max(worst.kept, (cost.keptBytes - ALLOWANCE_BYTES) / body.length);
    worst.ms = Math.max(worst.ms, msPerMb);
    worst.bytes = body.length;
    bytes = bytes === SHORT_BYTES && cost.read && whole > SUSPICIOUS_KEPT ? LONG_BYTES : undefined;
  }
  return worst;
}

/** Whether what was searched for `serializer` is within the limits. */
function search(serializer, grammarOf) {
  const dice = new Dice(Number(seed));
  const grammar = grammarOf(dice);
  const { atoms, wraps, shown } = grammar;
  /** Makes pieces of one kind, which need not equal each other. */
  const kind = (depth) => {
    if (depth === 0) return dice.of(...atoms);
    const [wrap, inner] = [dice.of(...wraps), kind(depth - 1)];
    return () => wrap(inner());
  };
  // The first messages pay for the compiler.
  for (const atom of atoms) costOf(serializer, grammar.message(Array.from({ length: 2_000 }, () => atom())));
  const worstBy = { whole: undefined, kept: undefined, ms: undefined };
  let best = [];
  for (let round = 0; round < Number(rounds); round++) {
    // Each kind is looked at by itself first.
    let make = round < atoms.length ? atoms[round] : kind(dice.below(3));
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
    best = [...best, result].toSorted((a, b) => b.whole + b.ms / 10 - a.whole - a.ms / 10).slice(0, 12);
  }
  for (const [by, { make, ...result }] of Object.entries(worstBy)) {
    const figures = `${result.whole.toFixed(1)} bytes kept per byte, ${result.kept.toFixed(1)} beyond the allowance, ${result.ms.toFixed(0)} ms per MB`;
    console.log(
      `${serializer.name}, worst by ${by}: ${figures}, ${result.bytes} bytes, pieces like ${shown(make()).slice(0, 120)}`,
    );
  }
  return worstBy.kept.kept <= MOST_KEPT && worstBy.ms.ms <= MOST_MS_PER_MB;
}

for (const serializer of serializers) {
  if (only !== undefined && serializer.name !== only) continue;
  const { grammar } = await import(`./payloads/${serializer.name}.mjs`);
  if (!search(serializer, grammar)) process.exitCode = 1;
}
