/**
 * Decodes hostile messages, by default a million with each serializer, and prints the results: `node --expose-gc scripts/fuzz.mjs
 * [CASES] [SEED] [SERIALIZER]`; a million takes some minutes. The exit code is 1 if one of five conditions does not hold: each
 * message gives a value of a known kind or an error of the library that quotes nothing (otherwise the run ends with the message
 * in hexadecimal), the own keys of the shared prototypes stay the same, no message blocks the process for longer or takes more
 * memory than permitted, and no memory is left behind.
 */
import assert from 'node:assert/strict';
import { register } from 'tsx/esm/api';

const [cases = '1000000', seed = String(Date.now() % 2 ** 32), only] = process.argv.slice(2);
const count = Number(cases);
assert.ok(Number.isSafeInteger(count) && count > 0, `CASES must be a number above 0; it is ${cases}`);
assert.ok(Number.isSafeInteger(Number(seed)), `SEED must be a number; it is ${seed}`);

/** How long a message may block the process, in milliseconds, plus as much again per MiB. Includes garbage collection. */
const MAX_BLOCKED_MS = 50;
const MAX_LEFT_BYTES = 16 * 1024 * 1024;
const MIB = 1024 * 1024;

/** A message may keep 16 bytes for each of its own, plus an allowance. The memory during reading never exceeds that here. */
const KEPT_PER_BYTE = 16;
const ALLOWANCE_BYTES = 8 * MIB;

// The message generator is shared with the tests, and is TypeScript.
const unregister = register();
const { fuzz } = await import('../test/support/fuzz.ts');
const { prototypes } = await import('../test/fixtures/prototypes.ts');
const serializers = await Promise.all(
  ['superjson', 'msgpack', 'protobuf'].map(async (name) => (await import(`../serializers/${name}/index.ts`))[name]),
);
const { compressed } = await import('../serializers/compressed/index.ts');
serializers.push(...serializers.map((serializer) => compressed(serializer, { thresholdBytes: 0 })));
await unregister();

function heapUsed() {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const chosen = serializers.filter(({ name }) => (only === undefined ? !name.includes('+') : name === only));
assert.ok(
  chosen.length > 0,
  `SERIALIZER must be one of ${serializers.map(({ name }) => name).join(', ')}; it is ${only}`,
);

console.log(`seed ${seed}`);
for (const serializer of chosen) {
  await fuzz(serializer, 1_000, 1);
  const clean = prototypes();
  const before = heapUsed();
  const start = performance.now();
  const report = await fuzz(serializer, count, Number(seed));
  const seconds = (performance.now() - start) / 1000;
  assert.equal(prototypes(), clean, 'a shared prototype was changed');
  const left = heapUsed() - before;
  const allowedMs = MAX_BLOCKED_MS * (1 + report.slowestBytes / MIB);
  const blocked = report.slowestMs > allowedMs;
  const taking = report.largestTaken > ALLOWANCE_BYTES + KEPT_PER_BYTE * report.largestBytes;
  const leaking = globalThis.gc !== undefined && left > MAX_LEFT_BYTES;
  console.log(
    `${serializer.name}: ${report.cases} messages in ${seconds.toFixed(1)} s (${Math.round(report.cases / seconds)}/s), ` +
      `${report.values} read, ${report.refused} refused, none did anything else; prototypes unchanged; ` +
      `slowest ${report.slowestMs.toFixed(1)} ms for ${report.slowestBytes} bytes${blocked ? ', TOO LONG' : ''}; ` +
      `most memory ${(report.largestTaken / 1024).toFixed(0)} KiB for ${report.largestBytes} bytes${taking ? ', TOO MUCH' : ''}; ` +
      `${(left / MIB).toFixed(1)} MiB left behind${leaking ? ', TOO MUCH' : ''}`,
  );
  if (blocked || leaking || taking) process.exitCode = 1;
}
