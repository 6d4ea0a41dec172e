/**
 * `npm run mutants -- --count 40 --seed 1 [--programs 40]`: takes guards of the core out, one at a time, and looks what notices. A
 * guard is a line `if (…) return …;` (or `throw`, `continue`, `break`), which goes, or the last condition of an `&&`, which goes.
 *
 * It works in a copy of the last commit, in `.cache/mutants`: scenarios and random programs of the simulation first, then the unit
 * tests that reach the file, until one fails. Prints the guards that nothing noticed, and exits with 1 if there was one.
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
  },
});
const root = resolve(import.meta.dirname, '..');
const copy = join(root, '.cache', 'mutants');
const ROOMS = ['session', 'references', 'objects', 'runtime'];
const LEAVES = /^\s+if \(.*\) (?:return|throw|continue|break)\b.*;$/;
const CONJUNCTION = /^(\s+(?:\} else )?if \(.*) && [^()&|]+(\).*)$/;
/** How long one run of tests may take, in milliseconds; one that never ends has noticed. */
const LIMIT_MS = 300_000;

function run(command, ...args) {
  const { status } = spawnSync(command, args, { cwd: copy, stdio: 'ignore', timeout: LIMIT_MS });
  return status === 0;
}

/** All guards: the file, the number of the line, what it reads, and what is left of it. */
function guards() {
  return ROOMS.flatMap((room) => readdirSync(join(copy, 'core', room)).map((name) => `core/${room}/${name}`))
    .filter((file) => file.endsWith('.ts'))
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

/** What notices that the guard is missing; `undefined` if nothing does. */
function noticedBy(file) {
  const core = ['--import', 'tsx', 'test/simulation/explore-programs.ts', '--show', '0', '--seeds', values.programs];
  if (!run('node', 'scripts/core-bundle.mjs')) return 'the build';
  if (!run('npx', 'vitest', 'run', '--project', 'simulation', 'scenarios')) return 'a scenario';
  if (!run('node', ...core)) return 'a random program';
  if (!run('npx', 'vitest', 'related', '--run', '--project', 'unit', file)) return 'a unit test';
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
  const before = noticedBy('core/session/call-slots.ts');
  if (before !== undefined) throw new Error(`${before} fails although no guard was taken out`);
  const count = Math.min(Number(values.count), left.length);
  console.log(`${left.length} guards in ${ROOMS.join(', ')}; ${count} are taken out`);
  for (let taken = 0; taken < count; taken++) {
    const [guard] = left.splice(random.below(left.length), 1);
    const path = join(copy, guard.file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.split('\n').with(guard.index, guard.left).join('\n'));
    const noticed = noticedBy(guard.file);
    writeFileSync(path, text);
    console.log(`${guard.file}:${guard.index + 1} ${guard.text.trim()} — ${noticed ?? 'NOTHING notices'}`);
    if (noticed === undefined) survivors.push(guard);
  }
  console.log(`${count - survivors.length} of ${count} were noticed`);
  process.exitCode = survivors.length === 0 ? 0 : 1;
} finally {
  spawnSync('git', ['worktree', 'remove', '--force', copy], { cwd: root });
}
