import { closeSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Counter } from '#fixtures/counter.js';
import { Talkative } from '#fixtures/talkative.js';
import { beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { scratch } from '../support/leaks.ts';
import { Program } from '../support/program.ts';
import { runProgram } from '../support/run-program.ts';

const MAIN = 'dist/cli/main.js';
const authkey = 'a key of more than sixteen bytes';
const keyFile = join(mkdtempSync(join(scratch, 'output-')), 'key');

beforeAll(() => {
  writeFileSync(keyFile, authkey, { mode: 0o600 });
});

test('a command whose output does not fit on the disk ends with code 1 and the reason', async () => {
  await using server = await Counter.with({ address: 'tcp://127.0.0.1:0', authkey }).spawn();
  const full = openSync('/dev/full', 'w');
  const args = [MAIN, 'call', server.connectionAddress ?? '', 'increment', '--authkey-file', keyFile];
  const child = spawn(process.execPath, args, { stdio: ['ignore', full, 'pipe'] });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  expect(await once(child, 'close')).toEqual([1, null]);
  closeSync(full);
  expect(said).toBe(
    'error: UActorError: standard output cannot be written: there is no space left on the disk: free some\n',
  );
});

test('a server continues when the readers of its output have gone', async () => {
  const options = ['--listen', 'tcp://127.0.0.1:0', '--authkey-file', keyFile, '--json'];
  const program = new Program('uactor', ['serve', 'build/fixtures/talkative.js#Talkative', ...options], {
    file: `../../${MAIN}`,
  });
  await eventually(() => expect(program.stdout, program.stderr).toContain('\n'));
  const { addresses }: { addresses: string[] } = JSON.parse(program.stdout);
  program.child.stdout?.destroy();
  program.child.stderr?.destroy();
  await using talkative = await Talkative.connect(addresses[0] ?? '', { authkey });
  for (let times = 0; times < 3; times++) await talkative.say('unheard');
  program.child.kill('SIGTERM');
  expect(await program.ended).toEqual({ exitCode: 0, signal: null });
});

test('a command with a wrong key names the option', async () => {
  await using server = await Counter.with({ address: 'tcp://127.0.0.1:0', authkey: 'quite a different key' }).spawn();
  const address = server.connectionAddress ?? '';
  expect(await runProgram([MAIN, 'call', address, 'increment', '--authkey-file', keyFile])).toMatchObject({
    exitCode: 1,
    stderr: `error: AuthkeyError: the actor at ${address} has another authkey: name the file with its key with --authkey-file\n`,
  });
});
