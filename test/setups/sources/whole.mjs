/** All that spawns processes, once: what each bundler's output has to do. */
import { isActorProcess, Pool, registerActor, SyncManager } from 'uactor';
import { Counter, Inner, Things } from './actors.mjs';

registerActor(Counter, 'Counter');
registerActor(Inner, 'Inner');
registerActor(Things, 'Things');

async function main(tasks) {
  for (const serializer of ['superjson', 'msgpack', 'protobuf']) {
    const counter = await Counter.with({ serializer }).spawn();
    const seen = [];
    for await (const each of await counter.upTo(3)) seen.push(each);
    console.log(
      serializer,
      await counter.increment(5),
      seen.join(),
      await counter.increment(2n ** 80n).catch((error) => error.name),
    );
    await counter.shutdown();
  }
  const counter = await Counter.spawn();
  console.log('passed on', await counter.passOn(await counter.thing()));
  console.log(await counter.fail().catch((error) => `${error.name}: ${error.message}`));
  await counter.shutdown();
  const things = await Things.start();
  console.log('manager', await (await things.create('Thing')).add(1));
  await things.shutdown();
  const shared = await SyncManager.start();
  const queue = await shared.create('Queue');
  await queue.put('item');
  console.log('shared', await queue.get());
  await shared.shutdown();
  const pool = new Pool({ module: tasks, processes: 1 });
  console.log('pool', await pool.apply('square', [7]));
  await pool.terminate();
}

if (!isActorProcess()) {
  main(process.argv[2]).catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
}
