import { type Figure, keyOf, type Section } from './figure.ts';
import { NODE_ALONE } from './sections/life.ts';
import { median } from './statistics.ts';
import { NO_VALUE } from './values.ts';

/** What the library sets out to reach on any machine: a ratio, a difference or a rate. */
export interface Goal {
  readonly title: string;
  readonly unit: string;
  /** To be reached, and the least to be accepted. With `atMost` smaller is better. */
  readonly goal: number;
  readonly floor: number;
  readonly atMost: boolean;
  readonly reached: (figures: Figures) => number | undefined;
}

/** Figures by what they are of. */
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

  /** How fast the first is beside the second: the median of the rounds' ratios. */
  speed(of: Figure | undefined, to: Figure | undefined): number | undefined {
    return combined(of, to, (a, b) => (of?.better === 'lower' ? b / a : a / b));
  }

  /** The median of the rounds' differences. */
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

/** One at a time, the median is compared: a mean is at the mercy of whatever else runs on the machine. */
const ONE = 'latency p50';
const HUNDRED = '100 in flight';

/** Calls of one contender beside the bare ones. */
function besideBare(serializer: string, value: string, mode: string, goal: number, floor: number): Goal {
  const measure = `${value}, ${mode}`;
  return {
    title: `${measure}: ${serializer} over the pipe, of bare`,
    unit: '×',
    goal,
    floor,
    atMost: false,
    reached: (figures) => figures.find('calls', measure, `${serializer} · pipe`)?.ratios.bare?.median,
  };
}

/** Calls over one transport beside those over another. */
function besideTransport(of: string, to: string, measure: string, goal: number, floor: number): Goal {
  return {
    title: `${measure}: msgpack over ${of}, of ${to}`,
    unit: '×',
    goal,
    floor,
    atMost: false,
    reached: (figures) =>
      figures.speed(
        figures.find('calls', measure, `msgpack · ${of}`),
        figures.find('calls', measure, `msgpack · ${to}`),
      ),
  };
}

/** What an actor takes more than a Node that does nothing. */
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

/** A figure by itself. */
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

/** What is left of the speed with one when there are most. */
function whenGrown(measure: string, contender: string): Goal {
  return {
    title: `${measure}: ${contender}, most beside one`,
    unit: '×',
    goal: 0.9,
    floor: 0.8,
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

export const GOALS: readonly Goal[] = [
  besideBare('msgpack', NO_VALUE, ONE, 0.95, 0.85),
  besideBare('superjson', NO_VALUE, ONE, 0.9, 0.8),
  besideBare('msgpack', NO_VALUE, HUNDRED, 0.8, 0.65),
  besideBare('superjson', NO_VALUE, HUNDRED, 0.5, 0.35),
  besideBare('msgpack', SMALL, HUNDRED, 0.85, 0.65),
  besideBare('superjson', SMALL, HUNDRED, 0.55, 0.4),
  besideBare('msgpack', ROWS, ONE, 0.9, 0.8),
  besideBare('superjson', ROWS, ONE, 0.5, 0.4),
  besideBare('protobuf', ROWS, ONE, 0.4, 0.25),
  besideBare('msgpack', MEBIBYTE, ONE, 0.9, 0.75),
  besideBare('superjson', MEBIBYTE, ONE, 0.9, 0.75),
  besideBare('protobuf', MEBIBYTE, ONE, 0.9, 0.75),
  besideTransport('tcp-plain', 'pipe', `${NO_VALUE}, ${ONE}`, 0.75, 0.65),
  besideTransport('tcp-plain', 'pipe', `${NO_VALUE}, ${HUNDRED}`, 0.9, 0.8),
  besideTransport('tcp', 'tcp-plain', `${NO_VALUE}, ${ONE}`, 0.85, 0.7),
  besideTransport('tcp', 'tcp-plain', `${MEBIBYTE}, ${ONE}`, 0.6, 0.4),
  ...['msgpack', 'superjson'].flatMap((serializer) => [
    aboveNode(serializer, 'spawn to first reply', 'ms', 15, 25),
    aboveNode(serializer, RESIDENT, 'MiB', 8, 12),
    aboveNode(serializer, PRIVATE, 'MiB', 4, 6),
  ]),
  absolute('objects', 'proxies made and released, 100 in flight', 'msgpack · pipe', '/s', [200_000, 100_000]),
  absolute('flow', 'items of an iterator', 'msgpack · pipe', '/s', [500_000, 250_000]),
  absolute('objects', 'hand-over over a connection, in round trips', 'msgpack · ipc', 'round trips', [3, 4]),
  whenGrown('calls over one of n connections', 'msgpack'),
  whenGrown('calls while n proxies live', 'msgpack'),
];
