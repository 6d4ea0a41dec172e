import { readFileSync } from 'node:fs';
import { Counter } from '#fixtures/counter.js';
import { mib, spread } from './figures.mjs';

/** The number of actors that start at a time. */
const STARTING = 4;

/** Many actors of one owner live at the same time: all of them reply at once. */
export async function manyActors(_scene, { actors }) {
  const living = [];
  const took = [];
  try {
    let next = 0;
    await Promise.all(
      Array.from({ length: STARTING }, async () => {
        while (next++ < actors) {
          const startedAt = performance.now();
          living.push(await Counter.spawn());
          took.push(performance.now() - startedAt);
        }
      }),
    );
    const memory = await Promise.all(living.map(async (actor) => proportionalBytes(await actor.pid())));
    const answers = await Promise.all(living.map((actor, number) => actor.increment(number)));
    const right = answers.filter((answer, number) => answer === number).length;
    return [
      {
        what: 'actors alive',
        found: `${living.length}; each started in ${spread(took)}`,
        wrong: living.length !== actors,
      },
      { what: 'answered, all at once', found: `${right} of ${actors}`, wrong: right !== actors },
      { what: 'memory of an actor, its share of what processes share', found: mib(mean(memory)) },
    ];
  } finally {
    await Promise.all(living.map((actor) => actor.shutdown()));
  }
}

/** Returns the memory of a process in bytes; shared memory is divided among the processes that share it. */
function proportionalBytes(pid) {
  const [, kib = '0'] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
