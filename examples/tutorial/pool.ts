/** Step 7: every core. A pool runs several actors of one class, and `any` calls the one with the fewest calls in progress. */
import { ActorPool } from 'uactor';
import { PrimeCounter } from './counter.ts';

const SLICE = 25_000;

await using pool = await ActorPool.spawn(PrimeCounter, { size: 2 });
const slices = Array.from({ length: 8 }, (_, index) => index * SLICE);
const counts = await Promise.all(slices.map((first) => pool.any.count(first, first + SLICE)));
console.log(`${counts.reduce((sum, count) => sum + count, 0)} primes`); // → 17984 primes
