import { CPU, type Figure, keyOf, type Section } from './figure.ts';
import { NODE_ALONE } from './sections/life.ts';
import { median } from './statistics.ts';
import { NO_VALUE } from './values.ts';

/** A goal of the library on any machine: a ratio, a difference or a rate. */
export interface Goal {
  readonly title: string;
  readonly unit: string;
  /** The goal, and the worst acceptable value. With `atMost`, smaller is better. */
  readonly goal: number;
  readonly floor: number;
  readonly atMost: boolean;
  readonly reached: (figures: Figures) => number | undefined;
}

/** Figures by subject. */
export class Figures {
  readonly #byKey: ReadonlyMap<string, Figure>;

  constructor(figures: readonly Figure[]) {
    this.#byKey = new Map(figures.map((figure) => [keyOf(figure), figure]));
  }

  get all(): readonly Figure[] {
    return [...this.#byKey.values()];
  }

  find(section: Section, measure: string, contender: string, at?: number): Figure | undefined {
    return this.#byKey.get(keyOf({ section, measure, contender, ...(at === undefined ? {} : { at }) }));
  }

  /** Returns how fast the first is relative to the second: the median of the rounds' ratios. */
  speed(of: Figure | undefined, to: Figure | undefined): number | undefined {
    return combined(of, to, (a, b) => (of?.better === 'lower' ? b / a : a / b));
  }

  /** Returns the median of the rounds' differences. */
  difference(of: Figure | undefined, to: Figure | undefined): number | undefined {
    return combined(of, to, (a, b) => a - b);
  }
}

function combined(
  of: Figure | undefined,
  to: Figure | undefined,
  join: (a: number, b: number) => number,
): number | undefined {
  if (of === undefined || to === undefined) return undefined;
  return median(of.rounds.map((value, round) => join(value, to.rounds[round] ?? Number.NaN)));
}

const ONE = 'one at a time';
const HUNDRED = '100 in flight';

/** A goal for the processor time of calls relative to bare ones over the same kind of connection. */
function besideBare(contender: string, value: string, mode: string, goal: number, floor: number): Goal {
  const measure = `${value}, ${mode}`;
  return {
    title: `CPU of ${measure}: ${contender}, of bare`,
    unit: '×',
    goal,
    floor,
    atMost: false,
    reached: (figures) => figures.find('cost', measure, contender)?.ratios.bare?.median,
  };
}

/** A goal for an actor's overhead over an idle Node process. */
function aboveNode(serializer: string, measure: string, unit: string, goal: number, floor: number): Goal {
  return {
    title: `${measure}: ${serializer}, above node alone`,
    unit,
    goal,
    floor,
    atMost: true,
    reached: (figures) =>
      figures.difference(figures.find('life', measure, serializer), figures.find('life', measure, NODE_ALONE)),
  };
}

/** A goal for a figure itself. */
function absolute(
  section: Section,
  measure: string,
  contender: string,
  unit: string,
  [goal, floor]: readonly [number, number],
): Goal {
  return {
    title: `${measure}: ${contender}`,
    unit,
    goal,
    floor,
    atMost: goal < floor,
    reached: (figures) => figures.find(section, measure, contender)?.median,
  };
}

/** A goal for the share of the speed that remains at the largest number. */
function whenGrown(measure: string, contender: string): Goal {
  return {
    title: `${measure}: ${contender}, most beside one`,
    unit: '×',
    goal: 0.95,
    floor: 0.9,
    atMost: false,
    reached: (figures) => {
      const grown = figures.all
        .filter((figure) => figure.measure === measure && figure.contender === contender)
        .toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
      return figures.speed(grown.at(-1), grown[0]);
    },
  };
}

const SMALL = 'echo of small object';
const ROWS = 'echo of 1,000 rows';
const MEBIBYTE = 'echo of bytes of 1 MiB';
const RESIDENT = 'memory of an idle process, resident';
const PRIVATE = 'memory of an idle process, private';

const PIPE = 'msgpack · pipe';

export const GOALS: readonly Goal[] = [
  besideBare(PIPE, NO_VALUE, ONE, 0.92, 0.85),
  besideBare('superjson · pipe', NO_VALUE, ONE, 0.87, 0.8),
  besideBare(PIPE, NO_VALUE, HUNDRED, 1, 0.9),
  besideBare('superjson · pipe', NO_VALUE, HUNDRED, 0.6, 0.5),
  besideBare('protobuf · pipe', NO_VALUE, HUNDRED, 0.65, 0.55),
  besideBare(PIPE, SMALL, HUNDRED, 1.1, 0.95),
  besideBare('superjson · pipe', SMALL, HUNDRED, 0.55, 0.48),
  besideBare('protobuf · pipe', SMALL, HUNDRED, 0.5, 0.4),
  besideBare(PIPE, ROWS, ONE, 1, 0.9),
  besideBare('superjson · pipe', ROWS, ONE, 0.5, 0.45),
  besideBare('protobuf · pipe', ROWS, ONE, 0.6, 0.45),
  besideBare(PIPE, MEBIBYTE, ONE, 0.92, 0.85),
  besideBare('superjson · pipe', MEBIBYTE, ONE, 0.85, 0.75),
  besideBare('protobuf · pipe', MEBIBYTE, ONE, 0.85, 0.75),
  besideBare('msgpack · tcp-plain', NO_VALUE, HUNDRED, 0.92, 0.8),
  besideBare('msgpack · tcp-plain', NO_VALUE, ONE, 0.85, 0.75),
  besideBare('msgpack · tcp', NO_VALUE, HUNDRED, 0.72, 0.65),
  besideBare('msgpack · tcp', NO_VALUE, ONE, 0.6, 0.5),
  aboveNode('msgpack', 'spawn to first reply', 'ms', 22, 28),
  aboveNode('superjson', 'spawn to first reply', 'ms', 20, 25),
  ...['msgpack', 'superjson'].flatMap((serializer) => [
    aboveNode(serializer, RESIDENT, 'MiB', 8, 12),
    aboveNode(serializer, PRIVATE, 'MiB', 4, 5),
  ]),
  absolute('cost', 'proxies made and released', PIPE, CPU, [8, 10]),
  absolute('cost', 'items of an iterator', PIPE, CPU, [2, 3.3]),
  absolute('objects', 'hand-over over a connection, in round trips', 'msgpack · ipc', 'round trips', [3, 3.5]),
  whenGrown('calls over one of n connections', 'msgpack'),
  whenGrown('calls while n proxies live', 'msgpack'),
];
