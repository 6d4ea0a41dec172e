import { describe, expect, test } from 'vitest';
import { type BenchRow, benchTable, benchVerdict } from '../../cli/bench-verdict.ts';

function row(value: string, serializer: string, cpuMicros: number): BenchRow {
  return { value, serializer, transport: 'pipe', cpuMicros, callsPerSecond: 1e6 / cpuMicros };
}

function refused(value: string, serializer: string): BenchRow {
  return { value, serializer, transport: 'pipe', fault: 'comes back changed' };
}

describe('the verdict of uactor bench', () => {
  test('names the fastest combination over all values, and the second', () => {
    const rows = [row('a', 'one', 10), row('a', 'two', 40), row('b', 'one', 90), row('b', 'two', 40)];
    expect(benchVerdict(rows)).toBe(
      'for this data: one over pipe, because it carries all of the values and takes 30.0 µs of CPU time per call; ' +
        'the next best, two over pipe, takes 40.0',
    );
  });

  test('recommends only combinations that carry all values', () => {
    const rows = [row('a', 'one', 10), row('a', 'two', 40), refused('b', 'one'), row('b', 'two', 40)];
    expect(benchVerdict(rows)).toMatch(
      /^for this data: two over pipe, because .* takes 40\.0 µs of CPU time per call$/,
    );
    expect(benchVerdict([refused('a', 'one')])).toMatch(/^for this data: none, because/);
  });

  test('names combinations that are equally fast', () => {
    expect(benchVerdict([row('a', 'one', 100), row('a', 'two', 104)])).toMatch(/; two over pipe is equally fast$/);
  });

  test('the table has a line for each combination, with a reason in place of a missing time', () => {
    const [head = '', first = '', second = ''] = benchTable([row('a', 'one', 10), refused('a', 'two')]);
    expect(head).toMatch(/^value {2}serializer {2}transport {2}CPU µs a call {2}calls a second$/);
    expect(first).toMatch(/^a +one +pipe +10\.0 +100000$/);
    expect(second).toMatch(/^a +two +pipe +comes back changed$/);
  });
});
