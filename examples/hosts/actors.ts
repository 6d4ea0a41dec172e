/** The actors of this example. Every machine needs this file. */
import { Actor } from 'uactor';

/** Counts the primes of a range. */
export class Primes extends Actor {
  static override readonly module = import.meta.url;

  count(from: number, to: number): number {
    let found = 0;
    for (let number = Math.max(2, from); number < to; number++) if (isPrime(number)) found++;
    return found;
  }
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}
