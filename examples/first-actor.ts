import { Actor, isMain, withActor } from 'uactor';

export class Counter extends Actor {
  static override readonly module = import.meta.url; // where the new process finds this class
  #count = 0;

  increment(by = 1): number {
    this.#count += by;
    return this.#count;
  }
}

if (isMain(import.meta)) {
  // Starts a process and ends it when the function returns.
  await withActor(Counter.spawn(), async (counter) => {
    console.log((await counter.pid()) === process.pid ? 'the same process' : 'a separate process');
    await counter.increment();
    console.log(await counter.increment(5)); // → 6
  });
}
