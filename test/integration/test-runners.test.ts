import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type ProgramRun, runProgram } from '../support/run-program.ts';

function run(program: string, flags: readonly string[]): Promise<ProgramRun> {
  const file = fileURLToPath(new URL(`../../build/fixtures/programs/${program}.js`, import.meta.url));
  return runProgram([...flags, file], { timeoutMs: 60_000 });
}

test('U73 loaded with globals of a test runner, errors and values are of the classes that are known there', async () => {
  expect(await run('other-realm', ['--experimental-vm-modules', '--no-warnings'])).toEqual({
    exitCode: 0,
    signal: null,
    stdout: 'true true true true true\n',
    stderr: '',
  });
});

test('U73 tests of node:test that an actor stands beside without a guard fail, and say which guard is missing', async () => {
  const { exitCode, stdout } = await run('unguarded-tests', ['--test', '--test-reporter=tap']);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/Tested\.spawn\(\) was called .*put the main part of the module into `if \(isMain/);
  expect(stdout).toContain('# tests 2');
});
