/** Step 2: the work in a separate process. */
import { Actor, isMain } from 'uactor';
import { countPrimes } from './primes.ts';

export class PrimeCounter extends Actor {
  static override readonly module = import.meta.url; // where the new process finds the class

  count(first: number, end: number): number {
    return countPrimes(first, end);
  }
}

if (isMain(import.meta)) {
  await using counter = await PrimeCounter.spawn();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  console.log(`${await counter.count(0, 200_000)} primes`); // → 17984 primes
  console.log(ticks > 0 ? 'the timer ran meanwhile' : 'the timer did not run'); // → the timer ran meanwhile
  clearInterval(timer);
}
