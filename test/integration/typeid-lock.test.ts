import { Sharing } from '#fixtures/sharing.js';
import { callOptions, getValue, LockProxy, release, terminate, typeid } from 'uactor';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import { describeShared } from '../support/shared-objects.ts';

describeShared('Lock', (scene) => {
  test('U33 Lock acquire takes it, release gives it back, locked tells', async () => {
    const { make } = scene();
    using lock = await make.Lock();
    expect(lock).toBeInstanceOf(LockProxy);
    expect(typeid(lock)).toBe('Lock');
    expect(await lock.locked()).toBe(false);
    expect(await lock.acquire()).toBe(true);
    expect(await lock.locked()).toBe(true);
    expect(await getValue(lock)).toEqual({ locked: true });
    await lock.release();
    expect(await lock.locked()).toBe(false);
  });

  test('U33 Lock acquire is not reentrant: without blocking it is refused, otherwise it waits', async () => {
    const { make } = scene();
    using lock = await make.Lock();
    await lock.acquire();
    expect(await lock.acquire({ blocking: false })).toBe(false);
    expect(await lock.acquire({ timeout: 0 })).toBe(false);
    expect(await lock.acquire({ timeout: -1 })).toBe(false);
    expect(await lock.acquire({ timeout: 10 })).toBe(false);
    const again = lock.acquire();
    await lock.release();
    expect(await again).toBe(true);
    await lock.release();
  });

  test('U33 Lock acquire with what is no timeout and no options is a TypeError', async () => {
    const { make } = scene();
    using lock = await make.Lock();
    for (const args of [
      [{ timeout: Number.NaN }],
      [{ timeout: '1' }],
      [{ blocking: 1 }],
      [{ tmeout: 1 }],
      [false],
      [null],
    ]) {
      await expect(lock.callMethod('acquire', args)).rejects.toThrow(TypeError);
    }
    expect(await lock.locked()).toBe(false);
  });

  test('U33 Lock release of a free one, and of one that another process holds, is an error', async () => {
    const { make, other } = scene();
    using lock = await make.Lock();
    const free = await failure(lock.release());
    expect(free).toMatchObject({ name: 'UActorError', code: 'NOT_HELD', message: /does not hold the Lock/ });
    const held = await other.begin(lock, 'acquire');
    expect(await other.ended(held)).toBe(true);
    await expect(lock.release()).rejects.toMatchObject({ code: 'NOT_HELD' });
    await other.use(lock, 'release');
    expect(await lock.locked()).toBe(false);
  });

  test('U33 Lock hold holds it to the end of the block', async () => {
    const { make } = scene();
    using lock = await make.Lock();
    {
      await using held = await lock.hold();
      expect(held).toBeDefined();
      expect(await lock.locked()).toBe(true);
      await expect(lock.hold({ timeout: 0 })).rejects.toMatchObject({ name: 'TimeoutError' });
    }
    expect(await lock.locked()).toBe(false);
  });

  test('U33 Lock acquire serves who waits in the order in which they came, and excludes', async () => {
    const { make } = scene();
    using lock = await make.Lock();
    const order: number[] = [];
    let inside = 0;
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        await using held = await lock.hold();
        expect(held).toBeDefined();
        expect(++inside).toBe(1);
        order.push(index);
        await lock.locked();
        inside--;
      }),
    );
    expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  test('U35 Lock a waiting acquire holds up nobody else', async () => {
    const { make, other } = scene();
    using lock = await make.Lock();
    await lock.acquire();
    const waiting = lock.acquire();
    expect(await lock.locked()).toBe(true);
    expect(await other.use(lock, 'locked')).toBe(true);
    await lock.release();
    await waiting;
    await lock.release();
  });

  test('U41 Lock an acquire that is given up is off the list, whenever that happens', async () => {
    const { make, other } = scene();
    using lock = await make.Lock();
    await lock.acquire();
    using hasty = callOptions(lock, { timeout: 5 });
    await expect(hasty.acquire()).rejects.toMatchObject({ name: 'TimeoutError' });
    await lock.release();
    expect(await other.use(lock, 'acquire', { timeout: 0 })).toBe(true);
    await other.use(lock, 'release');
    for (let round = 0; round < 100; round++) {
      const controller = new AbortController();
      using fickle = callOptions(lock, { signal: controller.signal });
      const taken = fickle.acquire();
      if (round % 2 === 0) setImmediate(() => controller.abort());
      else setTimeout(() => controller.abort(), round % 3);
      const [outcome] = await Promise.allSettled([taken]);
      if (outcome.status === 'fulfilled') await lock.release();
      expect(await lock.acquire()).toBe(true);
      await lock.release();
    }
  });

  test('U34 Lock what a killed client held goes to who waits, and what it waited for does not', async () => {
    const { make, client } = scene();
    using lock = await make.Lock();
    const holder = await client();
    const waiter = await client();
    await holder.use(lock, 'acquire');
    await waiter.begin(lock, 'acquire');
    const mine = lock.acquire();
    await terminate(waiter);
    await terminate(holder);
    expect(await mine).toBe(true);
    expect(await lock.locked()).toBe(true);
    await lock.release();
  });

  test('U34 Lock a process that only let go of its proxies still holds it', async () => {
    const { make, other } = scene();
    using lock = await make.Lock();
    await other.use(lock, 'acquire');
    expect(await lock.acquire({ timeout: 0 })).toBe(false);
    await other.use(lock, 'release');
  });
});

describeShared('RLock', (scene) => {
  test('U33 RLock acquire can be repeated by its process, and is released as often', async () => {
    const { make, other } = scene();
    using lock = await make.RLock();
    expect(typeid(lock)).toBe('RLock');
    expect([await lock.acquire(), await lock.acquire(), await lock.acquire({ timeout: 0 })]).toEqual([
      true,
      true,
      true,
    ]);
    await lock.release();
    await lock.release();
    expect(await other.use(lock, 'acquire', { timeout: 0 })).toBe(false);
    expect(await lock.locked()).toBe(true);
    await lock.release();
    expect(await other.use(lock, 'acquire', { timeout: 0 })).toBe(true);
    await expect(lock.release()).rejects.toMatchObject({ code: 'NOT_HELD' });
    await other.use(lock, 'release');
    await expect(lock.release()).rejects.toMatchObject({ code: 'NOT_HELD' });
  });

  test('U33 RLock all that one process waits for is served when its turn comes', async () => {
    const { make, other } = scene();
    using lock = await make.RLock();
    await other.use(lock, 'acquire');
    const both = Promise.all([lock.acquire(), lock.acquire()]);
    await lock.locked();
    await other.use(lock, 'release');
    expect(await both).toEqual([true, true]);
    await lock.release();
    await lock.release();
    expect(await lock.locked()).toBe(false);
  });

  test('U33 RLock hold can be nested', async () => {
    const { make } = scene();
    using lock = await make.RLock();
    {
      await using outer = await lock.hold();
      await using inner = await lock.hold();
      expect([outer, inner]).toHaveLength(2);
      expect(await lock.locked()).toBe(true);
    }
    expect(await lock.locked()).toBe(false);
  });

  test('U34 RLock all that a killed client held is given back', async () => {
    const { make, client } = scene();
    using lock = await make.RLock();
    const holder = await client();
    await holder.use(lock, 'acquire');
    await holder.use(lock, 'acquire');
    const mine = lock.acquire();
    await terminate(holder);
    expect(await mine).toBe(true);
    await lock.release();
    expect(await lock.locked()).toBe(false);
  });
});

describe('a lock that an actor uses itself', () => {
  test('U21 Lock the actor is a holder like any client, also while it answers one', async () => {
    await using sharing = await Sharing.spawn();
    const lock = await sharing.ownLock();
    expect(await sharing.lockForItself()).toBe(true);
    await expect(lock.release()).rejects.toMatchObject({ code: 'NOT_HELD' });
    const mine = lock.acquire();
    await lock.locked();
    await sharing.unlockForItself();
    expect(await mine).toBe(true);
    expect(await sharing.lockForItself()).toBe(false);
    await lock.release();
    release(lock);
  });

  test('U29 Lock a proxy within the actor is the actor, too', async () => {
    await using sharing = await Sharing.spawn();
    const lock = await sharing.ownLock();
    expect(await sharing.lockThroughProxy()).toBe(true);
    expect(await sharing.lockThroughProxy()).toBe(false);
    expect(await sharing.lockForItself()).toBe(false);
    await expect(lock.release()).rejects.toMatchObject({ code: 'NOT_HELD' });
    await sharing.unlockForItself();
    expect(await lock.locked()).toBe(false);
    release(lock);
  });

  test('U33 Lock the actor is given fencing numbers like any client', async () => {
    await using sharing = await Sharing.spawn();
    using lock = await sharing.ownLock();
    const first = await sharing.holdForItself();
    await using held = await lock.hold();
    expect(held.fencingNumber).toBeGreaterThan(first);
  });

  test('U22 Lock the typeid is for locks only', async () => {
    await using sharing = await Sharing.spawn();
    await expect(sharing.notALock()).rejects.toMatchObject({ code: 'NOT_ALLOWED', message: /new Lock\(\)/ });
  });
});
