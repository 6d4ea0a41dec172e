/** Step 4: errors and crashes. An error of the method keeps its class; the death of the process causes an error of the library. */
import { Actor, ActorDiedError, isMain } from 'uactor';
import { countPrimes } from './primes.ts';

export class CheckedCounter extends Actor {
  static override readonly module = import.meta.url;

  count(first: number, end: number): number {
    if (end < first) throw new RangeError(`${end} is below ${first}`);
    return countPrimes(first, end);
  }

  crash(): void {
    process.exit(1);
  }
}

if (isMain(import.meta)) {
  await using counter = await CheckedCounter.spawn();
  const wrong: unknown = await counter.count(10, 5).catch((error: unknown) => error);
  console.log(wrong instanceof RangeError && wrong.message); // → 5 is below 10
  const dead: unknown = await counter.crash().catch((error: unknown) => error);
  console.log(dead instanceof ActorDiedError && dead.executed); // → maybe
}
