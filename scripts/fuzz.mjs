/**
 * Decodes hostile messages, a million with each serializer unless said otherwise, and prints what came of them:
 * `node --expose-gc scripts/fuzz.mjs [CASES] [SEED] [SERIALIZER]`. Ends with the message in hexadecimal and exit code 1
 * when one does harm, blocks the process for longer than it may, or leaves memory behind.
 */
import { register } from 'tsx/esm/api';

const [cases = '1000000', seed = String(Date.now() % 2 ** 32), only] = process.argv.slice(2);

/** A message may block the process for so long, and a MiB of it for as long again. Pauses of the collector are in it. */
const MAX_BLOCKED_MS = 50;
const MAX_LEFT_BYTES = 16 * 1024 * 1024;
const MIB = 1024 * 1024;

// The generator of messages is shared with the tests, and written like them.
const unregister = register();
const { fuzz } = await import('../test/support/fuzz.ts');
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

console.log(`seed ${seed}`);
for (const serializer of serializers) {
  if (only === undefined ? serializer.name.includes('+') : serializer.name !== only) continue;
  fuzz(serializer, 1_000, 1);
  const before = heapUsed();
  const start = performance.now();
  const report = fuzz(serializer, Number(cases), Number(seed));
  const seconds = (performance.now() - start) / 1000;
  const left = heapUsed() - before;
  console.log(
    `${serializer.name}: ${report.cases} messages in ${seconds.toFixed(1)} s, ${report.values} read, ${report.refused} refused, ` +
      `slowest ${report.slowestMs.toFixed(1)} ms for ${report.slowestBytes} bytes, ${(left / MIB).toFixed(1)} MiB left behind`,
  );
  const allowed = MAX_BLOCKED_MS * (1 + report.slowestBytes / MIB);
  if (report.slowestMs > allowed || (globalThis.gc !== undefined && left > MAX_LEFT_BYTES)) process.exitCode = 1;
}
