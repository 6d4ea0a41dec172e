import { parseArgs } from 'node:util';
import { SERIALIZERS, type SerializerName, TRANSPORTS, type TransportName } from './contender.ts';
import { SECTIONS, type Section } from './figure.ts';
import { ALL_VALUES, NO_VALUE } from './values.ts';

/** The measurements, and their precision. */
export interface BenchOptions {
  readonly sections: readonly Section[];
  readonly serializers: readonly SerializerName[];
  readonly transports: readonly TransportName[];
  /** Parts of value names; none for all. */
  readonly values: readonly string[];
  readonly quick: boolean;
  /** The number of rounds for the median. */
  readonly rounds: number;
  /** The duration of one measurement of one contender in one round, in milliseconds. */
  readonly sampleMs: number;
  /** The folder for the page with charts. */
  readonly report: string | undefined;
  /** The file for the figures as JSON. */
  readonly json: string | undefined;
  /** The file for the tables as Markdown. */
  readonly markdown: string | undefined;
  /** A file of figures to compare with. */
  readonly compare: string | undefined;
  /** Whether to report how far the library's own goals were reached. */
  readonly goals: boolean;
  /** Whether the system decides on which cores both sides run. */
  readonly unpinned: boolean;
  readonly help: boolean;
}

export const USAGE = `npm run bench -- [options]

  --quick                 fewer rounds and values: under two minutes instead of under fifteen
  --only <part>           ${SECTIONS.join(', ')}
  --serializer <name>     ${SERIALIZERS.join(', ')}
  --transport <name>      ${TRANSPORTS.join(', ')}
  --values <text>         only values whose name contains the text
  --rounds <n>            rounds per measurement. Default: 5, or 3 with --quick
  --report <folder>       writes the page with charts there. Default: bench/report
  --json <file>           also writes the figures there
  --markdown <file>       also writes the tables there, as Markdown
  --compare <file>        compares with the figures of an earlier run
  --goals                 shows how far the library's own goals were reached
  --unpinned              lets the system choose the cores of both sides, instead of one core for both
  --help                  shows this text

--only, --serializer, --transport and --values can be repeated, or take a list with commas. A quick run
measures all values that --values names.`;

/** @throws `TypeError` that names the wrong option. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const list = { type: 'string', multiple: true } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: list,
      serializer: list,
      transport: list,
      values: list,
      rounds: { type: 'string' },
      report: { type: 'string' },
      markdown: { type: 'string' },
      json: { type: 'string' },
      compare: { type: 'string' },
      goals: { type: 'boolean', default: false },
      unpinned: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick, rounds = quick ? '3' : '5' } = values;
  if (!/^[1-9]\d{0,2}$/.test(rounds)) throw new TypeError(`--rounds ${rounds}: give a whole number from 1 to 999`);
  return {
    sections: chosen(SECTIONS, values.only ?? [], '--only'),
    serializers: chosen(SERIALIZERS, values.serializer ?? [], '--serializer'),
    transports: chosen(TRANSPORTS, values.transport ?? [], '--transport'),
    values: chosenTexts(values.values ?? []),
    quick,
    rounds: Number(rounds),
    sampleMs: quick ? 50 : 100,
    report: values.report,
    json: values.json,
    markdown: values.markdown,
    compare: values.compare,
    goals: values.goals,
    unpinned: values.unpinned,
    help: values.help,
  };
}

/** Returns the items of a quick run: those of `all` that are in `kept`, or all if none of them was chosen. */
export function quickly<Item>(quick: boolean, all: readonly Item[], kept: readonly NoInfer<Item>[]): readonly Item[] {
  const few = quick ? all.filter((item) => kept.includes(item)) : [];
  return few.length === 0 ? all : few;
}

/** Splits parts of value names at commas; value names contain commas too, so a text is split only if no name contains it. */
function chosenTexts(wanted: readonly string[]): readonly string[] {
  const names = [NO_VALUE, ...ALL_VALUES.map(({ name }) => name)];
  const isKnown = (part: string): boolean => part !== '' && names.some((name) => name.includes(part));
  const parts = wanted.flatMap((text) => (isKnown(text) ? [text] : text.split(',')));
  const unknown = parts.find((part) => !isKnown(part));
  if (unknown === undefined) return parts;
  throw new TypeError(`--values ${unknown}: no value has that in its name; the values are ${names.join('; ')}`);
}

function chosen<Name extends string>(all: readonly Name[], wanted: readonly string[], option: string): readonly Name[] {
  const names = wanted.flatMap((text) => text.split(','));
  const unknown = names.find((name) => !all.some((known) => known === name));
  if (unknown !== undefined) throw new TypeError(`${option} ${unknown} does not exist; use ${all.join(', ')}`);
  return names.length === 0 ? all : all.filter((name) => names.includes(name));
}
