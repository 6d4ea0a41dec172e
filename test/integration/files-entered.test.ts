import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

/**
 * The maximum number of files of the package that a maintainer reads to follow each of these. The aim is 20 for a call, 25 for a
 * hand-over and 45 for a spawn: lower a bound whenever files with one idea become one file, and never raise one.
 */
const BOUNDS: Readonly<Record<string, number>> = { call: 20, 'hand-over': 31, spawn: 61 };

/** The files that are entered, by action and side. */
let figures: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

beforeAll(async () => {
  const { stdout, stderr } = await runProgram(['scripts/files-entered.mjs', '--json'], { timeoutMs: 120_000 });
  figures = JSON.parse(stdout);
  expect(Object.keys(figures).toSorted(), stderr).toEqual(Object.keys(BOUNDS).toSorted());
}, 150_000);

test('a call, a hand-over and a spawn enter no more files than before', () => {
  for (const [what, bound] of Object.entries(BOUNDS)) {
    for (const [side, files] of Object.entries(figures[what] ?? {})) {
      expect(files.length, `${what}, ${side}: ${files.join(' ')}`).toBeLessThanOrEqual(bound);
      expect(files.length, `${what}, ${side}`).toBeGreaterThan(5);
    }
  }
});

test('docs/architecture.md names only files that are entered on their way', () => {
  const text = readFileSync('docs/architecture.md', 'utf8');
  const [, way = ''] = /\n## The way of a call\n([\s\S]*?)\n## /.exec(text) ?? [];
  const named = new Map<string, number>();
  let what = '';
  let side = '';
  for (const line of way.split('\n')) {
    what = /^A (hand-over|spawn): /.exec(line)?.[1] ?? (line.startsWith('`await') ? 'call' : what);
    side = /^\| \*\*the ([^*]+)\*\* \|/.exec(line)?.[1] ?? side;
    if (!line.startsWith('| `')) continue;
    // The new process of a spawn is not measured.
    const files = figures[what]?.[side];
    if (files === undefined) continue;
    for (const [, name = ''] of line.matchAll(/`([\w/-]+\.ts)`/g)) {
      named.set(what, (named.get(what) ?? 0) + 1);
      expect(files, `${what}, ${side}: ${name}`).toContainEqual(expect.stringMatching(new RegExp(`(^|/)${name}$`)));
    }
  }
  for (const each of Object.keys(BOUNDS)) expect(named.get(each), each).toBeGreaterThan(5);
});
