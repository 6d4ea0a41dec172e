/** Step 6: many results, one after the other. The actor computes a few ahead and waits for the reader. */
import { Actor, isMain } from 'uactor';
import { countPrimes } from './primes.ts';

export class PrimeStream extends Actor {
  static override readonly module = import.meta.url;

  *primes(): Generator<number> {
    for (let number = 2; ; number++) if (countPrimes(number, number + 1) === 1) yield number;
  }
}

if (isMain(import.meta)) {
  await using stream = await PrimeStream.spawn();
  const found: number[] = [];
  for await (const prime of await stream.primes()) {
    if (prime > 20) break; // ends the generator in the actor too
    found.push(prime);
  }
  console.log(found.join(' ')); // → 2 3 5 7 11 13 17 19
}
