/** Builds everything, then runs the examples one after the other with the arguments behind `--`. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

const programs = [
  ['scripts/build.mjs'],
  ...['first-actor.js', 'all-cores.js'].map((name) => [join('build', 'examples', name), ...process.argv.slice(2)]),
];

for (const program of programs) {
  const { error, status } = spawnSync(process.execPath, program, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) {
    console.error(`${program[0]} failed`);
    process.exit(status ?? 1);
  }
}
