import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Book } from '../../bench/book.ts';
import { compete } from '../../bench/contest.ts';
import { CPU, type Figure, type Measurement } from '../../bench/figure.ts';
import { warningOf } from '../../bench/machine.ts';
import { parseOptions, quickly } from '../../bench/options.ts';
import { Progress } from '../../bench/progress.ts';
import { readReport, type Report } from '../../bench/report.ts';
import { comparison } from '../../bench/reporting/comparison.ts';
import { markdownReport } from '../../bench/reporting/markdown.ts';
import { page } from '../../bench/reporting/page.ts';
import { textReport } from '../../bench/reporting/text.ts';
import { median, noise } from '../../bench/statistics.ts';
import { usedBytes } from '../../bench/used-bytes.ts';

const machine = { node: 'v0', v8: '0', platform: 'p', cpu: 'c', cores: 1, memoryGiB: 1, load: 0, packages: {} };

function measurement(contender: string, value: number, better: 'higher' | 'lower' = 'higher'): Measurement {
  return { section: 'calls', measure: 'add', contender, unit: 'calls/s', better, value };
}

function cost(contender: string, value: number): Measurement {
  return { ...measurement(contender, value, 'lower'), section: 'cost', unit: CPU };
}

function asCost(list: readonly Measurement[]): readonly Measurement[] {
  return list.map((each) => ({ ...each, section: 'cost', unit: CPU, better: 'lower' }));
}

function reportOf(...rounds: readonly (readonly Measurement[])[]): Report {
  const book = new Book();
  for (const round of rounds) book.enter(round);
  const { figures } = book;
  return { format: 1, date: 'then', seconds: 1, quick: true, rounds: 3, machine, figures, goals: [] };
}

/** Returns the values that these `--values` options choose. */
function valuesOf(...texts: readonly string[]): readonly string[] {
  return parseOptions(texts.map((text) => `--values=${text}`)).values;
}

/** Returns a report of three rounds on a machine of this speed, in which `own` reaches this share of `bare`. */
function run(speed: number, share: number): Report {
  return reportOf(
    ...[1, 1.01, 0.99].map((drift) => [
      measurement('bare', 1000 * speed * drift),
      measurement('own', 1000 * speed * share * drift),
    ]),
  );
}

test('the median is the middle value, and one disturbed round does not count as noise', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(noise([100, 100, 100, 100, 900])).toBe(0);
  expect(noise([90, 100, 110])).toBeGreaterThan(0.05);
  expect(noise([1, 2])).toBeNaN();
});

test('a ratio is computed within each round, and above 1 is better for times too', () => {
  const { figures } = reportOf(
    [measurement('bare', 100), measurement('own', 50)],
    [measurement('bare', 10), measurement('own', 5)],
    [measurement('bare', 1), measurement('own', 3)],
  );
  expect(figures.find(({ contender }) => contender === 'own')?.ratios.bare?.median).toBe(0.5);
  const times = reportOf([measurement('bare', 10, 'lower'), measurement('own', 5, 'lower')]);
  expect(times.figures[1]?.ratios.bare?.median).toBe(2);
  expect(times.figures[0]?.ratios).toEqual({});
});

test('CPU time is the lower quartile, and calls over TCP are compared with bare calls over TCP', () => {
  const disturbed = [0, 1, 2, 3, 96];
  const { figures } = reportOf(
    ...disturbed.map((more) => [
      cost('bare', 10 + more),
      cost('bare · tcp', 20 + more),
      cost('own · pipe', 21 + more),
      cost('own · tcp-plain', 41 + more),
    ]),
  );
  const of = (name: string): Figure | undefined => figures.find(({ contender }) => contender === name);
  expect(of('bare')?.median).toBe(11);
  expect(of('own · pipe')?.ratios.bare?.median).toBe(11 / 22);
  expect(of('own · tcp-plain')?.ratios.bare?.median).toBe(21 / 42);
  expect(of('bare')?.ratios).toEqual({});
});

test('the report warns of a loaded machine', () => {
  expect(warningOf({ ...machine, load: 3, cores: 2 })).toContain('this machine is loaded (3 of 2 cores');
  expect(warningOf({ ...machine, load: 0.2 })).toBeUndefined();
});

test('a slower machine does not count as a change, a slower library does', () => {
  expect(comparison(run(0.5, 0.8), run(1, 0.8))).toMatch(/own +of bare +1\.00 × .*within the noise/);
  expect(comparison(run(1, 0.4), run(1, 0.8))).toMatch(/own +of bare +0\.50 × .*worse/);
  expect(comparison(run(1, 0.8), run(1, 0.4))).toMatch(/own +of bare +2\.00 × .*better/);
  expect(comparison(run(1, 1), reportOf())).toBe('Nothing that was measured now was measured then.');
});

test('a comparison with an earlier run of too few rounds says that the noise is unknown', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'figures.json');
  try {
    writeFileSync(file, JSON.stringify(reportOf([measurement('own', 1)])));
    expect(comparison(reportOf([measurement('own', 2)]), readReport(file))).toMatch(
      /own +calls\/s +2\.00 × +noise unknown/,
    );
    for (const other of ['{}', 'null', '# text', '{"format":1,"figures":3}']) {
      writeFileSync(file, other);
      expect(() => readReport(file)).toThrow('no report of this program: give a file that --json wrote');
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('each round begins with another contender, and the warm-up rounds do not count', async () => {
  const order: string[] = [];
  const book = new Book();
  const entrants = ['a', 'b', 'c'].map((name) => async () => {
    order.push(name);
    return [measurement(name, order.length)];
  });
  await compete('add', entrants, {
    options: parseOptions(['--rounds', '2']),
    book,
    progress: new Progress(),
  });
  expect(order.join('')).toBe('abcabcbca');
  expect(book.figures.map(({ contender, rounds }) => [contender, rounds])).toEqual([
    ['a', [4, 9]],
    ['b', [5, 7]],
    ['c', [6, 8]],
  ]);
});

test('options select by name and reject unknown names', () => {
  const { serializers, transports, sections, rounds } = parseOptions(
    '--serializer msgpack --transport pipe,tcp --only calls --quick'.split(' '),
  );
  expect({ serializers, transports, sections, rounds }).toEqual({
    serializers: ['msgpack'],
    transports: ['pipe', 'tcp'],
    sections: ['calls'],
    rounds: 3,
  });
  expect(() => parseOptions(['--serializer', 'xml'])).toThrow(
    '--serializer xml does not exist; use superjson, msgpack',
  );
  expect(() => parseOptions(['--rounds', '0'])).toThrow('whole number');
});

test('values are selected by parts of their names, and commas separate names or belong to them', () => {
  expect(valuesOf('rows,numbers', 'dates')).toEqual(['rows', 'numbers', 'dates']);
  expect(valuesOf('1,000 rows', 'add(1, 2)')).toEqual(['1,000 rows', 'add(1, 2)']);
  for (const wrong of ['rows,nothing like it', '', 'rows,']) {
    expect(() => valuesOf(wrong)).toThrow(
      /^--values .*: no value has that in its name; the values are add\(1, 2\); small/,
    );
  }
});

test('a quick run keeps the usual selection, or the selected names if none of them is usual', () => {
  expect(quickly(false, ['pipe', 'ipc'], ['pipe'])).toEqual(['pipe', 'ipc']);
  expect(quickly(true, ['pipe', 'ipc'], ['pipe'])).toEqual(['pipe']);
  expect(quickly<string>(true, ['ipc'], ['pipe'])).toEqual(['ipc']);
});

test('the report shows each figure as text and as a bar, and names cannot break the page', () => {
  const report = reportOf([measurement('own <b>', 1234.5), measurement('bare', 2469)]);
  expect(textReport(report)).toMatch(/own <b> +1,235 calls\/s +0\.50 ×/);
  const html = page(report);
  expect(html).toContain('1,235 calls/s');
  expect(html).not.toContain('own <b>');
  expect(html).toContain('prefers-color-scheme: dark');
  // Every colour in a drawing comes from the style sheet.
  expect(html.slice(html.indexOf('<svg'), html.indexOf('</svg>'))).not.toMatch(/#0000\d\d/);
});

test('a goal shows its direction in text and Markdown, and the page omits it', () => {
  const bounds = { title: 'start', unit: 'ms', goal: 15, floor: 25, value: 20.25, verdict: 'above the floor' } as const;
  const speed = { title: 'speed', unit: '×', goal: 0.9, floor: 0.8, value: 0.95, verdict: 'reached' } as const;
  const unknown = { ...speed, title: 'unknown', value: undefined, verdict: 'not measured' } as const;
  const report = { ...reportOf(), goals: [bounds, speed, unknown] };
  expect(textReport(report)).toMatch(/start +20\.3 ms +≤ 15\.0 +≤ 25\.0 +above the floor\nspeed +0\.95 × +≥ 0\.90/);
  expect(markdownReport(report)).toContain('| speed | 0.95 × | ≥ 0.90 | ≥ 0.80 | reached |');
  expect(page(report)).not.toContain('above the floor');
  for (const text of [textReport(report), markdownReport(report)]) expect(text).not.toContain('unknown');
});

test('the top of the page recommends a serializer, by CPU per call if that was measured', () => {
  const calls = (measure: string, superjson: number, msgpack: number): readonly Measurement[] => [
    { ...measurement('superjson · pipe', superjson), measure: `${measure}, 100 in flight` },
    { ...measurement('msgpack · pipe', msgpack), measure: `${measure}, 100 in flight` },
    { ...measurement('bare', 1000), measure: `${measure}, 100 in flight` },
  ];
  const rates = [...calls('rows', 1, 3), ...calls('<add>', 2, 1), ...calls('bytes', 1, 2)];
  expect(page(reportOf(rates))).toContain(
    '<p class="advice">For the most calls per second between two processes of this machine, choose msgpack for rows and bytes; superjson for &lt;add&gt;.</p>',
  );
  expect(page(reportOf([...rates, ...asCost(calls('rows', 1, 3))]))).toContain(
    'For the least CPU per call between two processes of this machine, choose superjson for rows.',
  );
  expect(page(reportOf([measurement('msgpack · pipe', 1)]))).not.toContain('class="advice"');
});

test("the page names a loaded machine, and repeats the column's heading in each cell for narrow screens", () => {
  const report = reportOf([measurement('own', 7)]);
  expect(page(report)).toContain('<td data-head="median">7.00 calls/s</td>');
  expect(page(report)).not.toContain('class="warning"');
  const loaded = page({ ...report, machine: { ...machine, load: 3 } });
  expect(loaded).toContain('<p class="warning">this machine is loaded (3 of 1 cores');
});

test('a chart says which direction is better, shows whole bytes, and fits the width of a phone', () => {
  const bytes: Measurement = { ...measurement('own', 93, 'lower'), unit: 'bytes' };
  const html = page(reportOf([bytes]));
  expect(html).toContain('<figcaption>add <small>less is better</small></figcaption>');
  expect(html).toContain('>93 bytes<');
  expect(html).toMatch(/<svg width="460"/);
  expect(page(reportOf([measurement('own', 1)]))).toContain('<small>more is better</small>');
});

test('usedBytes() excludes released objects, including those that were read through a weak reference', async () => {
  // The first call also compiles code, and the test runner allocates memory at the same time, so the test allocates far more than that.
  await usedBytes();
  const before = await usedBytes();
  let kept = Array.from({ length: 100_000 }, (_, id) => ({ id, weak: new WeakRef([id]) }));
  const grown = (await usedBytes()) - before;
  expect(grown).toBeGreaterThan(4_000_000);
  for (const { weak } of kept) weak.deref();
  kept = [];
  expect(Math.abs((await usedBytes()) - before)).toBeLessThan(grown / 4);
});
