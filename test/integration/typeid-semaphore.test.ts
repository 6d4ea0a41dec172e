import { callOptions, getValue, SemaphoreProxy, terminate, typeid } from 'uactor';
import { expect, test } from 'vitest';
import { describeShared } from '../support/shared-objects.ts';

describeShared('Semaphore', (scene) => {
  test('U33 Semaphore acquire and release count, value and locked tell', async () => {
    const { make, other } = scene();
    using semaphore = await make.Semaphore(2);
    expect(semaphore).toBeInstanceOf(SemaphoreProxy);
    expect(typeid(semaphore)).toBe('Semaphore');
    expect([await semaphore.value(), await semaphore.locked()]).toEqual([2, false]);
    expect(await semaphore.acquire()).toBe(true);
    expect(await other.use(semaphore, 'acquire')).toBe(true);
    expect([await semaphore.value(), await semaphore.locked(), await getValue(semaphore)]).toEqual([0, true, 0]);
    expect(await semaphore.acquire({ blocking: false })).toBe(false);
    expect(await semaphore.acquire({ timeout: 0 })).toBe(false);
    expect(await semaphore.acquire({ timeout: 10 })).toBe(false);
    await semaphore.release();
    await other.use(semaphore, 'release');
    expect(await semaphore.value()).toBe(2);
  });

  test('U33 Semaphore release beyond what there was at first makes more, several at a time', async () => {
    const { make } = scene();
    using semaphore = await make.Semaphore();
    await semaphore.release();
    await semaphore.release(3);
    await semaphore.release(1_000_000_000);
    expect(await semaphore.value()).toBe(1_000_000_005);
    for (const count of [0, -1, 1.5, Number.NaN]) await expect(semaphore.release(count)).rejects.toThrow(RangeError);
    await expect(make.Semaphore(-1)).rejects.toThrow(RangeError);
    await expect(semaphore.callMethod('release', ['1'])).rejects.toThrow(TypeError);
  });

  test('U33 Semaphore release lets in who waits, in order; one that starts at 0 is a signal', async () => {
    const { make, other } = scene();
    using semaphore = await make.Semaphore(0);
    const mine = semaphore.acquire();
    await semaphore.value();
    const theirs = await other.begin(semaphore, 'acquire');
    const last = semaphore.acquire();
    await semaphore.release(2);
    expect([await mine, await other.ended(theirs)]).toEqual([true, true]);
    expect(await semaphore.value()).toBe(0);
    await other.use(semaphore, 'release');
    expect(await last).toBe(true);
  });

  test('U33 Semaphore hold holds a permit to the end of the block', async () => {
    const { make } = scene();
    using semaphore = await make.Semaphore(1);
    {
      await using held = await semaphore.hold({ timeout: 60_000 });
      expect(held).toBeDefined();
      expect(await semaphore.value()).toBe(0);
      await expect(semaphore.hold({ blocking: false })).rejects.toMatchObject({ name: 'TimeoutError' });
    }
    expect(await semaphore.value()).toBe(1);
  });

  test('U41 Semaphore an acquire that is given up takes no permit, whenever that happens', async () => {
    const { make } = scene();
    using semaphore = await make.Semaphore(1);
    for (let round = 0; round < 100; round++) {
      const controller = new AbortController();
      using fickle = callOptions(semaphore, { signal: controller.signal });
      const taken = fickle.acquire();
      if (round % 2 === 0) setImmediate(() => controller.abort());
      else setTimeout(() => controller.abort(), round % 3);
      const [outcome] = await Promise.allSettled([taken]);
      if (outcome.status === 'fulfilled') await semaphore.release();
      expect(await semaphore.value()).toBe(1);
    }
  });

  test('U34 Semaphore the permits of a killed client come back, and its place in the line is gone', async () => {
    const { make, client } = scene();
    using semaphore = await make.Semaphore(3);
    const holder = await client();
    for (let permit = 0; permit < 3; permit++) await holder.use(semaphore, 'acquire');
    await holder.begin(semaphore, 'acquire');
    const mine = [semaphore.acquire(), semaphore.acquire(), semaphore.acquire()];
    await terminate(holder);
    expect(await Promise.all(mine)).toEqual([true, true, true]);
    expect(await semaphore.value()).toBe(0);
    await semaphore.release(3);
    expect(await semaphore.value()).toBe(3);
  });

  test('U34 Semaphore what others released for a client does not come back a second time', async () => {
    const { make, client } = scene();
    using semaphore = await make.Semaphore(1);
    const holder = await client();
    await holder.use(semaphore, 'acquire');
    await semaphore.release();
    expect(await semaphore.value()).toBe(1);
    await terminate(holder);
    expect(await semaphore.value()).toBe(1);
  });
});

describeShared('BoundedSemaphore', (scene) => {
  test('U33 BoundedSemaphore release too often is a RangeError, and changes nothing', async () => {
    const { make, other } = scene();
    using semaphore = await make.BoundedSemaphore(2);
    expect(typeid(semaphore)).toBe('BoundedSemaphore');
    await expect(semaphore.release()).rejects.toThrow(RangeError);
    await semaphore.acquire();
    await expect(semaphore.release(2)).rejects.toThrow(/released too often: it began with 2, of which 1 are held/);
    expect(await semaphore.value()).toBe(1);
    await semaphore.release();
    await expect(other.use(semaphore, 'release')).rejects.toThrow(RangeError);
    expect([await semaphore.value(), await semaphore.locked()]).toEqual([2, false]);
  });

  test('U33 BoundedSemaphore acquire waits like any other, and hold holds', async () => {
    const { make, other } = scene();
    using semaphore = await make.BoundedSemaphore(1);
    const held = await semaphore.hold();
    expect(await semaphore.acquire({ timeout: 0 })).toBe(false);
    const theirs = await other.begin(semaphore, 'acquire');
    await held[Symbol.asyncDispose]();
    await held[Symbol.asyncDispose]();
    expect(await other.ended(theirs)).toBe(true);
    await other.use(semaphore, 'release');
    expect(await semaphore.value()).toBe(1);
  });

  test('U34 BoundedSemaphore the permits of a killed client come back, and never too many', async () => {
    const { make, client } = scene();
    using semaphore = await make.BoundedSemaphore(2);
    const holder = await client();
    await holder.use(semaphore, 'acquire');
    await holder.use(semaphore, 'acquire');
    const mine = semaphore.acquire();
    await terminate(holder);
    expect(await mine).toBe(true);
    await semaphore.release();
    await expect(semaphore.release()).rejects.toThrow(RangeError);
    expect(await semaphore.value()).toBe(2);
  });
});
