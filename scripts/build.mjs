/**
 * Compiles the package to `dist/` and the tests' actors, the examples and the benchmarks to `build/`. What is there
 * from a file that no longer exists is deleted afterwards, so a build never has to begin with an empty folder and can
 * run beside a program that uses it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

/** In this order: the later ones are compiled against the declarations of the first. */
const projects = [
  { config: 'tsconfig.build.json', source: 'core', output: 'dist' },
  { config: 'tsconfig.fixtures.json', source: 'test/fixtures', output: 'build/fixtures' },
  { config: 'tsconfig.examples.json', source: 'examples', output: 'build/examples' },
  { config: 'tsconfig.bench.json', source: 'bench', output: 'build/bench' },
];

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function compile({ config, output }) {
  const run = spawnSync(process.execPath, [tsc, '-p', config, '--listEmittedFiles'], { cwd: root, encoding: 'utf8' });
  if (run.error) throw run.error;
  const lines = run.stdout.split('\n');
  const emitted = new Set(
    lines
      .filter((line) => line.startsWith('TSFILE: '))
      .map((line) => resolve(root, line.slice('TSFILE: '.length).trim())),
  );
  const messages = lines.filter((line) => line.trim() !== '' && !line.startsWith('TSFILE: '));
  if (messages.length > 0) console.error(messages.join('\n'));
  if (run.stderr !== '') console.error(run.stderr);
  for (const file of filesIn(join(root, output))) if (!emitted.has(file)) rmSync(file, { force: true });
  return run.status === 0;
}

const wanted = projects.filter(({ source }) => filesIn(join(root, source)).some((file) => file.endsWith('.ts')));
const failed = wanted.filter((project) => !compile(project));
for (const { config } of failed) console.error(`${config}: does not compile`);
process.exitCode = failed.length === 0 ? 0 : 1;
