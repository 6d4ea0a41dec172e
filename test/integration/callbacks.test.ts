import { Catalogue } from '#fixtures/catalogue.js';
import { Counter } from '#fixtures/counter.js';
import { Keeper } from '#fixtures/keeper.js';
import { ProxyError, release, sameReferent, stats, SyncManager } from 'uactor';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';

/** Lets an actor collect the objects that it no longer refers to. */
const Collecting = Keeper.with({ execArgv: ['--expose-gc'] });

describe('U30 functions', () => {
  test("U30 a proxy's bound method runs in its actor, called from another one", async () => {
    await using one = await Keeper.spawn();
    await using other = await Counter.spawn();
    expect(await one.tail(5, other.increment)).toBe(5);
    expect(await one.tail(3, other.increment)).toBe(8);
    expect(await other.increment(0)).toBe(8);
  });

  test('U30 a method of a proxy class can be taken off and passed on like any other', async () => {
    await using one = await Keeper.spawn();
    await using manager = await SyncManager.start();
    using list = await manager.list(['first']);
    const { push } = list;
    expect(list.push).toBe(push);
    expect(await push('second')).toBe(2);
    expect(await one.tail('third', list.push)).toBe(3);
    expect(await list.slice()).toEqual(['first', 'second', 'third']);
  });

  test('U27 U30 what proxyMethod made can be taken off and passed on, whether a field, assigned, or on the prototype', async () => {
    await using one = await Keeper.spawn();
    await using catalogue = await Catalogue.spawn();
    using data = await catalogue.getData();
    using other = await catalogue.otherData();
    const { save } = data;
    await save('by hand');
    expect(await data.load()).toBe('by hand');
    await one.tail('from the other process', data.save);
    expect(await data.load()).toBe('from the other process');
    expect(other).toMatchObject({ note: 'a field' });
    await one.tail('assigned', other.save);
    expect(await one.tail(undefined, other.load)).toBe('assigned');
    // The function ran in that actor: this process received no call.
    expect(stats()).toMatchObject({ objects: 0, references: 0 });
  });

  test('U30 a bound method of the called actor itself comes home', async () => {
    await using one = await Keeper.spawn();
    expect(await one.tail('home', one.echo)).toBe('home');
  });

  test('U30 a bound method can be taken off its proxy and called here', async () => {
    await using counter = await Counter.spawn();
    const { increment, add } = counter;
    expect(await increment(2)).toBe(2);
    expect(await add(1, 2)).toBe(3);
    expect(counter.increment).toBe(increment);
  });

  test('U30 a local function runs here, and its result goes there', async () => {
    await using keeper = await Keeper.spawn();
    const seen: number[] = [];
    const doubled = await keeper.each([1, 2, 3], async (value) => {
      seen.push(value);
      return await Promise.resolve(value * 2);
    });
    expect(doubled).toEqual([2, 4, 6]);
    expect(seen).toEqual([1, 2, 3]);
    expect(await keeper.tail(process.pid, (value) => Promise.resolve([value, process.pid]))).toEqual([
      process.pid,
      process.pid,
    ]);
  });

  test('U30 what a local function throws reaches the method, and through it the caller', async () => {
    await using keeper = await Keeper.spawn();
    const error = await failure(keeper.tail(1, () => Promise.reject(new RangeError('not this one'))));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'not this one' });
  });

  test('U30 a local function lives as long as the actor keeps it, and both sides let go when it releases it', async () => {
    await using keeper = await Keeper.spawn();
    await keeper.keep((value: number) => value + 1);
    expect(stats()).toMatchObject({ objects: 1, references: 1 });
    expect(await keeper.callKept(1)).toBe(2);
    expect(await keeper.callKept(2)).toBe(3);
    await keeper.drop();
    await expect.poll(stats).toMatchObject({ objects: 0, references: 0 });
    expect(await failure(keeper.callKept(3))).toBeInstanceOf(TypeError);
  });

  test('U30 both sides let go, too, when the actor collects it', async () => {
    await using keeper = await Collecting.spawn();
    await keeper.keep(() => 'kept');
    expect(await keeper.callKept()).toBe('kept');
    expect(stats().objects).toBe(1);
    const collected = async (): Promise<number> => {
      await keeper.forget();
      return stats().objects;
    };
    await expect.poll(collected, { timeout: 10_000 }).toBe(0);
  });

  test('U30 a function that an actor kept comes back as the same one', async () => {
    await using keeper = await Keeper.spawn();
    await keeper.keep((value: number): number => value * 10);
    const back = await keeper.kept();
    const again = await keeper.kept();
    expect(sameReferent(back, again)).toBe(true);
    expect(typeof back === 'function' && (await back(4))).toBe(40);
    release(back);
    release(again);
    await keeper.drop();
  });

  test('U30 a local function can be passed on from actor to actor', async () => {
    await using one = await Keeper.spawn();
    await using other = await Keeper.spawn();
    const seen: unknown[] = [];
    await one.keep((value: unknown) => {
      seen.push(value);
      return 'from the test';
    });
    const passed = await one.kept();
    await other.keep(passed);
    release(passed);
    await one.drop();
    expect(await other.callKept('through both')).toBe('from the test');
    expect(seen).toEqual(['through both']);
    await other.drop();
  });

  test('U30 a released function cannot be called or passed on', async () => {
    await using keeper = await Keeper.spawn();
    await keeper.keep(() => 1);
    const back = await keeper.kept();
    release(back);
    const error = await failure(Promise.resolve(typeof back === 'function' ? back() : undefined));
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ code: 'RELEASED' });
    expect(await failure(keeper.keep(back))).toMatchObject({ name: 'SerializerError' });
    expect(await keeper.callKept()).toBe(1);
    await keeper.drop();
  });
});

test('U36 a connection that served a callback last closes when that is given back', async () => {
  await using owner = await Keeper.spawn();
  const client = await Keeper.connect(owner.connectionAddress ?? '', { ownConnection: true });
  await client.keep(() => 'called');
  release(client);
  expect(await owner.callKept()).toBe('called');
  expect(stats()).toMatchObject({ sessions: 2 });
  await owner.drop();
  await eventually(() => expect(stats()).toMatchObject({ sessions: 1 }));
});
