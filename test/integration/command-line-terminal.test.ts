import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Counter } from '#fixtures/counter.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { scratch } from '../support/leaks.ts';
import { runProgram } from '../support/run-program.ts';
import { Terminal, type TerminalRun } from '../support/terminal.ts';

const MAIN = 'dist/cli/main.js';
const authkey = 'a key of more than sixteen bytes';
const keyFile = join(mkdtempSync(join(scratch, 'terminal-')), 'key');
const ESCAPE = '\u001B';

/** Variables that remove the colour settings of the terminal that runs the tests. */
const NEUTRAL = {
  UACTOR_AUTHKEY_FILE: keyFile,
  NO_COLOR: undefined,
  FORCE_COLOR: undefined,
  NODE_DISABLE_COLORS: undefined,
};

beforeAll(() => {
  writeFileSync(keyFile, `${authkey}\n`, { mode: 0o600 });
});

/** Runs the command line in a terminal until it ends. */
async function uactor(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<TerminalRun> {
  await using terminal = new Terminal([MAIN, ...args], { ...NEUTRAL, ...env });
  return await terminal.ended;
}

describe('the command line in a terminal', () => {
  test('shows results, headings and errors in colours, with the same exit codes', async () => {
    await using server = await Counter.with({ address: 'tcp://127.0.0.1:0', authkey, inspectable: true }).spawn();
    const address = server.connectionAddress ?? '';
    expect(await uactor(['call', address, 'increment', '5'])).toEqual({
      exitCode: 0,
      shown: `${ESCAPE}[33m5${ESCAPE}[39m\n`,
    });
    const inspected = await uactor(['inspect', address]);
    expect(inspected).toMatchObject({ exitCode: 0, shown: expect.stringContaining(`${ESCAPE}[1mmethods${ESCAPE}[0m`) });
    expect(await uactor(['call', address, 'fail', 'no luck'])).toEqual({
      exitCode: 1,
      shown: `${ESCAPE}[31merror:${ESCAPE}[0m RangeError: no luck\n`,
    });
    expect(await uactor(['call', address])).toEqual({
      exitCode: 2,
      shown: `${ESCAPE}[31merror:${ESCAPE}[0m call needs an address and a method: tcp://127.0.0.1:7000 increment 5\nTry: uactor call --help\n`,
    });
  });

  test.each([
    ['NO_COLOR is set', { NO_COLOR: '1' }],
    ['the terminal knows none', { TERM: 'dumb' }],
  ])('shows no colours where %s', async (_when, env) => {
    await using server = await Counter.with({ address: 'tcp://127.0.0.1:0', authkey, inspectable: true }).spawn();
    const address = server.connectionAddress ?? '';
    const runs = [
      await uactor(['call', address, 'increment', '5'], env),
      await uactor(['inspect', address], env),
      await uactor(['call', address, 'fail', 'no luck'], env),
    ];
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 1]);
    for (const { shown } of runs) expect(shown).not.toContain(ESCAPE);
    expect(runs.map(({ shown }) => shown)).toEqual(['5\n', expect.any(String), 'error: RangeError: no luck\n']);
  });

  test('JSON has no colours in a terminal either, so that it can be copied', async () => {
    await using server = await Counter.with({ address: 'tcp://127.0.0.1:0', authkey }).spawn();
    const run = await uactor(['call', server.connectionAddress ?? '', 'echo', '{"a":[1]}', '--json']);
    expect(run).toEqual({ exitCode: 0, shown: '{"a":[1]}\n' });
  });

  test('there are no colours without a terminal', async () => {
    await using server = await Counter.with({ address: 'tcp://127.0.0.1:0', authkey, inspectable: true }).spawn();
    const address = server.connectionAddress ?? '';
    const env = { ...process.env, ...NEUTRAL };
    for (const args of [
      ['inspect', address],
      ['call', address, 'fail', 'no luck'],
      ['call', address],
    ]) {
      const { stdout, stderr } = await runProgram([MAIN, ...args], { env });
      expect(stdout + stderr).not.toBe('');
      expect(stdout + stderr).not.toContain(ESCAPE);
    }
  });

  test('H89 what an actor answers or throws reaches a terminal escaped, as JSON too', async () => {
    await using server = await Counter.with({ address: 'tcp://127.0.0.1:0', authkey }).spawn();
    const address = server.connectionAddress ?? '';
    const hostile = `${ESCAPE}]0;owned\u0007\u009B2J\u202Eend`;
    const runs = [
      await uactor(['call', address, 'echo', JSON.stringify(hostile)], { NO_COLOR: '1' }),
      await uactor(['call', address, 'echo', JSON.stringify({ [hostile]: [hostile] }), '--json']),
      await uactor(['call', address, 'fail', hostile], { NO_COLOR: '1' }),
    ];
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 1]);
    for (const { shown } of runs) {
      expect(shown).toContain('owned');
      // oxlint-disable-next-line no-control-regex -- that is what must not be there
      expect(shown).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/);
    }
  });

  test('help fits a terminal of 120 columns', async () => {
    for (const args of [['--help'], ['serve', '--help'], ['call', '--help'], ['inspect', '--help']]) {
      const { exitCode, shown } = await uactor(args);
      expect(exitCode).toBe(0);
      expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    }
  });

  test('U17 Ctrl-C ends a server in good order, with exit code 0', async () => {
    const args = [MAIN, 'serve', 'build/fixtures/counter.js#Counter', '--listen', 'tcp://127.0.0.1:0'];
    await using terminal = new Terminal(args, NEUTRAL);
    await eventually(() => expect(terminal.shown).toContain('Counter listens on tcp://'));
    terminal.type('\u0003');
    expect(await terminal.ended).toMatchObject({ exitCode: 0, shown: expect.not.stringContaining('error') });
  });
});
