import { callOptions, ConditionProxy, getValue, SyncManager, terminate, typeid } from 'uactor';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import { describeShared } from '../support/shared-objects.ts';

describeShared('Condition', (scene) => {
  test('U33 Condition acquire, release, locked and hold are those of its RLock', async () => {
    const { make, other } = scene();
    using condition = await make.Condition();
    expect(condition).toBeInstanceOf(ConditionProxy);
    expect(typeid(condition)).toBe('Condition');
    expect([await condition.acquire(), await condition.acquire()]).toEqual([true, true]);
    expect(await other.use(condition, 'acquire', { timeout: 0 })).toBe(false);
    await condition.release();
    expect(await getValue(condition)).toEqual({ locked: true });
    await condition.release();
    expect(await condition.locked()).toBe(false);
    await expect(condition.release()).rejects.toMatchObject({ code: 'NOT_HELD' });
    {
      await using held = await condition.hold();
      expect(held).toBeDefined();
      expect(await condition.locked()).toBe(true);
    }
    expect(await condition.locked()).toBe(false);
  });

  test('U33 Condition wait, notify and notifyAll without the lock are errors', async () => {
    const { make, other } = scene();
    using condition = await make.Condition();
    await other.use(condition, 'acquire');
    for (const call of [
      () => condition.wait(),
      () => condition.wait(0),
      () => condition.notify(),
      () => condition.notifyAll(),
      () => condition.waitFor(() => 'yes at once'),
      () => condition.waitFor(() => false, 0),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'NOT_HELD' });
    }
    await other.use(condition, 'release');
  });

  test('U33 Condition wait lets go of the lock, however often it is held, and has it again afterwards', async () => {
    const { make, other } = scene();
    using condition = await make.Condition();
    await condition.acquire();
    await condition.acquire();
    const waiting = condition.wait();
    expect(await other.use(condition, 'acquire')).toBe(true);
    await other.use(condition, 'notify');
    expect(await condition.locked()).toBe(true);
    await other.use(condition, 'release');
    expect(await waiting).toBe(true);
    expect(await other.use(condition, 'acquire', { timeout: 0 })).toBe(false);
    await condition.release();
    expect(await other.use(condition, 'acquire', { timeout: 0 })).toBe(false);
    await condition.release();
    expect(await condition.locked()).toBe(false);
  });

  test('U33 Condition wait is false when the time is over, with the lock', async () => {
    const { make } = scene();
    using condition = await make.Condition();
    await condition.acquire();
    expect([await condition.wait(0), await condition.wait(-1), await condition.wait(10)]).toEqual([
      false,
      false,
      false,
    ]);
    await condition.notify();
    await expect(condition.callMethod('wait', [Number.NaN])).rejects.toThrow(TypeError);
    expect(await condition.locked()).toBe(true);
    await condition.release();
  });

  test('U33 Condition notify wakes as many as it says, the longest waiting first; notifyAll all', async () => {
    const { make, other } = scene();
    using condition = await make.Condition();
    const woken: number[] = [];
    const waits: Promise<void>[] = [];
    const waitAs = async (index: number): Promise<void> => {
      await condition.wait();
      woken.push(index);
      await condition.release();
    };
    for (let index = 0; index < 6; index++) {
      await condition.acquire();
      waits.push(waitAs(index));
    }
    await other.use(condition, 'acquire');
    await other.use(condition, 'notify');
    await other.use(condition, 'release');
    await waits[0];
    expect(woken).toEqual([0]);
    await other.use(condition, 'acquire');
    await other.use(condition, 'notify', 2);
    await other.use(condition, 'notify', 0);
    await other.use(condition, 'release');
    await Promise.all(waits.slice(0, 3));
    expect(woken).toEqual([0, 1, 2]);
    await other.use(condition, 'acquire');
    await other.use(condition, 'notifyAll');
    await other.use(condition, 'release');
    await Promise.all(waits);
    expect(woken).toEqual([0, 1, 2, 3, 4, 5]);
    await condition.acquire();
    await expect(condition.notify(-1)).rejects.toThrow(RangeError);
    await condition.notify();
    await condition.release();
  });

  test('U33 Condition waitFor asks its predicate here, now and after every notification', async () => {
    const { make, other } = scene();
    using condition = await make.Condition();
    let asked = 0;
    await condition.acquire();
    expect(await condition.waitFor(() => 'at once')).toBe('at once');
    const waiting = condition.waitFor(async () => {
      asked++;
      expect(await condition.locked()).toBe(true);
      return asked === 3 ? 'ready' : '';
    });
    for (let round = 0; round < 2; round++) {
      await other.use(condition, 'acquire');
      await other.use(condition, 'notify');
      await other.use(condition, 'release');
    }
    expect(await waiting).toBe('ready');
    expect(asked).toBe(3);
    await condition.release();
  });

  test('U33 Condition waitFor gives what the predicate said last when the time is over', async () => {
    const { make } = scene();
    using condition = await make.Condition();
    await condition.acquire();
    let asked = 0;
    expect(await condition.waitFor(() => ++asked > 100, 20)).toBe(false);
    expect(asked).toBeGreaterThan(1);
    expect(await condition.waitFor(() => false, 0)).toBe(false);
    await expect(condition.waitFor(() => false, Number.NaN)).rejects.toThrow(TypeError);
    await condition.release();
  });

  test('U41 Condition a wait that is given up rejects with the lock held again', async () => {
    const { make, other } = scene();
    using condition = await make.Condition();
    await condition.acquire();
    const patience = new AbortController();
    using hasty = callOptions(condition, { signal: patience.signal });
    const waiting = failure(hasty.wait());
    // Not before the other caller has the lock: a wait that has ended holds the lock again, and would keep the other caller from it.
    expect(await other.use(condition, 'acquire')).toBe(true);
    patience.abort(new RangeError('long enough'));
    const released = other.use(condition, 'release');
    expect(await waiting).toMatchObject({ name: 'RangeError', message: 'long enough' });
    await released;
    await condition.notify();
    await condition.release();
    expect(await condition.locked()).toBe(false);
  });

  test('U35 Condition those who wait hold up nobody', async () => {
    const { make, other } = scene();
    using condition = await make.Condition();
    await condition.acquire();
    const waiting = condition.wait();
    expect(await condition.locked()).toBe(false);
    expect(await other.use(condition, 'locked')).toBe(false);
    await other.use(condition, 'acquire');
    await other.use(condition, 'notifyAll');
    await other.use(condition, 'release');
    expect(await waiting).toBe(true);
    await condition.release();
  });

  test('U34 Condition a killed client gives back the lock and takes no notification', async () => {
    const { make, client, other } = scene();
    using condition = await make.Condition();
    const waiter = await client();
    await waiter.use(condition, 'acquire');
    await waiter.begin(condition, 'wait');
    await condition.acquire();
    const mine = condition.wait();
    const holder = await client();
    await holder.use(condition, 'acquire');
    const theirs = await other.begin(condition, 'acquire');
    await terminate(waiter);
    await terminate(holder);
    expect(await other.ended(theirs)).toBe(true);
    await other.use(condition, 'notify');
    await other.use(condition, 'release');
    expect(await mine).toBe(true);
    await condition.release();
  });

  test('U34 Condition a notification that a killed client can make nothing of goes to the next', async () => {
    const { make, client } = scene();
    using condition = await make.Condition();
    const waiter = await client();
    await waiter.use(condition, 'acquire');
    await waiter.begin(condition, 'wait');
    const next = await client();
    await next.use(condition, 'acquire');
    const waiting = await next.begin(condition, 'wait');
    await condition.acquire();
    await condition.notify();
    await terminate(waiter);
    await condition.release();
    expect(await next.ended(waiting)).toBe(true);
    await next.shutdown();
  });
});

describe('a condition with a lock of its user', () => {
  test('U33 Condition takes a Lock or an RLock of the same manager', async () => {
    await using manager = await SyncManager.start();
    using lock = await manager.Lock();
    using condition = await manager.Condition(lock);
    await lock.acquire();
    expect(await condition.locked()).toBe(true);
    expect(await condition.acquire({ timeout: 0 })).toBe(false);
    const waiting = condition.wait();
    await lock.acquire();
    await condition.notify();
    await condition.release();
    expect(await waiting).toBe(true);
    await lock.release();
    using rlock = await manager.RLock();
    using another = await manager.Condition(rlock);
    await rlock.acquire();
    expect(await another.acquire({ timeout: 0 })).toBe(true);
    await expect(manager.create('Condition', 7)).rejects.toThrow(/must be a Lock or an RLock/);
  });
});
