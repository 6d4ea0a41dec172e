import { expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import '../support/leaks.ts';

/** One round of what `npm run chaos:owners` does for an hour. The seed changes daily, and is printed. */
test('F51 L15 owners, their actors and what they share lose, double and reorder nothing under kills, stops and broken wires', {
  timeout: 400_000,
}, async () => {
  const args = ['scripts/chaos/owners/run.mjs', '--minutes', '0.01', '--round', '12'];
  const { stdout, stderr, exitCode } = await runProgram(args, { timeoutMs: 380_000 });
  expect(exitCode, `${stdout}${stderr}`).toBe(0);
  expect(stdout).toMatch(/: 0 violations\n$/);
});
