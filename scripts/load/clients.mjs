import { readFileSync } from 'node:fs';
import { kib, spread } from './figures.mjs';

const TIMES = 3;
/** The descriptors of a process besides its connections. */
const SPARE_DESCRIPTORS = 100;

/** Many clients of one actor at the same time: all of them are served. */
export async function manyClients(scene, { clients, processes }) {
  assertDescriptors(clients + SPARE_DESCRIPTORS);
  const crowd = await scene.clients(processes);
  const count = Math.ceil(clients / processes);
  const all = count * processes;
  const memoryOf = async () => {
    const ofClients = await Promise.all(crowd.map((client) => client.run('memory')));
    return [await scene.actor.memory(), ofClients.reduce((sum, each) => sum + each, 0)];
  };
  const [actorBefore, clientsBefore] = await memoryOf();
  const opened = await Promise.all(crowd.map((client) => client.run('open', { count, atOnce: false })));
  const failures = opened.flatMap((each) => each.failures);
  const [actorAfter, clientsAfter] = await memoryOf();
  const took = await Promise.all(crowd.map((client) => client.run('callAll', { times: TIMES, from: 0 })));
  const [actorUsed] = await memoryOf();
  const { sessionsAccepted } = await scene.actor.stats();
  const { calls, wrong } = await scene.actor.tally();
  return [
    {
      what: 'connections',
      found: `${sessionsAccepted} of ${all}; ${spread(opened.flatMap((each) => each.took))}${failures.length > 0 ? `; ${failures[0]}` : ''}`,
      wrong: failures.length > 0 || sessionsAccepted !== all,
    },
    {
      what: 'calls',
      found: `${calls} of ${TIMES * all}; ${spread(took.flat())}`,
      wrong: calls !== TIMES * all || wrong > 0,
    },
    {
      what: 'memory of a connection',
      found:
        `${kib((actorAfter - actorBefore) / all)} in the actor, ${kib((actorUsed - actorBefore) / all)} once it was used, ` +
        `${kib((clientsAfter - clientsBefore) / all)} in the client`,
    },
  ];
}

function assertDescriptors(needed) {
  const [, soft = ''] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  if (soft !== 'unlimited' && Number(soft) < needed) {
    throw new Error(`a process may open ${soft} files here and needs ${needed}: ulimit -n ${needed}`);
  }
}
