import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Surroundings } from '#fixtures/surroundings.js';
import { describe, expect, test } from 'vitest';
import { hasEnded, scratch } from '../support/leaks.ts';
import { Program } from '../support/program.ts';
import { runProgram } from '../support/run-program.ts';

const counter = new URL('../../build/fixtures/surroundings.js', import.meta.url).href;

/** A program that spawns one actor and prints the arguments of the actor's Node process. */
const text = `
  import(${JSON.stringify(counter)}).then(async ({ Surroundings }) => {
    console.log('started');
    const actor = await Surroundings.spawn();
    console.log('given ' + JSON.stringify(await actor.execArgv()));
    await actor.shutdown();
  });`;

describe('F61 a program that is no file is not run again by the processes of its actors', () => {
  test.each([
    ['-e', ['--stack-trace-limit=7', '-e', text]],
    ['--eval with its value beside it', ['--stack-trace-limit=7', '--eval', text]],
    ['--eval=', ['--stack-trace-limit=7', `--eval=${text}`]],
    ['-p', ['-p', text, '--stack-trace-limit=7']],
    ['-pe', ['-pe', text, '--stack-trace-limit=7']],
    ['--print', ['--print', text, '--stack-trace-limit=7']],
    ['--input-type', ['--input-type=module', '--stack-trace-limit=7', '-e', text]],
  ])('F61 U5 %s', async (_, args) => {
    const run = await runProgram(args);
    expect(run, run.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout.match(/started/g)).toHaveLength(1);
    expect(run.stdout).toContain('given ["--stack-trace-limit=7"]');
  });

  test('F61 U5 NODE_OPTIONS lose what an actor cannot have, and keep the rest', async () => {
    const options = '--input-type=module --stack-trace-limit=7 --title="a b"';
    const run = await runProgram(['-e', text], { env: { ...process.env, NODE_OPTIONS: options } });
    expect(run, run.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    await using actor = await Surroundings.with({ env: { NODE_OPTIONS: options } }).spawn();
    expect(await actor.variable('NODE_OPTIONS')).toBe('--stack-trace-limit=7 --title="a b"');
  });

  test.each([
    ['--test', ['--test', '--test-reporter', 'tap', '--test-reporter-destination=stdout']],
    ['--watch', ['--watch', '--watch-path', '.', '--watch-path=/tmp', '--watch-preserve-output']],
    ['-i', ['-i', '--interactive', '--check', '-c']],
  ])('F61 U5 %s and what belongs to it', async (_, flags) => {
    await using actor = await Surroundings.with({ execArgv: [...flags, '--stack-trace-limit=7'] }).spawn();
    expect(await actor.execArgv()).toEqual(['--stack-trace-limit=7']);
  });
});

test('F61 U4 an unguarded function that spawns after an await is refused with the cure', async () => {
  const log = join(scratch, 'unguarded');
  await using program = new Program('unguarded', [log]);
  expect(await program.ended).toMatchObject({ exitCode: 1 });
  expect(program.stderr).toMatch(
    /Greedy\.spawn\(\) was called by code that was still running after the actor process of Greedy/,
  );
  expect(program.stderr).toContain('if (isMain(import.meta))');
  const pids = readFileSync(log, 'utf8').trim().split('\n').map(Number);
  expect(pids).toHaveLength(2);
  for (const pid of pids) await hasEnded(pid);
});
