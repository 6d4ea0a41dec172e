import type { Figure, Section } from '../figure.ts';
import type { Report } from '../report.ts';
import { CALL_VALUES } from '../values.ts';
import { formatMedian, formatRatio, grouped, rowName } from './format.ts';
import { GOAL_HEAD, goalRows } from './goal-rows.ts';

/** For sections with one measure per value: the text around the value in the measure's name. */
const PIVOTS: readonly { readonly section: Section; readonly title: string; readonly valueOf: RegExp }[] = [
  { section: 'calls', title: 'Calls one at a time', valueOf: /^(.*), one at a time$/ },
  { section: 'calls', title: 'Calls, 100 in flight', valueOf: /^(.*), 100 in flight$/ },
  { section: 'calls', title: 'Calls, 1,000 in flight', valueOf: /^(.*), 1,000 in flight$/ },
  { section: 'cost', title: 'CPU of both sides, one at a time', valueOf: /^(.*), one at a time$/ },
  { section: 'cost', title: 'CPU of both sides, 100 in flight', valueOf: /^(.*), 100 in flight$/ },
  { section: 'cost', title: 'CPU of both sides, each', valueOf: /^(proxies.*|items.*)$/ },
  { section: 'serializers', title: 'Serializers: encode', valueOf: /^encode: (.*)$/ },
  { section: 'serializers', title: 'Serializers: decode', valueOf: /^decode: (.*)$/ },
  { section: 'serializers', title: 'Serializers: bytes', valueOf: /^bytes: (.*)$/ },
  { section: 'share', title: 'Share of a call that is serialization, one at a time over the pipe', valueOf: /^(.*)$/ },
  { section: 'life', title: 'Start and memory', valueOf: /^(.*)$/ },
  { section: 'objects', title: 'Proxies and hand-over', valueOf: /^(.*)$/ },
  { section: 'flow', title: 'Iterators and bandwidth', valueOf: /^(.*)$/ },
];

/** Returns the report as Markdown, for a document: a row per contender, a column per measure, ratios to bare in brackets. */
export function markdownReport({ machine, figures, goals, rounds, seconds, date }: Report): string {
  const about =
    `Node ${machine.node}, ${machine.cores} × ${machine.cpu}, ${machine.platform}; load ${machine.load} when it began; ` +
    (machine.pinnedTo === undefined ? '' : 'both sides on one core; ') +
    `medians of ${rounds} rounds, ${seconds.toFixed(0)} s, ${date.slice(0, 10)}.`;
  const reached = goalRows(goals);
  const parts = PIVOTS.flatMap(({ section, title, valueOf }) => {
    const list = figures.filter(
      (figure) => figure.section === section && isShown(figure) && valueOf.test(figure.measure),
    );
    return list.length === 0 ? [] : [`### ${title}\n\n${pivot(list, valueOf)}`];
  });
  const growth = figures.filter(({ section }) => section === 'growth');
  if (growth.length > 0) parts.push(`### Growth\n\n${growthTable(growth)}`);
  const first = reached.length === 0 ? [] : [`### Goals\n\n${table(GOAL_HEAD, reached)}`];
  return `${[about, ...first, ...parts].join('\n\n')}\n`;
}

/** Whether a figure is in the document, which has room for the values of calls, but not for the whole corpus. */
function isShown({ section, measure }: Figure): boolean {
  return section !== 'serializers' || CALL_VALUES.some(({ name }) => measure.endsWith(`: ${name}`));
}

function pivot(figures: readonly Figure[], valueOf: RegExp): string {
  const columns = [...grouped(figures, ({ measure }) => measure).values()];
  const head = columns.map(([first]) => {
    const value = valueOf.exec(first?.measure ?? '')?.[1] ?? '';
    return `${value} (${first?.unit ?? ''})`;
  });
  const contenders = [...grouped(figures, rowName).keys()];
  const rows = contenders.map((contender) => [
    contender,
    ...columns.map((column) => cell(column.find((figure) => rowName(figure) === contender))),
  ]);
  return table(['', ...head], rows);
}

function growthTable(figures: readonly Figure[]): string {
  const rows = [...grouped(figures, ({ measure, contender }) => `${measure}: ${contender}`)].map(([name, list]) => [
    name,
    list
      .toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0))
      .map(({ at = 0, median, unit }) => `${at.toLocaleString('en')}: ${formatMedian({ median, unit })}`)
      .join(', '),
    list[0]?.unit ?? '',
  ]);
  return table(['', 'at: value', 'unit'], rows);
}

function cell(figure: Figure | undefined): string {
  if (figure === undefined) return '';
  const ratio = formatRatio(figure.ratios.bare?.median);
  return formatMedian(figure) + (ratio === '' ? '' : ` (${ratio})`);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
