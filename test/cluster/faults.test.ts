import { expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { release } from './broker-process.ts';

test('U70 whatever fails once: no acknowledged call is lost, none runs twice, none begins under an expired epoch', async () => {
  // Longer runs on an idle machine measure how long recoveries take.
  const words = `scripts/cluster-faults.mjs --brokers 1 --repetitions 2 --bound 60000 --release ${release}`.split(' ');
  const { exitCode, stdout, stderr } = await runProgram(words, { timeoutMs: 400_000 });
  expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
  expect(stdout.match(/^[\w-]+: ok/gm), stdout).toHaveLength(9);
}, 420_000);
