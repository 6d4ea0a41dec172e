import type { Figure } from '../figure.ts';
import type { Report } from '../report.ts';
import { formatNoise, formatRatio, formatValue, grouped, rowName } from './format.ts';
import { GOAL_HEAD, goalRows } from './goal-rows.ts';

type Row = readonly string[];

/** Returns the report as text tables. */
export function textReport({ machine, figures, goals, rounds, seconds }: Report): string {
  const tables = [...grouped(figures, ({ section }) => section)].map(([section, list]) => {
    const rows = [...grouped(list, ({ measure }) => measure)].flatMap(([measure, group]) => [
      [measure],
      ...group.map(figureRow),
    ]);
    return `${section}\n\n${table([['', 'median', 'noise', 'of raw', 'of bare'], ...rows])}`;
  });
  const reached = goalRows(goals);
  const about = [
    `Node ${machine.node}, ${machine.cores} × ${machine.cpu}, ${machine.platform}; load at the start ${machine.load}${machine.pinnedTo === undefined ? '' : `; both sides on core ${machine.pinnedTo}`}`,
    Object.entries(machine.packages)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    `medians of ${rounds} rounds, ${seconds.toFixed(0)} s; CPU is that of both sides, its lower quartile; a ratio above 1 is better than its reference`,
  ];
  const goalTable = reached.length === 0 ? [] : [`goals\n\n${table([GOAL_HEAD, ...reached])}`];
  return [...tables, ...goalTable, about.join('\n')].join('\n\n');
}

function figureRow(figure: Figure): Row {
  const { noise, ratios } = figure;
  return [
    `  ${rowName(figure)}`,
    formatValue(figure),
    formatNoise(noise),
    formatRatio(ratios.raw?.median),
    formatRatio(ratios.bare?.median),
  ];
}

/** Returns columns of equal width, the first aligned left and the others right. */
export function table(rows: readonly Row[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    if (row.length === 1) continue;
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
