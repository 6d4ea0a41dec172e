import { MIB, ms, percentile, slope } from './figures.mjs';

/** The number of parts in which the calls are made; the actor's memory is read after each. */
const PARTS = 20;
/** The number of warm-up parts. */
const WARM_UP = 6;
/** Below this number of calls, memory has not settled and shows nothing. */
const TELLING_CALLS = 400_000;
const MAX_SLOPE_MB = 1;

/** Calls of several clients to one actor: none is lost, duplicated or out of order, and memory does not grow. */
export async function manyCalls(scene, { calls, processes }) {
  const clients = await scene.clients(processes);
  const count = Math.ceil(calls / processes / PARTS);
  const memory = [];
  const p99 = [];
  const startedAt = performance.now();
  for (let part = 0; part < PARTS; part++) {
    const tenths = await Promise.all(clients.map((client) => client.run('calls', { from: part * count, count })));
    p99.push(percentile(tenths.flat(), 0.5));
    memory.push({ x: (part + 1) * count * processes, y: await scene.actor.memory() });
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const expected = PARTS * count * processes;
  const tally = await scene.actor.tally();
  const growth = (slope(memory.slice(WARM_UP)) * 100_000) / MIB;
  const [first, last] = [percentile(p99.slice(0, 2), 0.5), percentile(p99.slice(-2), 0.5)];
  return [
    {
      what: 'calls lost, doubled or out of order',
      found: `${expected - tally.calls} lost, ${tally.wrong} wrong, of ${expected}, ${Math.round(expected / seconds)} a second`,
      wrong: tally.calls !== expected || tally.wrong > 0,
    },
    {
      what: 'growth of the actor per 100,000 calls after warming up (at most 1 MB)',
      found: `${growth.toFixed(2)} MB, from ${Math.round(memory[WARM_UP].y / MIB)} to ${Math.round(memory.at(-1).y / MIB)} MiB`,
      wrong: expected >= TELLING_CALLS && growth >= MAX_SLOPE_MB,
    },
    {
      what: 'p99, last tenth beside first (goal 1.2)',
      found: `${ms(last)} beside ${ms(first)}, ${(last / first).toFixed(2)} ×`,
    },
  ];
}
