import {
  CPU,
  type Estimate,
  type Figure,
  keyOf,
  type Measurement,
  REFERENCES,
  type Reference,
  type Subject,
} from './figure.ts';
import { lowerQuartile, median, noise } from './statistics.ts';

interface Entry {
  readonly subject: Subject;
  readonly rounds: number[];
}

/** Collects the measurements of the rounds and computes figures. */
export class Book {
  readonly #entries = new Map<string, Entry>();

  /** Adds the values of one round, one per subject. */
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
      ...estimate(subject, rounds),
      ratios: this.#ratios(subject, rounds),
    }));
  }

  #ratios(subject: Subject, rounds: readonly number[]): Partial<Record<Reference, Estimate>> {
    const ratios: Partial<Record<Reference, Estimate>> = {};
    for (const reference of REFERENCES) {
      const overTcp = this.#entries.get(keyOf({ ...subject, contender: `${reference} · tcp` }));
      const samePlace = overTcp !== undefined && / · (?:tcp(?:-plain)?|tls)$/.test(subject.contender);
      const other = samePlace ? overTcp : this.#entries.get(keyOf({ ...subject, contender: reference }));
      if (other === undefined || other.subject.contender === subject.contender) continue;
      const within = rounds.map((value, round) => {
        const limit = other.rounds[round] ?? Number.NaN;
        return subject.better === 'higher' ? value / limit : limit / value;
      });
      const ratio = estimate(subject, within);
      ratios[reference] =
        subject.unit === CPU ? { ...ratio, median: lowerQuartile(other.rounds) / lowerQuartile(rounds) } : ratio;
    }
    return ratios;
  }
}

function estimate({ unit }: Subject, rounds: readonly number[]): Estimate {
  return { median: unit === CPU ? lowerQuartile(rounds) : median(rounds), noise: noise(rounds) };
}
