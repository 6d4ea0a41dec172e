import { MIB, mib, slope } from './figures.mjs';
import { SERIALIZERS } from './scene.mjs';

/** In how many parts the time is cut, with a look at both ends after each. */
const PARTS = 30;
/** How many of them are warming up. */
const WARM_UP = 9;
/** Below this many calls the memory of a process that settles tells nothing. */
const TELLING_CALLS = 400_000;
const MAX_GROWTH_MB = 1;

/** Calls of every kind over every serializer for a long time: what both ends use stays what it is. */
export async function mixedCalls(scene, { minutes }) {
  const clients = await scene.clients(SERIALIZERS.length);
  const looks = { actor: [], 'first client': [] };
  let calls = 0;
  for (let part = 1; part <= PARTS; part++) {
    const ms = (minutes * 60_000) / PARTS;
    const made = await Promise.all(
      clients.map((client, index) => client.run('mixed', { ms, serializer: SERIALIZERS[index] })),
    );
    calls += made.reduce((sum, count) => sum + count, 0);
    looks.actor.push({ calls, ...(await scene.actor.usage()) });
    looks['first client'].push({ calls, ...(await clients[0].run('usage')) });
  }
  return [
    { what: 'calls', found: `${calls}, ${Math.round(calls / (minutes * 60))} a second` },
    ...Object.entries(looks).flatMap(([who, all]) => {
      const settled = all.slice(WARM_UP);
      const memory = ['rss', 'heap'].map((what) => {
        const growth = (slope(settled.map((look) => ({ x: look.calls, y: look[what] }))) * 100_000) / MIB;
        return {
          what: `growth of the ${what} of the ${who} per 100,000 calls after warming up (at most 1 MB)`,
          found: `${growth.toFixed(3)} MB, from ${mib(settled[0][what])} to ${mib(settled.at(-1)[what])}`,
          wrong: calls >= TELLING_CALLS && growth >= MAX_GROWTH_MB,
        };
      });
      const [first, last] = [settled[0].descriptors, settled.at(-1).descriptors];
      // A connection that has just been let go may not be closed yet.
      const wrong = last > first + clients.length;
      return [...memory, { what: `descriptors of the ${who}`, found: `from ${first} to ${last}`, wrong }];
    }),
  ];
}
