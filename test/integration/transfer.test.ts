import { hasEnded, isAlive } from '../support/leaks.ts';
import { actorProcess, ActorProxy, BaseProxy, release, sameReferent, terminate, transfer } from 'uactor';
import { Keeper } from '#fixtures/keeper.js';
import { Member } from '#fixtures/member.js';
import { Opening } from '#fixtures/opening.js';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure, thrown } from '../support/failure.ts';

test('U64 a transferred result leaves its maker without a reference', async () => {
  await using opening = await Opening.spawn();
  const member = await opening.open();
  const pid = await member.process();
  expect(await opening.holds()).toBe('RELEASED');
  expect(isAlive(pid)).toBe(true);
  release(member);
  await hasEnded(pid);
});

test('U64 a transferred argument ends the reference of its sender, who may still control the process', async () => {
  await using keeper = await Keeper.spawn();
  const member = await Member.spawn();
  const handle = await actorProcess(member);
  await keeper.keep(transfer(member));
  expect(await failure(member.process())).toMatchObject({ code: 'RELEASED' });
  expect(isAlive(handle.pid)).toBe(true);
  const kept = await keeper.kept();
  expect(kept).toBeInstanceOf(ActorProxy);
  expect(kept instanceof ActorProxy && (await kept.pid())).toBe(handle.pid);
  release(kept);
  await keeper.drop();
  expect(await handle.ended).toMatchObject({ reason: 'process', exitCode: 0 });

  const other = await Member.spawn();
  await keeper.keep(transfer(other));
  await terminate(other);
  await keeper.drop();
});

test('U64 a message that cannot be sent transfers nothing', async () => {
  await using opening = await Opening.spawn();
  expect(await failure(opening.fail())).toMatchObject({ code: 'UNSERIALIZABLE' });
  expect(await opening.holds()).toMatch(/^process \d+$/);
});

test('U64 objects of the sender and proxies that go home are transferred as well', async () => {
  await using opening = await Opening.spawn();
  const shelf = await opening.shelf();
  expect(await shelf.callMethod('greet')).toBe('hello');
  const back = await opening.back(shelf);
  expect(back).toBeInstanceOf(BaseProxy);
  expect(sameReferent(back, shelf)).toBe(true);
  await using keeper = await Keeper.spawn();
  const own = await keeper.shelf();
  await keeper.keep(transfer(own));
  expect(await failure(own.callMethod('all'))).toMatchObject({ code: 'RELEASED' });
  await keeper.drop();
  release(shelf);
  release(back);
  await eventually(async () => expect(await keeper.pid()).toBeGreaterThan(0));
});

test('U64 two thousand transferred results under back-pressure all arrive', async () => {
  await using opening = await Opening.with({ limits: { highWaterBytes: 2_048 } }).spawn();
  const shelves = await Promise.all(Array.from({ length: 2_000 }, () => opening.shelf()));
  expect(await Promise.all(shelves.map((shelf) => shelf.callMethod('greet')))).toEqual(shelves.map(() => 'hello'));
  for (const shelf of shelves) release(shelf);
});

test('U64 transfer takes a proxy that was not released', async () => {
  await using member = await Member.spawn();
  // @ts-expect-error -- that is what is tried
  expect(thrown(() => transfer({}))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
  const other = await Member.spawn();
  release(other);
  expect(thrown(() => transfer(other))).toMatchObject({ code: 'RELEASED' });
  await member.process();
});
