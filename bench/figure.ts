/** The parts of the suite, in the order in which they run. */
export const SECTIONS = ['serializers', 'calls', 'cost', 'share', 'life', 'objects', 'flow', 'growth'] as const;
export type Section = (typeof SECTIONS)[number];

/**
 * The unit for the processor time of a call, of both sides together. It is estimated by its lower quartile, because disturbances
 * can only add to it.
 */
export const CPU = 'µs CPU';

/** The measure and the contender. */
export interface Subject {
  readonly section: Section;
  /** The measured quantity: `echo of rows, 100 in flight`. Figures of one measure are comparable. */
  readonly measure: string;
  /** The contender: `msgpack · pipe`; the others are compared with `raw` and `bare`. */
  readonly contender: string;
  /** `calls/s`, `µs`, `MiB` … */
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /** The size, or the number of connections or actors, where growth is measured. */
  readonly at?: number;
}

/** One value of one round. */
export interface Measurement extends Subject {
  readonly value: number;
}

/** A median with its standard error, as a share of it; of {@link CPU}, the lower quartile. */
export interface Estimate {
  readonly median: number;
  readonly noise: number;
}

/** The result of all rounds. */
export interface Figure extends Subject, Estimate {
  readonly rounds: readonly number[];
  /**
   * The ratio to each reference: the median of the ratios within a round; for {@link CPU} the ratio of the estimates. Above 1 is
   * better. `bare` is the one over the same kind of connection: calls over TCP are compared with bare calls over TCP.
   */
  readonly ratios: Readonly<Partial<Record<Reference, Estimate>>>;
}

/** The contenders with which the others are compared. */
export const REFERENCES = ['raw', 'bare'] as const;
export type Reference = (typeof REFERENCES)[number];

/** Returns the key of a figure within a report, and across reports. */
export function keyOf({ section, measure, contender, at }: Omit<Subject, 'unit' | 'better'>): string {
  return [section, measure, contender, ...(at === undefined ? [] : [at.toLocaleString('en')])].join(' / ');
}
