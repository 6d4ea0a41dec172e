/** Step 8: state that several processes share. Each actor gets the proxy of one dictionary. */
import { Actor, type DictProxy, isMain, SyncManager } from 'uactor';
import { countPrimes } from './primes.ts';

export class Worker extends Actor {
  static override readonly module = import.meta.url;
  readonly #results: DictProxy<number, number>;

  constructor(results: DictProxy<number, number>) {
    super();
    this.#results = results;
  }

  async count(first: number, end: number): Promise<void> {
    await this.#results.set(first, countPrimes(first, end));
  }
}

if (isMain(import.meta)) {
  await using manager = await SyncManager.start();
  const results = await manager.dict<number, number>();
  await using low = await Worker.spawn(results);
  await using high = await Worker.spawn(results);
  await Promise.all([low.count(0, 1_000), high.count(1_000, 2_000)]);
  console.log(await results.get(0), await results.get(1_000)); // → 168 135
}
