import { expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

/**
 * The maximum number of files of the package that a maintainer reads to follow each of these. The aim is 20 for a call, 25 for a
 * hand-over and 45 for a spawn: lower a bound whenever files with one idea become one file, and never raise one.
 */
const BOUNDS: Readonly<Record<string, number>> = { call: 20, 'hand-over': 31, spawn: 61 };

test('a call, a hand-over and a spawn enter no more files than before', async () => {
  const { stdout, stderr } = await runProgram(['scripts/files-entered.mjs', '--json'], { timeoutMs: 120_000 });
  const figures: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = JSON.parse(stdout);
  expect(Object.keys(figures).toSorted(), stderr).toEqual(Object.keys(BOUNDS).toSorted());
  for (const [what, bound] of Object.entries(BOUNDS)) {
    for (const [side, files] of Object.entries(figures[what] ?? {})) {
      expect(files.length, `${what}, ${side}: ${files.join(' ')}`).toBeLessThanOrEqual(bound);
      expect(files.length, `${what}, ${side}`).toBeGreaterThan(5);
    }
  }
}, 150_000);
