import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

test('the benchmark measures a call, compares it with an earlier run, and leaves a report', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const json = join(folder, 'figures.json');
  const choice = ['--only', 'calls', '--values', 'add', '--serializer', 'msgpack', '--transport', 'pipe'];
  const args = ['build/bench/index.js', '--quick', '--rounds', '3', ...choice, '--report', folder];
  try {
    expect(await runProgram(args)).toMatchObject({ exitCode: 0, signal: null });
    const run = await runProgram([...args, '--compare', json]);
    expect(run).toMatchObject({ exitCode: 0, signal: null });
    expect(run.stdout).toMatch(/msgpack · pipe +[\d,.]+ calls\/s/);
    expect(run.stdout).toMatch(/calls \/ add\(1, 2\), one at a time \/ msgpack · pipe +of bare/);
    expect(readFileSync(join(folder, 'index.html'), 'utf8')).toContain('<svg');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
