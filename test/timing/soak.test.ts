import { readdirSync } from 'node:fs';
import { stats } from 'uactor';
import { Counter } from '#fixtures/counter.js';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { childrenOf, socketFolders } from '../support/leaks.ts';

const CYCLES = 20;

test(`F38 ${CYCLES} actors, one after the other, leave no process, descriptor or socket behind`, async () => {
  await cycle(0);
  const before = whatThereIs();
  for (let number = 1; number <= CYCLES; number++) await cycle(number);
  await eventually(() => expect(whatThereIs()).toEqual(before));
});

async function cycle(number: number): Promise<void> {
  const actor = await Counter.spawn();
  expect(await actor.increment(number)).toBe(number);
  await actor.shutdown();
}

function whatThereIs(): object {
  const { sessions, imports, callsInFlight } = stats();
  return {
    processes: childrenOf(process.pid).length,
    descriptors: readdirSync('/proc/self/fd').length,
    folders: socketFolders().length,
    sessions,
    imports,
    callsInFlight,
  };
}
