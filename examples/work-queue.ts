/**
 * Workers in separate processes take work from one queue until it is empty: `node work-queue.js`.
 */
import { Actor, isMain, type QueueProxy, SyncManager } from 'uactor';

interface Work {
  readonly number: number;
}

export class Worker extends Actor {
  static override readonly module: string = import.meta.url;

  /** Squares numbers from the queue until it finds `undefined`. */
  async work(todo: QueueProxy<Work | undefined>, done: QueueProxy<number>): Promise<number> {
    using from = todo;
    using to = done;
    for (let count = 0; ; count++) {
      const work = await from.get();
      if (work === undefined) return count;
      await to.put(work.number ** 2);
    }
  }
}

if (isMain(import.meta)) {
  const NUMBERS = 100;
  const WORKERS = 3;
  await using manager = await SyncManager.start();
  const todo = await manager.Queue<Work | undefined>(10);
  const done = await manager.Queue<number>();
  const workers = await Promise.all(Array.from({ length: WORKERS }, () => Worker.spawn()));
  const counts = Promise.all(workers.map((worker) => worker.work(todo, done)));
  // The queue holds at most 10 items, so this loop waits for the workers.
  for (let number = 1; number <= NUMBERS; number++) await todo.put({ number });
  for (let worker = 0; worker < WORKERS; worker++) await todo.put(undefined);
  const total = (await counts).reduce((sum, count) => sum + count, 0);
  let sum = 0;
  for (let number = 1; number <= NUMBERS; number++) sum += await done.get();
  console.log(`${total} numbers squared, their sum is ${sum}`);
  await Promise.all(workers.map((worker) => worker.shutdown()));
}
