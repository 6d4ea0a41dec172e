import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';

const tutorial = readFileSync('docs/tutorial.md', 'utf8');
const steps = [...tutorial.matchAll(/^\/\/ examples\/tutorial\/([\w-]+)\.ts$/gm)].map(([, name = '']) => name);

test('the tutorial has ten steps, and each file of its folder is one', () => {
  const files = readdirSync('examples/tutorial').map((file) => file.replace(/\.ts$/, ''));
  expect(steps).toHaveLength(10);
  expect(steps.toSorted()).toEqual(files.toSorted());
});

test.for(steps.map((step) => [step] as const))(
  'the step %s of the tutorial prints what its comments say',
  async ([step]) => {
    const run = await runProgram([join('build/examples/tutorial', `${step}.js`)], { timeoutMs: 60_000 });
    expect({ ...run, stdout: '' }).toEqual({ exitCode: 0, signal: null, stdout: '', stderr: '' });
    const lines = run.stdout.split('\n');
    for (const [, said = ''] of readFileSync(`examples/tutorial/${step}.ts`, 'utf8').matchAll(/\/\/ → (.*)$/gm)) {
      expect(lines).toContain(said);
      lines.splice(0, lines.indexOf(said) + 1);
    }
  },
);
