/**
 * Counts the prime numbers below a limit on all processors: `node actor-pool.js [LIMIT]`. A pool of actors
 * counts slices of the range; each slice goes to the member with the fewest calls in progress.
 */
import { Actor, ActorPool, isMain } from 'uactor';

export class PrimeCounter extends Actor {
  static override readonly module: string = import.meta.url;
  #slices = 0;

  /** Counts the primes from `first` up to, but not including, `end`. */
  count(first: number, end: number): number {
    this.#slices++;
    let primes = 0;
    for (let candidate = Math.max(first, 2); candidate < end; candidate++) if (isPrime(candidate)) primes++;
    return primes;
  }

  slices(): number {
    return this.#slices;
  }
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) return false;
  return true;
}

if (isMain(import.meta)) {
  const limit = Number(process.argv[2] ?? 1_000_000);
  const slice = 10_000;
  await using pool = await ActorPool.spawn(PrimeCounter);
  const starts = Array.from({ length: Math.ceil(limit / slice) }, (_, index) => index * slice);
  const counts = await Promise.all(starts.map((start) => pool.any.count(start, Math.min(start + slice, limit))));
  const total = counts.reduce((sum, count) => sum + count, 0);
  console.log(`${total} primes below ${limit}`);
  const slices = await pool.broadcast.slices();
  console.log(`${pool.size} actors, ${slices.reduce((sum, each) => sum + each, 0)} slices`);
}
