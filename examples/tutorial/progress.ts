/** Step 5: a function as an argument. It stays in its process, and the actor calls it there. */
import { Actor, isMain } from 'uactor';
import { countPrimes } from './primes.ts';

export class ReportingCounter extends Actor {
  static override readonly module = import.meta.url;

  async count(end: number, report: (percent: number) => Promise<void>): Promise<number> {
    let count = 0;
    for (let percent = 0; percent < 100; percent += 25) {
      count += countPrimes((end * percent) / 100, (end * (percent + 25)) / 100);
      await report(percent + 25);
    }
    return count;
  }
}

if (isMain(import.meta)) {
  await using counter = await ReportingCounter.spawn();
  const percents: number[] = [];
  const count = await counter.count(100_000, async (percent) => void percents.push(percent));
  console.log(`${count} primes, reported at ${percents.join(', ')} %`); // → 9592 primes, reported at 25, 50, 75, 100 %
}
