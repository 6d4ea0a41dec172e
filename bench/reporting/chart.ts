import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Figure } from '../figure.ts';
import { formatValue, grouped } from './format.ts';

use([BarChart, LineChart, GridComponent, LegendComponent, SVGRenderer]);

/**
 * Placeholder colours: in the finished drawing each is replaced by a variable of the style sheet, which has other values in the
 * dark.
 */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  '#000001': 'var(--text)',
  '#000002': 'var(--line)',
  '#000003': 'var(--muted)',
  '#000011': 'var(--series-1)',
  '#000012': 'var(--series-2)',
  '#000013': 'var(--series-3)',
  '#000014': 'var(--series-4)',
  '#000015': 'var(--series-5)',
  '#000016': 'var(--series-6)',
  '#000017': 'var(--series-7)',
};
const TEXT = '#000001';
const LINE = '#000002';
const MUTED = '#000003';
const SERIES = ['#000011', '#000012', '#000013', '#000014', '#000015', '#000016', '#000017'];

/** Contenders of one family have the same colour in every chart. */
const FAMILIES = ['superjson', 'msgpack', 'bare', 'raw', 'JSON', 'protobuf', 'node alone'];
const OTHERS = '#000017';

/** Narrow enough for a telephone, where the drawing shrinks with its card. */
const WIDTH = 460;
const ROW_HEIGHT = 22;
const FONT = { fontFamily: 'system-ui, "DejaVu Sans", sans-serif', fontSize: 12 };
/** The maximum average width of a letter of that font, in pixels. */
const LETTER_WIDTH = 7.4;

/** `1K`, `4.2M`. */
const COMPACT = { notation: 'compact', maximumSignificantDigits: 3 } as const;

/** Draws one bar per contender. */
export function barChart(figures: readonly Figure[]): string {
  const rows = figures.toReversed();
  const labels = rows.map(({ contender }) => contender);
  return draw(figures.length * ROW_HEIGHT + 16, {
    grid: { left: labelWidth(labels), right: labelWidth(rows.map(formatValue)), top: 4, bottom: 8 },
    xAxis: { type: 'value', min: 0, axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: { type: 'category', data: labels, ...categoryStyle() },
    series: [
      {
        type: 'bar',
        barWidth: '62%',
        data: rows.map((figure) => ({
          value: figure.median,
          itemStyle: { color: colourOf(figure.contender), borderRadius: 2 },
          label: { show: true, position: 'right', formatter: formatValue(figure), color: TEXT, ...FONT },
        })),
      },
    ],
  });
}

/** Draws one line per contender over sizes or numbers: rates on a logarithmic scale, bytes on a linear one. */
export function lineChart(figures: readonly Figure[]): string {
  const lines = [...grouped(figures, ({ contender }) => contender)];
  const unit = figures[0]?.unit ?? '';
  const axis = {
    axisLabel: {
      color: TEXT,
      ...FONT,
      hideOverlap: true,
      formatter: (value: number) => value.toLocaleString('en', COMPACT),
    },
    axisLine: { lineStyle: { color: LINE } },
    splitLine: { lineStyle: { color: LINE } },
    nameTextStyle: { color: MUTED, ...FONT },
  };
  const values = figures.map(({ median }) => median);
  return draw(260, {
    legend: {
      top: 0,
      right: 4,
      itemWidth: 16,
      itemGap: 8,
      textStyle: { color: TEXT, ...FONT },
      data: lines.map(([name]) => name),
    },
    grid: { left: 56, right: 28, top: 52, bottom: 28 },
    xAxis: { type: 'log', ...axis, min: 'dataMin', max: 'dataMax' },
    yAxis: {
      ...(unit === 'bytes' || Math.min(...values) <= 0
        ? { type: 'value' }
        : {
            type: 'log',
            min: 10 ** Math.floor(Math.log10(Math.min(...values))),
            max: 10 ** Math.ceil(Math.log10(Math.max(...values))),
          }),
      name: unit,
      nameGap: 10,
      ...axis,
    },
    series: lines.map(([name, points]) => ({
      name,
      type: 'line',
      symbol: 'circle',
      symbolSize: 7,
      lineStyle: { width: 2, color: colourOf(name) },
      itemStyle: { color: colourOf(name) },
      data: points.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0)).map(({ at, median }) => [at, median]),
    })),
  });
}

function draw(height: number, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  chart.setOption({ animation: false, ...option });
  let svg = chart.renderToSVGString();
  chart.dispose();
  for (const [placeholder, variable] of Object.entries(PLACEHOLDERS)) svg = svg.replaceAll(placeholder, variable);
  return svg;
}

function categoryStyle(): object {
  return {
    axisLabel: { color: TEXT, ...FONT, interval: 0 },
    axisLine: { lineStyle: { color: LINE } },
    axisTick: { show: false },
  };
}

function labelWidth(labels: readonly string[]): number {
  return Math.ceil(Math.max(...labels.map((label) => label.length)) * LETTER_WIDTH) + 14;
}

function colourOf(contender: string): string {
  const index = FAMILIES.findIndex((family) => contender.startsWith(family));
  return SERIES[index] ?? OTHERS;
}
