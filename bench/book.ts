import {
  type Estimate,
  type Figure,
  keyOf,
  type Measurement,
  REFERENCES,
  type Reference,
  type Subject,
} from './figure.ts';
import { median, noise } from './statistics.ts';

interface Entry {
  readonly subject: Subject;
  readonly rounds: number[];
}

/** Collects what the rounds measured and makes figures of it. */
export class Book {
  readonly #entries = new Map<string, Entry>();

  /** Writes down the values of one round, each subject's once. */
  enter(measurements: readonly Measurement[]): void {
    for (const { value, ...subject } of measurements) {
      const key = keyOf(subject);
      const entry = this.#entries.get(key) ?? { subject, rounds: [] };
      this.#entries.set(key, entry);
      entry.rounds.push(value);
    }
  }

  get figures(): readonly Figure[] {
    return [...this.#entries.values()].map(({ subject, rounds }) => ({
      ...subject,
      rounds,
      ...estimate(rounds),
      ratios: this.#ratios(subject, rounds),
    }));
  }

  #ratios(subject: Subject, rounds: readonly number[]): Partial<Record<Reference, Estimate>> {
    const ratios: Partial<Record<Reference, Estimate>> = {};
    for (const reference of REFERENCES) {
      const other = this.#entries.get(keyOf({ ...subject, contender: reference }));
      if (other === undefined || subject.contender === reference) continue;
      ratios[reference] = estimate(
        rounds.map((value, round) => {
          const limit = other.rounds[round] ?? Number.NaN;
          return subject.better === 'higher' ? value / limit : limit / value;
        }),
      );
    }
    return ratios;
  }
}

function estimate(rounds: readonly number[]): Estimate {
  return { median: median(rounds), noise: noise(rounds) };
}
