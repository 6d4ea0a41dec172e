import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

test.each([
  ['--only', 'nothing', '--only nothing does not exist; use serializers, calls'],
  ['--values', 'nothing', '--values nothing: no value has that in its name'],
  ['--rounds', '0', '--rounds 0: give a whole number'],
  ['--compare', 'README.md', 'README.md is no report of this program'],
  ['--compare', '/nonexistent/old.json', "no such file or directory, open '/nonexistent/old.json'"],
  ['--json', 'docs', "illegal operation on a directory, open 'docs'"],
  ['--wrong', 'x', "Unknown option '--wrong'"],
])('the benchmark refuses %s %s before it measures, and says its options', async (option, value, message) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const run = await runProgram(['build/bench/index.js', '--report', folder, option, value]);
    expect(run).toMatchObject({ exitCode: 2, signal: null, stdout: '' });
    expect(run.stderr).toContain(message);
    expect(run.stderr).toContain('npm run bench -- [options]');
    expect(run.stderr).not.toContain('    at ');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the benchmark measures the processor time of a call, and shows the goals when asked', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const choice = ['--only', 'cost', '--values', 'add', '--serializer', 'msgpack', '--transport', 'pipe', '--goals'];
  try {
    const run = await runProgram(['build/bench/index.js', '--quick', '--rounds', '1', ...choice, '--report', folder]);
    expect(run).toMatchObject({ exitCode: 0, signal: null });
    const measured = /msgpack · pipe +[\d,.]+ µs CPU/;
    const goal = /CPU of add\(1, 2\), one at a time: msgpack · pipe, of bare +[\d.]+ ×/;
    // Only Linux reports the resources that other processes use.
    for (const part of [measured, goal]) expect(part.test(run.stdout)).toBe(process.platform === 'linux');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the benchmark hands proxies over by every transport over which a third process can prove its key', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const choice = ['--only', 'objects', '--serializer', 'msgpack', '--transport', 'tcp,tcp-plain'];
  try {
    const run = await runProgram(['build/bench/index.js', '--quick', '--rounds', '1', ...choice, '--report', folder]);
    expect(run, run.stderr).toMatchObject({ exitCode: 0, signal: null });
    const figures: { readonly figures: readonly { readonly measure: string; readonly contender: string }[] } =
      JSON.parse(readFileSync(join(folder, 'figures.json'), 'utf8'));
    const handedOver = figures.figures.filter(({ measure }) => measure.startsWith('hand-over'));
    expect(new Set(handedOver.map(({ contender }) => contender))).toEqual(new Set(['msgpack · tcp']));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the benchmark measures a call, compares it with an earlier run, and leaves a report', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const json = join(folder, 'figures.json');
  const choice = ['--only', 'calls', '--values', 'add', '--serializer', 'msgpack', '--transport', 'pipe'];
  const args = ['build/bench/index.js', '--quick', '--rounds', '1', ...choice, '--report', folder];
  const markdown = join(folder, 'new', 'figures.md');
  try {
    expect(await runProgram(args)).toMatchObject({ exitCode: 0, signal: null });
    const run = await runProgram([...args, '--compare', json, '--markdown', markdown]);
    expect(run).toMatchObject({ exitCode: 0, signal: null });
    expect(run.stdout).toMatch(/msgpack · pipe +[\d,.]+ calls\/s/);
    expect(run.stdout).toMatch(/calls \/ add\(1, 2\), one at a time \/ msgpack · pipe +of bare/);
    expect(readFileSync(join(folder, 'index.html'), 'utf8')).toContain('<svg');
    expect(readFileSync(markdown, 'utf8')).toMatch(/^\| msgpack · pipe \| [\d,.]+ \([\d.]+ ×\) \|$/m);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
