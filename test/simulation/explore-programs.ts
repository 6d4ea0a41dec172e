/**
 * Runs random programs: `npm run explore -- --seeds 1000 [--from 1] [--core path/to/core.cjs] [--without KIND] [--coverage]`, or, with
 * `--violation NUMBER [--until 5]`, the core with that fault of `violations.ts` restored, until this many programs have noticed it. A
 * program that breaks a promise is shrunk and printed with its trace. Counts the messages and the edges of the core's state machines;
 * with `--coverage`, reports which lines of the core ran, and names the functions that did not. Exits with 1 if a program broke a
 * promise.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CoreCoverage } from './core-coverage.ts';
import { edgeNames } from './edges.ts';
import { runProgram } from './interpreter.ts';
import { describeProgram, type Program, programOf } from './program.ts';
import { shrink } from './shrink.ts';
import { VIOLATIONS } from './violations.ts';
import { weakenedCore } from './weakened-core.ts';
import { ownCore } from './world.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    core: { type: 'string' },
    /** Kinds of steps to leave out, because their violations are known. */
    without: { type: 'string', multiple: true, default: [] },
    /** The maximum number of different violations to print in full. */
    show: { type: 'string', default: '5' },
    coverage: { type: 'boolean', default: false },
    violation: { type: 'string' },
    /** The number of programs that broke a promise after which to stop. */
    until: { type: 'string', default: 'Infinity' },
  },
});
const core = await chosenCore();
const chosen = core === undefined ? {} : { core };
const first = Number(values.from);
let count = Number(values.seeds);
let failed = 0;
const found = new Map<string, number[]>();
const kinds = new Map<string, number>();
const edges = new Map<string, number>();
const coverage = values.coverage ? new CoreCoverage(core ?? ownCore()) : undefined;
await coverage?.begin();
const begun = { wall: performance.now(), cpu: process.cpuUsage() };
let steps = 0;
for (let seed = first; seed < first + count; seed++) {
  const { world, violations } = await runProgram(programFor(seed), chosen);
  steps += world.scheduler.steps;
  for (const [kind, times] of world.messages.counts) kinds.set(kind, (kinds.get(kind) ?? 0) + times);
  for (const [edge, times] of world.edges) edges.set(edge, (edges.get(edge) ?? 0) + times);
  const [violation] = violations;
  if (violation === undefined) continue;
  if (++failed >= Number(values.until)) count = seed - first + 1;
  const known = found.get(violation);
  if (known !== undefined) {
    known.push(seed);
    continue;
  }
  found.set(violation, [seed]);
  if (found.size <= Number(values.show)) await show(seed, violation);
}
const cpuMs = process.cpuUsage(begun.cpu).user / 1000;
console.log(
  `${count} programs from seed ${first}: ${steps} steps, ${Math.round((steps / cpuMs) * 1000)} per second of CPU`,
);
console.log(
  `${(cpuMs / count).toFixed(1)} ms of CPU per program; ${Math.round((performance.now() - begun.wall) / 1000)} s in all`,
);
console.log('messages:', Object.fromEntries([...kinds].toSorted(([left], [right]) => left.localeCompare(right))));
for (const edge of edgeNames()) console.log(`${edges.get(edge) ?? 'never'} × ${edge}`);
if (coverage !== undefined) await tellCoverage(coverage);
for (const [violation, seeds] of found) {
  console.log(`${seeds.length} × ${violation}; seeds ${seeds.slice(0, 10).join(', ')}`);
}
process.exitCode = found.size === 0 ? 0 : 1;

/** @returns the path of the chosen core; `undefined` for this package's own. */
async function chosenCore(): Promise<string | undefined> {
  if (values.violation === undefined) return values.core === undefined ? undefined : resolve(values.core);
  const index = Number(values.violation);
  const violation = VIOLATIONS[index];
  if (violation === undefined)
    throw new Error(`there is no violation ${index}; there are ${VIOLATIONS.length}, from 0 on`);
  console.log(`with ${violation.name}`);
  return await weakenedCore(`violation-${index}`, violation.edits);
}

function programFor(seed: number): Program {
  const program = programOf(seed);
  return { ...program, steps: program.steps.filter(({ kind }) => !values.without.includes(kind)) };
}

async function tellCoverage(counted: CoreCoverage): Promise<void> {
  const files = await counted.end();
  for (const { file, lines, reached, missed } of files) {
    console.log(`${file}: ${reached} of ${lines} lines${missed.length === 0 ? '' : `; not ${missed.join('; not ')}`}`);
  }
  const [lines, reached] = [
    files.reduce((sum, each) => sum + each.lines, 0),
    files.reduce((sum, each) => sum + each.reached, 0),
  ];
  console.log(`${reached} of ${lines} lines of the core were reached`);
}

async function show(seed: number, violation: string): Promise<void> {
  const small = await shrink(programFor(seed), async (candidate) => {
    const { violations } = await runProgram(candidate, chosen);
    return violations[0] === violation;
  });
  const { world } = await runProgram(small, { ...chosen, tracing: true });
  console.log(`seed ${seed} breaks a promise: ${violation}\n${describeProgram(small)}\n${world.trace.join('\n')}\n`);
}
