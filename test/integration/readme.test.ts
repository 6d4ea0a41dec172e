import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GENERATES_CODE } from '../support/code-generation.ts';
import { runProgram } from '../support/run-program.ts';

/** Inside the project, so that `uactor` means the built package. */
const folder = 'build/documents';
const sources = join(folder, 'source');

/** The pages with programs: each block of `ts` there is a file, whose name is in its first line. */
const documents = [
  'README.md',
  ...readdirSync('docs')
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file))
    .filter((file) => /^```ts\n\/\/ [\w-]+\.ts$/m.test(readFileSync(file, 'utf8'))),
];

interface Sample {
  readonly document: string;
  readonly file: string;
  readonly text: string;
}

/** The code blocks that name a file in their first line: `// counter.ts`. */
const samples: readonly Sample[] = documents.flatMap((document) => {
  const blocks = readFileSync(document, 'utf8').matchAll(/^```ts\n\/\/ ([\w-]+\.ts)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, file = '', text = '']) => ({ document, file, text }));
});

/** The other files that the code blocks need: `// shop.proto`. */
function* schemas(): Generator<readonly [file: string, text: string]> {
  for (const document of documents) {
    const blocks = readFileSync(document, 'utf8').matchAll(/^```proto\n\/\/ ([\w-]+\.proto)\n([\s\S]*?)^```$/gm);
    for (const [, file = '', text = ''] of blocks) yield [file, text];
  }
}

beforeAll(async () => {
  mkdirSync(sources, { recursive: true });
  for (const { file, text } of samples) writeFileSync(join(sources, file), text);
  mkdirSync(join(folder, 'output'));
  for (const [file, text] of schemas()) writeFileSync(join(folder, 'output', file), text);
  const config = {
    extends: '../../tsconfig.base.json',
    compilerOptions: { rootDir: 'source', outDir: 'output', noUnusedLocals: false },
    include: ['source'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const run = await runProgram(['node_modules/typescript/bin/tsc', '-p', folder]);
  expect(run).toEqual({ exitCode: 0, signal: null, stdout: '', stderr: '' });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('every code block of the documents is a file that is compiled, each name used once', () => {
  for (const document of documents) {
    const blocks = readFileSync(document, 'utf8').match(/^```ts$/gm) ?? [];
    expect(samples.filter((sample) => sample.document === document)).toHaveLength(blocks.length);
  }
  expect(new Set(samples.map(({ file }) => file)).size).toBe(samples.length);
});

test('U73 the compiler settings that the documents recommend compile the first example, which runs', async () => {
  const home = join(folder, 'recommended');
  mkdirSync(home);
  const [, settings = ''] =
    /^```json\n(\{\n {2}"compilerOptions"[\s\S]*?)^```$/m.exec(readFileSync('docs/typescript.md', 'utf8')) ?? [];
  writeFileSync(join(home, 'tsconfig.json'), settings);
  writeFileSync(join(home, 'first-actor.ts'), samples[0]?.text ?? '');
  writeFileSync(
    join(home, 'program.ts'),
    "import { Counter } from './first-actor.ts';\nawait using counter = await Counter.spawn();\nconsole.log(await counter.increment(5));\n",
  );
  const compiled = await runProgram(['node_modules/typescript/bin/tsc', '-p', home]);
  expect(compiled).toEqual({ exitCode: 0, signal: null, stdout: '', stderr: '' });
  const ran = await runProgram([join(home, 'dist', 'program.js')]);
  expect(ran).toEqual({ exitCode: 0, signal: null, stdout: '5\n', stderr: '' });
});

test('the first code block is the first example', () => {
  expect(samples[0]?.text).toBe(readFileSync('examples/first-actor.ts', 'utf8'));
});

test.for(samples.map(({ document, file, text }) => [document, file, text] as const))(
  '%s: %s runs, and prints what its comments say',
  async ([, file, text]) => {
    const run = await runProgram([join(folder, 'output', file.replace(/ts$/, 'js'))]);
    if (!GENERATES_CODE && text.includes('protobuf({ files:')) {
      expect(run.exitCode).toBe(1);
      expect(run.stderr).toContain('generate classes with pbjs -t static-module');
      return;
    }
    expect({ ...run, stdout: '' }).toEqual({ exitCode: 0, signal: null, stdout: '', stderr: '' });
    const lines = run.stdout.split('\n');
    for (const [, said = ''] of text.matchAll(/\/\/ → (.*)$/gm)) {
      expect(lines).toContain(said);
      lines.splice(0, lines.indexOf(said) + 1);
    }
  },
);
