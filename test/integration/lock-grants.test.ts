import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Sharing } from '#fixtures/sharing.js';
import { callOptions, release, type Remote, SyncManager, terminate, UActorError } from 'uactor';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { scratch } from '../support/leaks.ts';

/** Makes `sharing` compute until `body` has ended, so that all messages sent meanwhile arrive at once. */
async function whileBusy<T>(sharing: Remote<typeof Sharing>, body: () => T): Promise<T> {
  const file = join(scratch, randomUUID());
  const busy = sharing.blockUntil(file);
  try {
    return body();
  } finally {
    // All messages of the body are sent in this turn of the event loop, or in its microtasks.
    await new Promise((resolve) => setImmediate(resolve));
    writeFileSync(file, '');
    await busy;
  }
}

describe.each(['ownRLock', 'ownSemaphore', 'ownBoundedSemaphore'] as const)('%s of a busy actor', (which) => {
  test('U34 U41 a permit granted to an acquire that was given up meanwhile is free again', async () => {
    await using sharing = await Sharing.spawn();
    await using client = await Client.spawn();
    using lock = await sharing[which]();
    const permits = which === 'ownRLock' ? 1 : 2;
    await lock.acquire();
    const patience = new AbortController();
    using hasty = callOptions(lock, { signal: patience.signal });
    const [late, released] = await whileBusy(sharing, () => {
      const acquiring = failure(hasty.acquire());
      const releasing = lock.release();
      patience.abort(new RangeError('too late'));
      return [acquiring, releasing] as const;
    });
    expect(await late).toMatchObject({ message: 'too late' });
    await released;
    for (let permit = 0; permit < permits; permit++) {
      expect(await client.use(lock, 'acquire', { timeout: 15_000 })).toBe(true);
    }
    for (let permit = 0; permit < permits; permit++) await client.use(lock, 'release');
  });
});

describe('a hold', () => {
  test('U33 its fencing number is above those of all earlier holds', async () => {
    await using manager = await SyncManager.start();
    await using client = await Client.spawn();
    using lock = await manager.Lock();
    const numbers: number[] = [];
    for (let round = 0; round < 3; round++) {
      await using held = await lock.hold();
      expect(await lock.fencingNumber()).toBe(held.fencingNumber);
      numbers.push(held.fencingNumber);
    }
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    expect(await failure(lock.fencingNumber())).toMatchObject({ code: 'NOT_HELD' });
    await client.use(lock, 'acquire');
    expect(await client.use(lock, 'fencingNumber')).toBeGreaterThan(numbers[2] ?? 0);
  });

  test('U33 each of several gives back its own permit, in whatever order', async () => {
    await using manager = await SyncManager.start();
    using semaphore = await manager.BoundedSemaphore(3);
    const [one, two] = [await semaphore.hold(), await semaphore.hold()];
    await semaphore.acquire();
    await one[Symbol.asyncDispose]();
    await one[Symbol.asyncDispose]();
    expect(await semaphore.value()).toBe(1);
    await semaphore.release();
    await two[Symbol.asyncDispose]();
    expect(await semaphore.value()).toBe(3);
  });

  test('U34 its signal aborts when the lock is lost with the connection, and not when it is given back', async () => {
    const sharing = await Sharing.spawn();
    using lock = await sharing.ownLock();
    using semaphore = await sharing.ownSemaphore();
    const given = await semaphore.hold();
    const { signal: quiet } = given;
    await given[Symbol.asyncDispose]();
    const held = await lock.hold();
    const { signal } = held;
    expect(signal.aborted).toBe(false);
    await terminate(sharing);
    await eventually(() => expect(signal.aborted).toBe(true));
    expect(signal.reason).toMatchObject({ name: 'ActorDiedError' });
    expect(quiet.aborted).toBe(false);
  });
});

describe('two sessions of one process', () => {
  test('U33 U34 each gives back permits of its own, under whatever numbers, and the rest when it ends', async () => {
    await using sharing = await Sharing.spawn();
    using semaphore = await sharing.ownBoundedSemaphore();
    const other = await Sharing.connect(sharing.connectionAddress ?? '', { ownConnection: true });
    const theirs = await other.ownBoundedSemaphore();
    const mine = await semaphore.hold();
    await theirs.acquire();
    await mine[Symbol.asyncDispose]();
    await mine[Symbol.asyncDispose]();
    expect(await semaphore.value()).toBe(1);
    expect(await theirs.acquire()).toBe(true);
    expect(await semaphore.value()).toBe(0);
    release(theirs);
    release(other);
    // The connection ends when its last proxy is released.
    await eventually(async () => expect(await semaphore.value()).toBe(2));
  });

  test('U34 U41 a permit granted to an acquire that one gave up is free again, and the permit of the other is not', async () => {
    await using sharing = await Sharing.spawn();
    using semaphore = await sharing.ownBoundedSemaphore();
    using other = await Sharing.connect(sharing.connectionAddress ?? '', { ownConnection: true });
    using theirs = await other.ownBoundedSemaphore();
    await theirs.acquire();
    const patience = new AbortController();
    using hasty = callOptions(semaphore, { signal: patience.signal });
    const [late] = await whileBusy(sharing, () => {
      const acquiring = failure(hasty.acquire());
      patience.abort(new RangeError('too late'));
      return [acquiring] as const;
    });
    expect(await late).toMatchObject({ message: 'too late' });
    await eventually(async () => expect(await semaphore.value()).toBe(1));
    await theirs.release();
    expect(await semaphore.value()).toBe(2);
  });

  test('U33 an RLock that one holds is locked for the other', async () => {
    await using sharing = await Sharing.spawn();
    using lock = await sharing.ownRLock();
    using other = await Sharing.connect(sharing.connectionAddress ?? '', { ownConnection: true });
    using theirs = await other.ownRLock();
    await lock.acquire();
    expect(await lock.acquire({ timeout: 0 })).toBe(true);
    expect(await theirs.acquire({ timeout: 0 })).toBe(false);
    expect(await failure(theirs.release())).toMatchObject({ code: 'NOT_HELD' });
    await lock.release();
    await lock.release();
    expect(await theirs.acquire({ timeout: 0 })).toBe(true);
    await theirs.release();
  });

  test('U33 U41 Condition a wait of one that is past its deadline rejects when it holds the lock again', async () => {
    await using sharing = await Sharing.spawn();
    using condition = await sharing.ownCondition();
    using other = await Sharing.connect(sharing.connectionAddress ?? '', { ownConnection: true });
    using theirs = await other.ownCondition();
    await condition.acquire();
    const acquiring = theirs.acquire();
    // Calls of one session start in order, so the acquire is waiting by now.
    expect(await theirs.locked()).toBe(true);
    using hasty = callOptions(condition, { timeout: 5_000 });
    let over = false;
    const waiting = failure(hasty.wait()).finally(() => {
      over = true;
    });
    expect(await acquiring).toBe(true);
    // A call that begins later with the same timeout ends later.
    using event = await sharing.ownEvent();
    using asHasty = callOptions(event, { timeout: 5_000 });
    expect(await failure(asHasty.wait())).toMatchObject({ name: 'TimeoutError' });
    await condition.locked();
    expect(over).toBe(false);
    await theirs.release();
    expect(await waiting).toMatchObject({ name: 'TimeoutError' });
    await condition.release();
    expect(await condition.locked()).toBe(false);
  });
});

describe('a condition of a busy actor', () => {
  test('U33 U41 Condition a wait that is given up while its call is on its way rejects with the lock held again', async () => {
    await using sharing = await Sharing.spawn();
    await using client = await Client.spawn();
    using condition = await sharing.ownCondition();
    await condition.acquire();
    const theirs = await client.begin(condition, 'acquire');
    const patience = new AbortController();
    using hasty = callOptions(condition, { signal: patience.signal });
    let over = false;
    const { waiting } = await whileBusy(sharing, () => {
      const waited = failure(hasty.wait()).finally(() => {
        over = true;
      });
      // An error of this library as the signal's reason does not mean that the wait has ended at the other end.
      patience.abort(new UActorError('long enough'));
      return { waiting: waited };
    });
    expect(await client.ended(theirs)).toBe(true);
    await condition.locked();
    expect(over).toBe(false);
    await client.use(condition, 'release');
    expect(await waiting).toMatchObject({ message: 'long enough' });
    await condition.release();
    expect(await condition.locked()).toBe(false);
  });
});
