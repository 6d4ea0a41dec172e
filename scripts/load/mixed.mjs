import { setTimeout as sleep } from 'node:timers/promises';
import { MIB, mib, slope } from './figures.mjs';
import { SERIALIZERS } from './scene.mjs';

/** The number of parts of the time; both ends are inspected after each. */
const PARTS = 30;
/** The number of warm-up parts. */
const WARM_UP = 9;
/** Below this number of calls, memory has not settled and shows nothing. */
const TELLING_CALLS = 400_000;
const MAX_GROWTH_MB = 1;
/**
 * How long to wait for a first count of descriptors, in milliseconds: the library keeps an unused connection for half a second.
 */
const SETTLING_MS = 2000;
/** How long the last connections may take to close, in milliseconds. */
const CLOSING_MS = 10_000;

/** Calls of every kind over every serializer for a long time: the resources of both ends do not grow. */
export async function mixedCalls(scene, { minutes }) {
  const clients = await scene.clients(SERIALIZERS.length);
  const looks = { actor: [], 'first client': [] };
  let calls = 0;
  const look = async () => ({ actor: await scene.actor.usage(), 'first client': await clients[0].run('usage') });
  const mix = (ms) =>
    Promise.all(clients.map((client, index) => client.run('mixed', { ms, serializer: SERIALIZERS[index] })));
  await mix(1);
  const before = await quietDescriptors(look);
  for (let part = 1; part <= PARTS; part++) {
    const ms = (minutes * 60_000) / PARTS;
    calls += (await mix(ms)).reduce((sum, count) => sum + count, 0);
    for (const [who, usage] of Object.entries(await look())) looks[who].push({ calls, ...usage });
  }
  const after = await quietDescriptors(look, before);
  return [
    { what: 'calls', found: `${calls}, ${Math.round(calls / (minutes * 60))} a second` },
    ...Object.entries(looks).flatMap(([who, all]) => {
      const settled = all.slice(WARM_UP);
      const memory = ['rss', 'heap'].map((what) => {
        const growth = (slope(settled.map(({ calls: x, [what]: y }) => ({ x, y }))) * 100_000) / MIB;
        return {
          what: `growth of the ${what} of the ${who} per 100,000 calls after warming up (at most 1 MB)`,
          found: `${growth.toFixed(3)} MB, from ${mib(settled[0][what])} to ${mib(settled.at(-1)[what])}`,
          wrong: calls >= TELLING_CALLS && growth >= MAX_GROWTH_MB,
        };
      });
      const found = `from ${before[who]} to ${after[who]}`;
      return [...memory, { what: `descriptors of the ${who}`, found, wrong: after[who] > before[who] }];
    }),
  ];
}

/**
 * Returns the number of descriptors that both ends have open between loads, after unused ones are closed: `expected`, or the
 * leftovers.
 */
async function quietDescriptors(look, expected) {
  const end = performance.now() + (expected === undefined ? SETTLING_MS : CLOSING_MS);
  let least;
  do {
    const open = Object.entries(await look()).map(([who, { descriptors }]) => [who, descriptors]);
    least = Object.fromEntries(open.map(([who, count]) => [who, Math.min(count, least?.[who] ?? count)]));
    if (expected !== undefined && Object.entries(least).every(([who, count]) => count <= expected[who])) break;
    await sleep(100);
  } while (performance.now() < end);
  return least;
}
