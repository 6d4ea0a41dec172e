import { oneLine, tableRow } from './printer.ts';

/** The result for one value with one serializer and transport. */
export interface BenchRow {
  readonly value: string;
  readonly serializer: string;
  readonly transport: string;
  /** The CPU time of both ends per call, in microseconds; `undefined` if the value cannot be sent this way. */
  readonly cpuMicros?: number;
  readonly callsPerSecond?: number;
  /** The reason why the value cannot be sent. */
  readonly fault?: string;
}

/** Results that differ by less count as equal, because the machine does other work too. */
const MARGIN = 1.05;

/** Returns the sentence that recommends a serializer and a transport, with the reason. */
export function benchVerdict(rows: readonly BenchRow[]): string {
  const ways = new Map<string, readonly BenchRow[]>();
  for (const row of rows) {
    const way = `${row.serializer} over ${row.transport}`;
    ways.set(way, [...(ways.get(way) ?? []), row]);
  }
  const able = [...ways]
    .filter(([, of]) => of.every(({ fault }) => fault === undefined))
    .map(([way, of]) => ({ way, micros: geometricMean(of.map(({ cpuMicros }) => cpuMicros ?? 0)) }))
    .toSorted((a, b) => a.micros - b.micros);
  const [best, ...others] = able;
  if (best === undefined) return 'for this data: none, because no serializer returns all of the values unchanged';
  const cost = `it carries all of the values and takes ${format(best.micros)} µs of CPU time per call`;
  const next = others.find(({ micros }) => micros >= best.micros * MARGIN);
  const alike = others.filter(({ micros }) => micros < best.micros * MARGIN).map(({ way }) => way);
  const beside = next === undefined ? '' : `; the next best, ${next.way}, takes ${format(next.micros)}`;
  const same = alike.length === 0 ? '' : `; ${alike.join(' and ')} ${alike.length === 1 ? 'is' : 'are'} equally fast`;
  return `for this data: ${best.way}, because ${cost}${beside}${same}`;
}

/** Returns the lines of the table, one for each row. Names and errors come from the user's module. */
export function benchTable(rows: readonly BenchRow[]): readonly string[] {
  const cells = rows.map(({ value, serializer, transport, cpuMicros, callsPerSecond, fault }) => [
    oneLine(value),
    serializer,
    transport,
    fault === undefined ? format(cpuMicros ?? 0) : oneLine(fault),
    fault === undefined ? Math.round(callsPerSecond ?? 0).toString() : '',
  ]);
  const all = [['value', 'serializer', 'transport', 'CPU µs a call', 'calls a second'], ...cells];
  // A fault may be long; its line has no rate, so it may exceed the column.
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...all.filter((line) => column < 3 || line[4] !== '').map((line) => line[column]?.length ?? 0)),
  );
  return all.map((line) => tableRow(line, widths));
}

function geometricMean(numbers: readonly number[]): number {
  return Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);
}

function format(micros: number): string {
  return micros.toFixed(micros < 100 ? 1 : 0);
}
