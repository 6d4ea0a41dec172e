/**
 * `npm run mutants -- --count 40 --seed 1 [--programs 40] [--rooms session,references]`: removes guards of the core, one at a
 * time, and checks which tests notice. A guard is a line `if (…) return …;` (or `throw`, `continue`, `break`), which is removed,
 * or the last condition of an `&&`, which is removed.
 *
 * It works in a copy of the last commit, in `.cache/mutants`, and runs the cheapest tests first: random programs of the
 * simulation, its scenarios, then the unit tests that reach the file, until one fails. Prints the guards that no test noticed,
 * and exits with 1 if there was one. A guard that only tests of whole processes reach survives here: run those by hand.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../test/simulation/random.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    programs: { type: 'string', default: '40' },
    /** The rooms that simulation and unit tests reach; guards of the others show only in whole processes. */
    rooms: { type: 'string', default: 'session,references,objects,runtime,trust,values,seam' },
  },
});
const root = resolve(import.meta.dirname, '..');
const copy = join(root, '.cache', 'mutants');
const rooms = values.rooms.split(',');
const LEAVES = /^\s+if \(.*\) (?:return|throw|continue|break)\b.*;$/;
const CONJUNCTION = /^(\s+(?:\} else )?if \(.*) && [^()&|]+(\).*)$/;
/** How long one run of tests may take, in milliseconds; a run that does not end counts as noticed. */
const LIMIT_MS = 600_000;

function passes(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: copy, stdio: 'ignore', timeout: LIMIT_MS });
  return status === 0;
}

function testsPass(...args) {
  // One worker at a time, so that the machine stays usable during the half hour for 40 guards.
  return passes(join(root, 'node_modules/vitest/vitest.mjs'), ...args, '--run', '--bail', '1', '--maxWorkers', '1');
}

/** Returns all guards: the file, the line's number and text, and the text without the guard. */
function guards() {
  return rooms
    .flatMap((room) => readdirSync(join(copy, 'core', room), { recursive: true }).map((name) => `core/${room}/${name}`))
    .filter((file) => file.endsWith('.ts'))
    .toSorted()
    .flatMap((file) =>
      readFileSync(join(copy, file), 'utf8')
        .split('\n')
        .flatMap((text, index) => {
          if (LEAVES.test(text)) return [{ file, index, text, left: '' }];
          const left = text.replace(CONJUNCTION, '$1$2');
          return left === text ? [] : [{ file, index, text, left }];
        }),
    );
}

/** Returns the test that notices the missing guard; `undefined` if none does. */
function noticedBy(file) {
  const programs = ['test/simulation/explore-programs.ts', '--show', '0', '--until', '1', '--seeds', values.programs];
  if (!passes('scripts/core-bundle.mjs')) return 'the build';
  if (!passes('--import', 'tsx', ...programs)) return 'a random program';
  if (!testsPass('--project', 'simulation', 'simulation/scenarios')) return 'a scenario';
  if (!testsPass('related', '--project', 'unit', file)) return 'a unit test';
  return undefined;
}

mkdirSync(join(root, '.cache'), { recursive: true });
if (existsSync(copy)) spawnSync('git', ['worktree', 'remove', '--force', copy], { cwd: root });
const made = spawnSync('git', ['worktree', 'add', '--detach', copy, 'HEAD'], { cwd: root, encoding: 'utf8' });
if (made.status !== 0) throw new Error(made.stderr);
try {
  const random = new Random(Number(values.seed));
  const left = guards();
  const survivors = [];
  // Unit tests use the built package to check for leftovers; it keeps its guards.
  if (!passes('scripts/build.mjs')) throw new Error('the build fails before any guard was removed');
  const before = noticedBy('core/session/outbound-call.ts');
  if (before !== undefined) throw new Error(`${before} fails before any guard was removed`);
  const count = Math.min(Number(values.count), left.length);
  console.log(`${left.length} guards in ${rooms.join(', ')}; ${count} are removed`);
  for (let taken = 0; taken < count; taken++) {
    const [guard] = left.splice(random.below(left.length), 1);
    const begun = performance.now();
    const path = join(copy, guard.file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.split('\n').with(guard.index, guard.left).join('\n'));
    const noticed = noticedBy(guard.file);
    writeFileSync(path, text);
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.log(
      `${guard.file}:${guard.index + 1} ${guard.text.trim()} — ${noticed ?? 'NOTHING notices'} (${seconds} s)`,
    );
    if (noticed === undefined) survivors.push(guard);
  }
  console.log(`${count - survivors.length} of ${count} were noticed`);
  process.exitCode = survivors.length === 0 ? 0 : 1;
} finally {
  spawnSync('git', ['worktree', 'remove', '--force', copy], { cwd: root });
}
