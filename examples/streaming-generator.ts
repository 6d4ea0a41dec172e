/**
 * A generator in an actor that is faster than its reader: it runs ahead by at most two batches, and ends
 * when the reader stops: `node streaming-generator.js`.
 */
import { Actor, isMain } from 'uactor';

export class Primes extends Actor {
  static override readonly module: string = import.meta.url;
  #found = 0;

  /** Yields all primes; the reader decides when to stop. */
  *all(): Generator<number, void, undefined> {
    try {
      for (let number = 2; ; number++) {
        if (!isPrime(number)) continue;
        this.#found++;
        yield number;
      }
    } finally {
      console.log('the reader wants no more primes');
    }
  }

  found(): number {
    return this.#found;
  }
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}

if (isMain(import.meta)) {
  await using primes = await Primes.spawn();
  let sum = 0;
  for await (const prime of await primes.all()) {
    if (prime > 100) break;
    sum += prime;
  }
  console.log(`the primes below 100 add up to ${sum}`);
  console.log(`found ahead of the reader: ${(await primes.found()) < 2_000 ? 'a few' : 'far too many'}`);
}
