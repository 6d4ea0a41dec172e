/** The parts of the suite, in the order in which they run. */
export const SECTIONS = ['serializers', 'calls', 'cost', 'share', 'life', 'objects', 'flow', 'growth'] as const;
export type Section = (typeof SECTIONS)[number];

/**
 * The unit of the processor's time of a call, of both sides together. It is estimated by its lower quartile, because whatever
 * disturbs a call can only add to it.
 */
export const CPU = 'µs CPU';

/** What was measured of whom. */
export interface Subject {
  readonly section: Section;
  /** What was measured: `echo of rows, 100 in flight`. Figures of one measure are comparable. */
  readonly measure: string;
  /** Who was measured: `msgpack · pipe`; `raw` and `bare` are what the others are compared with. */
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
   * How good it is beside each reference: the median of the ratios within one round, of {@link CPU} the ratio of the estimates.
   * Above 1 it is better. `bare` is the one over the same kind of connection: calls over TCP are compared with bare calls over TCP.
   */
  readonly ratios: Readonly<Partial<Record<Reference, Estimate>>>;
}

/** Those that the others are compared with. */
export const REFERENCES = ['raw', 'bare'] as const;
export type Reference = (typeof REFERENCES)[number];

/** What identifies a figure in a report, and across reports. */
export function keyOf({ section, measure, contender, at }: Omit<Subject, 'unit' | 'better'>): string {
  return [section, measure, contender, ...(at === undefined ? [] : [at.toLocaleString('en')])].join(' / ');
}
