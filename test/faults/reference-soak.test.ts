import { Holder } from '#fixtures/holder.js';
import { release, stats } from 'uactor';
import { expect, test } from 'vitest';
import { collectGarbage } from '../fixtures/collect-garbage.ts';
import { eventually } from '../support/eventually.ts';
import '../support/leaks.ts';

const BATCH = 1_000;
const PROCESSES = 8;

test('L2 proxies that are created and dropped, half released and half collected, leave nothing on either side', async () => {
  await using holder = await Holder.spawn();
  const make = async (explicit: boolean): Promise<void> => {
    const made = await holder.makeMany(Array.from({ length: BATCH }, (_, index) => `${index}`));
    if (explicit) for (const each of made) release(each);
  };
  for (let batch = 0; batch < 6; batch++) await make(batch % 2 === 0);
  // The result of the last call is collected as well, without a further call.
  await eventually(() => {
    collectGarbage();
    expect(stats().imports).toBe(1);
  });
  await eventually(async () => {
    await holder.collect();
    expect(await holder.stats()).toMatchObject({ objects: 1, references: 1 });
  });
});

test(`L11 a proxy passed through ${PROCESSES} processes works, and no reference remains on the way`, async () => {
  await using owner = await Holder.spawn();
  const thing = await owner.make('thing');
  let holder = await Holder.spawn();
  await holder.keep('slot', thing);
  release(thing);
  for (let number = 1; number < PROCESSES; number++) {
    const next = await Holder.spawn();
    await holder.pass('slot', next);
    expect(await owner.stats()).toMatchObject({ objects: 2, tickets: 0 });
    await holder.shutdown();
    holder = next;
  }
  expect(await holder.use('slot')).toBe('thing 1');
  await eventually(async () => expect(await owner.stats()).toMatchObject({ objects: 2, references: 2, tickets: 0 }));
  await holder.shutdown();
});
