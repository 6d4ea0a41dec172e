import { MIB, mib, percentile, spread } from './figures.mjs';

const REPLY_BYTES = 64 * 1024;
const BASELINE_MS = 300;
/** Read at full speed beforehand, so that memory that the allocator keeps after any large reply does not count as growth. */
const WARM_UP = { replies: 16, bytes: REPLY_BYTES, bytesPerSecond: Infinity };
const WARM_UPS = 32;
const SAMPLE_MS = 100;
/** Three times `highWaterBytes`: the queued bytes, and as much again that is not collected yet. */
const MAX_RISE_BYTES = 48 * MIB;
/** `highWaterBytes`, and the reply that crosses it. Unlike the memory, it can be exceeded by a short load. */
const MAX_QUEUED_BYTES = 16 * MIB + 2 * REPLY_BYTES;

/** A client that requests much and reads slowly: the actor buffers little for it, and serves other clients as before. */
export async function slowReader(scene, { megabytes, rate }) {
  const [reader, ...others] = await scene.clients(3);
  const latencies = async (duration) =>
    (await Promise.all(others.map((client) => client.run('latencies', { ms: duration })))).flat();
  for (let time = 0; time < WARM_UPS; time++) await reader.run('readSlowly', WARM_UP);
  const before = await latencies(BASELINE_MS);
  const memoryBefore = await scene.actor.memory();
  const replies = Math.ceil((megabytes * MIB) / REPLY_BYTES);
  const state = { reading: true };
  const read = reader.run('readSlowly', { replies, bytes: REPLY_BYTES, bytesPerSecond: rate * MIB }).finally(() => {
    state.reading = false;
  });
  let [most, queued] = [memoryBefore, 0];
  const during = [];
  while (state.reading) {
    during.push(...(await latencies(SAMPLE_MS)));
    most = Math.max(most, await scene.actor.memory());
    queued = Math.max(queued, (await scene.actor.stats()).bytesQueued);
  }
  const bytes = await read;
  return [
    { what: 'read', found: mib(bytes), wrong: bytes !== replies * REPLY_BYTES },
    {
      what: 'rise of the actor (goal 32 MiB, at most 48)',
      found: `${mib(most - memoryBefore)} from ${mib(memoryBefore)}`,
      wrong: most - memoryBefore > MAX_RISE_BYTES,
    },
    { what: 'queued for the reader (at most 16)', found: mib(queued), wrong: queued > MAX_QUEUED_BYTES },
    { what: 'calls of others before', found: spread(before) },
    {
      what: 'calls of others meanwhile (goal: p99 2 ×)',
      found: `${spread(during)}, ${(percentile(during, 0.99) / percentile(before, 0.99)).toFixed(2)} ×`,
    },
  ];
}
