import { describe, expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import '../support/leaks.ts';

/** The deadline allows for a busy machine. */
const PATIENCE_MS = 190_000;

/** Small versions of the loads of `node scripts/load.mjs`. */
const LOADS = [
  ['L1', 'calls of several clients are neither lost nor doubled', ['calls', '--calls', '3000', '--processes', '3']],
  ['L3', 'a slow reader costs the actor a bounded amount of memory', ['reader', '--megabytes', '24', '--rate', '32']],
  ['L5', 'large messages and many bytes arrive whole in bounded memory', ['bytes', '--large', '24', '--total', '192']],
  ['L7', 'many clients are served at the same time', ['clients', '--clients', '80', '--processes', '2']],
  ['L12', 'clients get in when an actor that was busy is no more', ['connects', '--clients', '40', '--block', '500']],
] as const;

describe.each(['ipc', 'tcp'])('over %s', (transport) => {
  test.each(LOADS)('%s %s', { timeout: PATIENCE_MS + 10_000 }, async (_row, _what, args) => {
    const program = ['scripts/load.mjs', ...args, '--transport', transport];
    const { stdout, stderr, exitCode } = await runProgram(program, { timeoutMs: PATIENCE_MS });
    expect(stdout, stderr).toMatch(new RegExp(`^${args[0]} over ${transport}`));
    expect({ exitCode, wrong: stdout.match(/^WRONG .*/gm), stderr }).toEqual({ exitCode: 0, wrong: null, stderr: '' });
  });
});

test('L16 calls of every kind over TLS and every serializer are answered rightly, and leave nothing', {
  timeout: PATIENCE_MS + 10_000,
}, async () => {
  const args = ['scripts/load.mjs', 'mixed', '--transport', 'tcp', '--minutes', '0.02'];
  const { stdout, stderr, exitCode } = await runProgram(args, { timeoutMs: PATIENCE_MS });
  expect({ exitCode, wrong: stdout.match(/^WRONG .*/gm) }, stderr).toEqual({ exitCode: 0, wrong: null });
});
