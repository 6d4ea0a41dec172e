import type { Figure, Section } from '../figure.ts';
import { warningOf } from '../machine.ts';
import type { Report } from '../report.ts';
import { CALL_VALUES } from '../values.ts';
import { adviceOf } from './advice.ts';
import { barChart, lineChart } from './chart.ts';
import { formatNoise, formatRatio, formatValue, grouped, rowName } from './format.ts';
import { STYLE } from './style.ts';

const TITLES: Readonly<Record<Section, string>> = {
  serializers: 'Serializers by themselves',
  calls: 'Calls',
  cost: "The processor's time of both sides",
  share: 'The share of a call that goes into serialization',
  life: 'Start and memory',
  objects: 'Proxies and hand-over',
  flow: 'Iterators and bandwidth',
  growth: 'Growth',
};

const BETTER = { higher: 'more is better', lower: 'less is better' } as const;

/** Returns the report as an HTML page, for light and dark. */
export function page(report: Report): string {
  const { machine, figures } = report;
  const warning = warningOf(machine);
  const sections = [...grouped(figures, ({ section }) => section).values()].map(sectionOf);
  const facts = [
    `Node ${machine.node}`,
    `${machine.cores} × ${machine.cpu}`,
    machine.platform,
    `load at the start ${machine.load}`,
    ...Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`),
    `rounds: ${report.rounds}, ${report.seconds.toFixed(0)} s`,
    `${report.date.slice(0, 16).replace('T', ' ')} UTC`,
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>uactor: what a call costs</title>
<style>${STYLE}</style>
<main>
<h1>uactor: what a call costs</h1>
${paragraph('advice', adviceOf(figures))}
${paragraph('warning', warning)}
<p class="facts">${facts.map((fact) => `<span>${escape(fact)}</span>`).join(' ')}</p>
<p><b>raw</b> is frames of the same size without calls, <b>bare</b> is calls without features over msgpackr. All of one
measure ran in turns; ratios are medians of the ratios within one round, and above 1 is better. Only ratios of one run mean
anything from machine to machine.</p>
${sections.join('\n')}
</main>
</html>
`;
}

function paragraph(name: string, text: string | undefined): string {
  return text === undefined ? '' : `<p class="${name}">${escape(text)}</p>`;
}

function sectionOf(figures: readonly Figure[]): string {
  const section = figures[0]?.section ?? 'calls';
  const drawn = figures.filter(isDrawn);
  const cards = [...grouped(drawn, ({ measure }) => measure)].map(([measure, group]) => {
    const chart = new Set(group.map(({ at }) => at)).size > 1 ? lineChart(group) : barChart(group);
    return `<figure><figcaption>${escape(measure)} <small>${BETTER[group[0]?.better ?? 'higher']}</small></figcaption>${chart}</figure>`;
  });
  const rows = figures.map((figure) => [
    figure.measure,
    rowName(figure),
    formatValue(figure),
    formatNoise(figure.noise),
    formatRatio(figure.ratios.raw?.median),
    formatRatio(figure.ratios.bare?.median),
  ]);
  const head = ['', '', 'median', 'noise', 'of raw', 'of bare'];
  return `<h2>${TITLES[section]}</h2>
<div class="charts">${cards.join('\n')}</div>
<details><summary>All figures</summary>${table(head, rows)}</details>`;
}

/**
 * Whether a figure has a chart: of the serializers, only the values that calls are measured with; the others are in the table.
 */
function isDrawn({ section, measure }: Figure): boolean {
  return section !== 'serializers' || CALL_VALUES.some(({ name }) => measure.endsWith(`: ${name}`));
}

/** Returns a table. On a narrow screen each row becomes a block, with the column's heading before each figure. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = head.map((text) => `<th>${escape(text)}</th>`).join('');
  const lines = rows.map((row) => `<tr>${row.map((text, column) => cell(text, head[column])).join('')}</tr>`);
  return `<table><thead><tr>${heads}</tr></thead><tbody>${lines.join('\n')}</tbody></table>`;
}

function cell(text: string, head: string | undefined): string {
  return `<td${head ? ` data-head="${escape(head)}"` : ''}>${escape(text)}</td>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
