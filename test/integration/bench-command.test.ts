import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { scratch } from '../support/leaks.ts';
import { type ProgramRun, runProgram } from '../support/run-program.ts';

const folder = mkdtempSync(join(scratch, 'bench-command-'));
const dist = pathToFileURL(join(import.meta.dirname, '../../dist/')).href;

/** Writes a module of values, and measures them. */
async function bench(name: string, text: string, args: readonly string[] = []): Promise<ProgramRun> {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, text);
  return await runProgram(['dist/cli/main.js', 'bench', '--file', file, '--time', '10', ...args], {
    timeoutMs: 80_000,
  });
}

describe('U76 uactor bench', () => {
  test('measures each serializer and the one of the module over the transports chosen, and names one of them', async () => {
    const text = `
      import { superjson } from '${dist}serializers/superjson/index.js';
      export const serializer = { name: 'mine', open: (context) => superjson.open(context) };
      export const values = { order: { id: 1, when: new Date(0) } };`;
    const run = await bench('own', text, ['--json', '--transport', 'pipe', '--transport', 'ipc']);
    expect(run, run.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    const { rows, verdict }: { rows: Record<string, unknown>[]; verdict: string } = JSON.parse(run.stdout);
    expect(rows.map(({ value, serializer, transport }) => [value, serializer, transport])).toEqual(
      ['pipe', 'ipc'].flatMap((transport) =>
        ['superjson', 'msgpack', 'protobuf', 'mine'].map((name) => ['order', name, transport]),
      ),
    );
    for (const { cpuMicros, callsPerSecond } of rows) {
      expect(cpuMicros).toBeGreaterThan(0);
      expect(callsPerSecond).toBeGreaterThan(0);
    }
    expect(verdict).toMatch(/^for this data: (superjson|msgpack|protobuf|mine) over (pipe|ipc), because /);
  });

  test('says why a value cannot be sent, and recommends no serializer for it', async () => {
    const run = await bench('refused', 'export const values = { set: new WeakSet() };');
    expect(run, run.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toMatch(/^set +msgpack +pipe +.*WeakSet/m);
    expect(run.stdout).toContain('for this data: none, because');
  });

  test('ends after its work, although the module keeps its process alive', async () => {
    const run = await bench('held', 'setInterval(() => undefined, 1_000); export const values = { a: 1 };');
    expect(run, run.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toContain('for this data: ');
    const other = await bench('held-other', 'setInterval(() => undefined, 1_000); export const other = 1;');
    expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('exports no values') });
  });

  test('keeps a row in one line, whatever the names and errors of the module are', async () => {
    const text = `
      const fails = { get text() { throw new Error('one\\ntwo'); } };
      export const values = { 'red\\u001b[31m\\n\\tline': 1, fails, 'and\\nsymbol': Symbol('a\\nb') };`;
    const run = await bench('lines', text);
    expect(run, run.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toMatch(/^red\\x1b\[31m line +superjson +pipe +\d/m);
    expect(run.stdout).toMatch(/^and symbol +msgpack +pipe +msgpack cannot send a symbol/m);
    expect(run.stdout.split('\n')).toHaveLength(1 + 3 * 3 + 4);
  });

  test('a module whose top-level await never ends is named, and so is a folder', async () => {
    const run = await bench('waits', 'await new Promise(() => undefined); export const values = { a: 1 };');
    expect(run).toMatchObject({
      exitCode: 1,
      stderr: 'error: UActorError: a top-level await of the module, or of one that this imports, never ends\n',
    });
    const other = await runProgram(['dist/cli/main.js', 'bench', '--file', folder]);
    expect(other).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`${folder} is a folder: name the file of the module`),
    });
  });

  test('measures the values of a CommonJS module', async () => {
    const file = join(folder, 'common.cjs');
    writeFileSync(file, 'module.exports = { values: { order: { id: 1 } } };');
    const run = await runProgram(['dist/cli/main.js', 'bench', '--file', file, '--time', '10'], { timeoutMs: 80_000 });
    expect(run, run.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toMatch(/^order +superjson/m);
  });

  test.each([
    ['a module without values', 'export const other = 1;', [], /exports no values/],
    [
      'a transport without an address',
      'export const values = { a: 1 }; export const transport = {};',
      [],
      /no address/,
    ],
    ['an unknown transport', 'export const values = { a: 1 };', ['--transport', 'pigeon'], /got 'pigeon'/],
    ['an argument', 'export const values = { a: 1 };', ['more'], /is 'more' the --file\?/],
  ])('%s is an error that says what to do', async (name, text, args, expected) => {
    const run = await bench(name.replaceAll(' ', '-'), text, args);
    expect(run).toMatchObject({ exitCode: 2 });
    expect(run.stderr).toMatch(expected);
  });
});
