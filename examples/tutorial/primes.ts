/** Step 1: the work, in one process. Nothing else runs in it meanwhile. */
import { isMain } from 'uactor';

/** Counts the primes from `first` up to, but not including, `end`. */
export function countPrimes(first: number, end: number): number {
  let count = 0;
  for (let number = Math.max(first, 2); number < end; number++) if (isPrime(number)) count++;
  return count;
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}

if (isMain(import.meta)) {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  console.log(`${countPrimes(0, 200_000)} primes`); // → 17984 primes
  console.log(`${ticks} ticks of the timer meanwhile`); // → 0 ticks of the timer meanwhile
  clearInterval(timer);
}
