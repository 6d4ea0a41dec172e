import '../support/leaks.ts';
import { spawnSync } from 'node:child_process';
import { Counter } from '#fixtures/counter.js';
import { expect, test } from 'vitest';
import { fromPs } from '../../cli/local-actors.ts';
import { nodeCall } from '../../core/process/owner/node-command.ts';
import { eventually } from '../support/eventually.ts';
import { type ProgramRun, runProgram } from '../support/run-program.ts';

const uactor = async (...args: readonly string[]): Promise<ProgramRun> =>
  await runProgram(['dist/cli/main.js', ...args], { timeoutMs: 60_000 });

interface Listed {
  readonly pid: number;
  readonly name: string;
  readonly owner: number;
  readonly memoryBytes: number;
  readonly ageSeconds: number;
  readonly cpuSeconds: number;
}

async function listed(): Promise<readonly Listed[]> {
  return JSON.parse((await uactor('ps', '--json')).stdout);
}

test('U77 uactor ps lists the actors of this user by the names of their classes, without a key', async () => {
  await using plain = await Counter.spawn();
  await using titled = await Counter.with({ title: 'till \u001B[31m4' }).spawn();
  const ids = [await plain.pid(), await titled.pid()];
  const ours = await eventually(async () => {
    const found = (await listed()).filter(({ owner }) => owner === process.pid);
    expect(new Set(found.map(({ pid }) => pid))).toEqual(new Set(ids));
    return found;
  });
  expect(ours.find(({ pid }) => pid === ids[0])).toMatchObject({ name: 'Counter', owner: process.pid });
  expect(ours.every(({ memoryBytes }) => memoryBytes > 2 ** 20)).toBe(true);
  const times = ours.flatMap(({ ageSeconds, cpuSeconds }) => [ageSeconds, cpuSeconds]);
  expect(times.map(String)).toEqual(times.map(() => expect.stringMatching(/^\d+(?:\.\d{1,2})?$/)));
  const { stdout, exitCode } = await uactor('ps');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^NAME +PID +AGE +CPU +MEMORY +OWNER$/m);
  expect(stdout).toMatch(new RegExp(`^Counter +${ids[0]} .*${process.pid}$`, 'm'));
  // The title that a process chose is escaped.
  expect(stdout).not.toContain('\u001B');
});

test('U77 what ps shows on a system without /proc is read, and children of actors are not taken for some', () => {
  const output = [
    '  501   500   01:02:03   0:01.50  40960 Counter TERM=xterm UACTOR_OWNER=500 HOME=/Users/me',
    '  502   501      00:05   0:00.10   1024 sleep 100 UACTOR_OWNER=500',
    '  505   500      00:05   1:08.29   1024 Counter UACTOR_OWNER=500',
    '  503   500   2-00:00:00   1:00.00  1024 /usr/bin/node /x/dist/bootstrap.js UACTOR_OWNER=500',
    '  504   1      00:05   0:00.10   1024 vim',
    '',
  ].join('\n');
  expect(fromPs(output)).toEqual([
    { name: 'Counter', pid: 501, owner: 500, ageSeconds: 3_723, cpuSeconds: 1.5, memoryBytes: 40_960 * 1_024 },
    { name: 'Counter', pid: 505, owner: 500, ageSeconds: 5, cpuSeconds: 68.29, memoryBytes: 1_024 * 1_024 },
    { name: '(starting)', pid: 503, owner: 500, ageSeconds: 172_800, cpuSeconds: 60, memoryBytes: 1_024 * 1_024 },
  ]);
});

test.each(['bash', 'zsh', 'fish'])('uactor completion %s prints what the shell completes', async (shell) => {
  const { stdout, exitCode } = await uactor('completion', shell);
  expect(exitCode).toBe(0);
  for (const word of ['serve', 'ps', 'inspect', 'authkey-file']) expect(stdout).toContain(word);
  if (shell !== 'bash') return;
  const script = `${stdout}\nCOMP_WORDS=(uactor ps --j); COMP_CWORD=2; _uactor; echo "\${COMPREPLY[@]}"`;
  const run = spawnSync('bash', ['-c', script], { encoding: 'utf8', timeout: 30_000 });
  expect(run.stdout.trim(), run.stderr).toBe('--json');
});

test('uactor completion without a shell, and ps with arguments, say how they are used', async () => {
  expect(await uactor('completion')).toMatchObject({ exitCode: 2 });
  expect((await uactor('ps', 'all')).stderr).toContain('ps takes no arguments');
});

test('U77 ps shows a process that is only starting as such, also one of a bundled program', () => {
  const { args } = nodeCall({ kind: 'bundle', url: 'file:///srv/whole%20app.mjs' }, {});
  const command = ['/usr/bin/node', ...args].join(' ');
  expect(fromPs(`  506   500      00:05   0:00.10   1024 ${command} UACTOR_OWNER=500`)).toMatchObject([
    { name: '(starting)', pid: 506 },
  ]);
});
