import { expect, test } from 'vitest';
import '../support/leaks.ts';
import { runProgram } from '../support/run-program.ts';

test('U69 kills of caller, host, actor and holder leave no process, no listed actor and no reference', {
  timeout: 180_000,
}, async () => {
  // `node scripts/host-kills.mjs --kills 100` runs more.
  const run = await runProgram(['scripts/host-kills.mjs', '--kills', '2', '--seed', '1'], { timeoutMs: 150_000 });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stdout.match(/: 2 kills, the last process gone after \d+ ms/g)).toHaveLength(4);
});
