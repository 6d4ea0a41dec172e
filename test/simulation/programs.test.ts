import { expect, test } from 'vitest';
import { Kind } from '../../core/session/message.ts';
import { edgeNames } from './edges.ts';
import { runProgram } from './interpreter.ts';
import { describeProgram, type Program, programOf } from './program.ts';
import { runScenario, scenarios } from './scenarios.ts';
import { shrink } from './shrink.ts';
import { VIOLATIONS } from './violations.ts';
import { weakenedCore } from './weakened-core.ts';
import { hashOf, TraceFile } from './trace-file.ts';
import { World } from './world.ts';

/** Returns the report of a failing program: its steps, after shrinking, and its trace. */
async function report(program: Program, violation: string): Promise<string> {
  const small = await shrink(program, async (each) => (await runProgram(each)).violations.includes(violation), 100);
  const { world } = await runProgram(small, { tracing: true });
  return `seed ${program.seed}: ${violation}\n${describeProgram(small)}\n${world.trace.join('\n')}`;
}

const FREED_SLOT = VIOLATIONS.filter(({ name }) => name.includes('slot'));

const counts = new Map<string, number>();
const edges = new Set<string>();

/** Edges of the core's state machines that the programs need not take, because few or none of them do. */
const NOT_REACHED: ReadonlySet<string> = new Set([
  'call: waiting, end',
  'call: answered, end',
  'call: given up, refuse',
  'reconnect: standing, call',
  'reconnect: connecting, call',
  'reconnect: connecting, abandoned',
  'reconnect: over, connected',
  'reconnect: over, failed',
]);

for (let from = 1; from <= 500; from += 50) {
  test(`L14 random programs ${from} to ${from + 49} break no promise`, { timeout: 300_000 }, async () => {
    for (let seed = from; seed < from + 50; seed++) {
      const program = programOf(seed);
      const { world, violations } = await runProgram(program);
      for (const [kind, times] of world.messages.counts) counts.set(kind, (counts.get(kind) ?? 0) + times);
      for (const edge of world.edges.keys()) edges.add(edge);
      const [violation] = violations;
      if (violation !== undefined) expect.fail(await report(program, violation));
    }
  });
}

test('L14 the programs send every kind of message', () => {
  // No other kinds: an unknown message would count as UNKNOWN.
  expect(new Set(counts.keys())).toEqual(new Set(Object.keys(Kind)));
});

test('L14 programs and scenarios take every edge of every state machine, but for those named', async () => {
  // Some edges are so rare that a written scenario has to take them.
  for (const scenario of Object.values(scenarios)) {
    const world = new World({ seed: 1 });
    await runScenario(world, scenario);
    for (const edge of world.edges.keys()) edges.add(edge);
  }
  expect(edgeNames()).toEqual(expect.arrayContaining([...NOT_REACHED]));
  expect(edgeNames().filter((edge) => !edges.has(edge) && !NOT_REACHED.has(edge))).toEqual([]);
});

/** Returns a short text that changes with any difference in a run's events. */
async function traceHash(seed: number, newCores = false): Promise<string> {
  const { world } = await runProgram(programOf(seed), { tracing: true, newCores });
  return hashOf(world.trace.join('\n'));
}

test('L14 a program has the same trace each time, and on every version of Node', { timeout: 300_000 }, async () => {
  const hashes: string[] = [];
  for (let seed = 1; seed <= 20; seed++) {
    const hash = await traceHash(seed);
    // Cores that served other worlds before behave like new ones; those of the first worlds served few.
    if (seed % 4 === 0) expect(await traceHash(seed, true), `seed ${seed}`).toBe(hash);
    hashes.push(hash);
  }
  // Each version of Node that runs this build stores its hashes, and compares them with those of the others.
  const others = new TraceFile().exchange(hashes);
  for (const [version, theirs] of Object.entries(others)) expect(hashes, `as on Node ${version}`).toEqual(theirs);
  // The variable names a version that has run the same build before, so its hashes must exist.
  const earlier = process.env['UACTOR_TRACES_OF'] ?? process.version;
  if (earlier !== process.version) expect(Object.keys(others)).toContain(earlier);
});

test('L14 a failing program is made small, and its trace tells what happened', { timeout: 300_000 }, async () => {
  const core = await weakenedCore(
    'shrunk',
    FREED_SLOT.flatMap(({ edits }) => edits),
  );
  const run = async (program: Program): Promise<readonly string[]> => (await runProgram(program, { core })).violations;
  const violation = 'give never settles';
  let program: Program | undefined;
  for (const seed of FREED_SLOT.flatMap(({ seeds }) => seeds)) {
    const candidate = programOf(seed);
    if ((await run(candidate)).includes(violation)) program = candidate;
    if (program !== undefined) break;
  }
  if (program === undefined) throw new Error('no seed of the violation finds it');
  const small = await shrink(program, async (each) => (await run(each)).includes(violation), 100);
  expect(small.steps.length).toBeLessThan(Math.min(6, program.steps.length));
  const { world } = await runProgram(small, { tracing: true, core });
  const trace = world.trace.join('\n');
  // The callers, the messages, the runs, and the violation at the end.
  expect(trace).toMatch(/\w+ calls \d+:give of worker \d+/);
  expect(trace).toMatch(/ → Worker#\d+ CALL \d+: \w+\(\) of Worker \d+, \d+ bytes/);
  expect(trace).toMatch(/Worker#\d+ runs \d+:give/);
  expect(trace).toContain(`VIOLATION: ${violation}`);
});
