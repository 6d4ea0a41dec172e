import type { Book } from './book.ts';
import type { Measurement } from './figure.ts';
import type { BenchOptions } from './options.ts';
import type { Progress } from './progress.ts';

/** The setting of every part of the suite. */
export interface Setting {
  readonly options: BenchOptions;
  readonly book: Book;
  readonly progress: Progress;
}

/** A contender, measured once per round. */
export type Entrant = () => Promise<readonly Measurement[]>;

/**
 * Measures all contenders in each round, starting with another one each time, so that disturbances of the machine affect all
 * alike. One round before the first warms up and does not count.
 */
export async function compete(title: string, entrants: readonly Entrant[], setting: Setting): Promise<void> {
  const { options, book, progress } = setting;
  for (let round = -1; round < options.rounds; round++) {
    for (const index of entrants.keys()) {
      progress.step(`${title}, round ${round + 1} of ${options.rounds}, ${index + 1} of ${entrants.length}`);
      const measured = await entrants[(index + Math.max(round, 0)) % entrants.length]?.();
      if (round >= 0) book.enter(measured ?? []);
    }
  }
}
