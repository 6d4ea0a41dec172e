import { expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

test('docs/guarantees.md lists every number in the titles of tests, and marks the guarantees without a test', async () => {
  expect(await runProgram(['scripts/guarantees.mjs', '--check'])).toMatchObject({
    exitCode: 0,
    stdout: '',
    stderr: '',
  });
});

test('the script prints a guarantee with the files of its tests', async () => {
  const { stdout, exitCode } = await runProgram(['scripts/guarantees.mjs', ...[48, 999].map((number) => `U${number}`)]);
  expect(stdout).toMatch(/^U48 `registerClass` .*\n(?: {4}test\/.*\n)+$/);
  expect(exitCode).toBe(1);
});
