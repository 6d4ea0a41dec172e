import { spread } from './figures.mjs';

/** Many clients connect while the actor is busy: they succeed when it is free again. */
export async function underBlockedActor(scene, { clients, processes, block }) {
  const crowd = await scene.clients(processes);
  const count = Math.ceil(clients / processes);
  const all = count * processes;
  const blocked = scene.actor.block(block);
  const opened = await Promise.all(crowd.map((client) => client.run('open', { count, atOnce: true })));
  await blocked;
  const failures = opened.flatMap((each) => each.failures);
  await Promise.all(crowd.map((client) => client.run('callAll', { times: 1, from: 0 })));
  const { calls } = await scene.actor.tally();
  return [
    {
      what: `connections to an actor that is busy for ${block} ms`,
      found: `${all - failures.length} of ${all}; ${spread(opened.flatMap((each) => each.took))} ${failures[0] ?? ''}`,
      wrong: failures.length > 0,
    },
    { what: 'answered afterwards', found: `${calls} of ${all}`, wrong: calls !== all },
  ];
}
