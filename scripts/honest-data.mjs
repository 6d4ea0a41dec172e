/**
 * Times large honest values through each serializer, compared with `JSON` and `v8.serialize`, and measures the peak memory of
 * each relative to the value: `node --expose-gc scripts/honest-data.mjs [VALUE]`. Each figure is measured in a separate process,
 * the best of three. Build first.
 */
import { spawnSync } from 'node:child_process';
import { deserialize, serialize } from 'node:v8';
import { fileURLToPath } from 'node:url';
import { DEFAULT_LIMITS, Output } from 'uactor/plugin';

const MIB = 1024 * 1024;
const ROUNDS = 3;

const VALUES = {
  'Map of 100,000 dates': () =>
    new Map(Array.from({ length: 100_000 }, (_, index) => [`key ${index}`, new Date(index)])),
  'array of 100,000 objects': () =>
    Array.from({ length: 100_000 }, (_, id) => ({ id, name: `row ${id}`, score: id / 3, active: id % 2 === 0 })),
  'Uint8Array of 100 MiB': () => new Uint8Array(100 * MIB).fill(7),
  'string of 50 MiB': () => 'abcdefghij'.repeat(5 * MIB),
  '1,000 levels': () => Array.from({ length: 1_000 }).reduce((value) => ({ value }), 'leaf'),
};

const SERIALIZERS = ['superjson', 'msgpack', 'protobuf'];
const RIVALS = {
  JSON: { encode: (value) => [Buffer.from(JSON.stringify(value))], decode: (bytes) => JSON.parse(bytes.toString()) },
  v8: { encode: (value) => [serialize(value)], decode: (bytes) => deserialize(bytes) },
};

async function codecOf(name) {
  if (name in RIVALS) return RIVALS[name];
  const serializer = (await import(`uactor/serializers/${name}`))[name];
  const extensions = {
    replace: () => undefined,
    revive: () => {
      throw new Error('nothing was replaced');
    },
  };
  const context = { extensions, maxDepth: DEFAULT_LIMITS.maxDepth, maxNodes: DEFAULT_LIMITS.maxNodes };
  const [sender, receiver] = [serializer.open(context), serializer.open(context)];
  const output = new Output();
  return {
    encode(value) {
      sender.encode(value, output);
      return output.take();
    },
    decode: (bytes) => receiver.decode(bytes),
  };
}

/**
 * Measures in this process: milliseconds in each direction, bytes on the wire, and the peak growth of the process, including the
 * received message and the decoded value.
 */
async function measure(name, title) {
  const codec = await codecOf(name);
  const value = VALUES[title]();
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peakMiB = 0;
  let [encodeMs, decodeMs, length] = [Infinity, Infinity, 0];
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc?.();
    const start = performance.now();
    const chunks = codec.encode(value);
    encodeMs = Math.min(encodeMs, performance.now() - start);
    // A connection would pass on the chunks, and the peer would receive one piece.
    const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    const joined = performance.now();
    codec.decode(bytes);
    decodeMs = Math.min(decodeMs, performance.now() - joined);
    length = bytes.length;
    // The kernel keeps the process's peak, so only that of the first round is valid.
    if (round === 0) peakMiB = Math.max(0, process.resourceUsage().maxRSS * 1024 - before) / MIB;
  }
  return { encodeMs, decodeMs, bytes: length, peakMiB };
}

const [first, second] = process.argv.slice(2);
if (second !== undefined) {
  console.log(JSON.stringify(await measure(first, second)));
} else {
  for (const title of first === undefined ? Object.keys(VALUES) : [first]) {
    console.log(`${title}:`);
    for (const name of [...SERIALIZERS, ...Object.keys(RIVALS)]) {
      // JSON loses what makes a Map of dates or bytes, so its figures would mean nothing.
      if (name === 'JSON' && /Map|Uint8Array/.test(title)) continue;
      const run = spawnSync(
        process.execPath,
        ['--expose-gc', '--max-old-space-size=4096', fileURLToPath(import.meta.url), name, title],
        { encoding: 'utf8' },
      );
      if (run.status !== 0) {
        console.log(`  ${name.padEnd(10)} failed: ${run.stderr}`);
        process.exitCode = 1;
        continue;
      }
      const { encodeMs, decodeMs, bytes, peakMiB } = JSON.parse(run.stdout);
      console.log(
        `  ${name.padEnd(10)} ${encodeMs.toFixed(1).padStart(8)} ms out ${decodeMs.toFixed(1).padStart(8)} ms in ` +
          `${(bytes / MIB).toFixed(2).padStart(8)} MiB, ${peakMiB.toFixed(0)} MiB at the peak beside the value`,
      );
    }
  }
}
