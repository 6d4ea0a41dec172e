import { expect, test } from 'vitest';
import { Kind } from '../../core/session/message.ts';
import { edgeNames } from './edges.ts';
import { runProgram } from './interpreter.ts';
import { describeProgram, type Program, programOf } from './program.ts';
import { shrink } from './shrink.ts';

/** What a failing program says: its steps, made few, and what happened. */
async function report(program: Program, violation: string): Promise<string> {
  const small = await shrink(program, async (each) => (await runProgram(each)).violations.includes(violation), 100);
  const { world } = await runProgram(small, true);
  return `seed ${program.seed}: ${violation}\n${describeProgram(small)}\n${world.trace.join('\n')}`;
}

const counts = new Map<string, number>();
const edges = new Set<string>();

/** Edges of the core's state machines that the programs need not take: few of them do, or none. */
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
  // Nothing else either: a message that nobody knows would count as UNKNOWN.
  expect(new Set(counts.keys())).toEqual(new Set(Object.keys(Kind)));
});

test('L14 the programs take every edge of every state machine, but for those named', () => {
  expect(edgeNames()).toEqual(expect.arrayContaining([...NOT_REACHED]));
  expect(edgeNames().filter((edge) => !edges.has(edge) && !NOT_REACHED.has(edge))).toEqual([]);
});

test('L14 a program has the same trace each time', { timeout: 60_000 }, async () => {
  for (const seed of [3, 8]) {
    const [first, second] = [await runProgram(programOf(seed), true), await runProgram(programOf(seed), true)];
    expect(second.world.trace).toEqual(first.world.trace);
  }
});
