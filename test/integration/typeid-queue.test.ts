import { Sharing } from '#fixtures/sharing.js';
import { callOptions, getValue, QueueEmptyError, QueueFullError, QueueProxy, release, terminate, typeid } from 'uactor';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { describeShared } from '../support/shared-objects.ts';

describeShared('Queue', (scene) => {
  test('U33 Queue put and get: first in, first out, whatever the items are', async () => {
    const { make } = scene();
    using queue = await make.Queue();
    expect(queue).toBeInstanceOf(QueueProxy);
    expect(typeid(queue)).toBe('Queue');
    const items = [1, 'two', undefined, null, { three: [3] }, new Map([[4, 5n]]), Number.NaN];
    for (const item of items) await queue.put(item);
    expect(await getValue(queue)).toEqual(items);
    const taken: unknown[] = [];
    for (const _ of items) taken.push(await queue.get());
    expect(taken).toEqual(items);
  });

  test('U33 Queue qsize, empty, full count what is in it', async () => {
    const { make } = scene();
    using queue = await make.Queue(2);
    expect([await queue.qsize(), await queue.empty(), await queue.full()]).toEqual([0, true, false]);
    await queue.put(1);
    expect([await queue.qsize(), await queue.empty(), await queue.full()]).toEqual([1, false, false]);
    await queue.put(2);
    expect([await queue.qsize(), await queue.empty(), await queue.full()]).toEqual([2, false, true]);
    await queue.get();
    expect([await queue.qsize(), await queue.empty(), await queue.full()]).toEqual([1, false, false]);
  });

  test('U33 Queue put into a full one: without waiting, and when the time is over, a QueueFullError', async () => {
    const { make } = scene();
    using queue = await make.Queue(1);
    await queue.put('first');
    for (const put of [
      () => queue.put('no', { block: false }),
      () => queue.put('no', { timeout: 0 }),
      () => queue.put('no', { timeout: -1 }),
      () => queue.put('no', { block: false, timeout: 60_000 }),
      () => queue.put('no', { timeout: 10 }),
      () => queue.putNowait('no'),
    ]) {
      const error = await failure(put());
      expect(error).toBeInstanceOf(QueueFullError);
      expect(error).toMatchObject({ code: 'QUEUE_FULL', executed: 'yes' });
    }
    expect(await getValue(queue)).toEqual(['first']);
  });

  test('U33 Queue put waits for room, and those who wait come in in order', async () => {
    const { make, other } = scene();
    using queue = await make.Queue(1);
    await queue.put(0);
    const puts = [queue.put(1), queue.put(2)];
    const third = await other.begin(queue, 'put', 3);
    expect(await queue.qsize()).toBe(1);
    const taken = [await queue.get(), await queue.get(), await queue.get(), await queue.get()];
    await Promise.all([...puts, other.ended(third)]);
    expect(taken).toEqual([0, 1, 2, 3]);
  });

  test('U33 Queue get and getNowait from an empty one: when nothing comes in time, a QueueEmptyError', async () => {
    const { make } = scene();
    using queue = await make.Queue();
    for (const get of [
      () => queue.get({ block: false }),
      () => queue.get({ timeout: 0 }),
      () => queue.get({ timeout: -1 }),
      () => queue.get({ block: false, timeout: 60_000 }),
      () => queue.get({ timeout: 10 }),
      () => queue.getNowait(),
    ]) {
      const error = await failure(get());
      expect(error).toBeInstanceOf(QueueEmptyError);
      expect(error).toMatchObject({ code: 'QUEUE_EMPTY', executed: 'yes' });
    }
    await queue.putNowait('now');
    expect(await queue.getNowait()).toBe('now');
  });

  test('U33 Queue get waits, and those who wait are served in order', async () => {
    const { make, other } = scene();
    using queue = await make.Queue();
    const mine = [queue.get(), queue.get()];
    await queue.qsize();
    const third = await other.begin(queue, 'get');
    for (const item of ['a', 'b', 'c']) await queue.put(item);
    expect(await Promise.all([...mine, other.ended(third)])).toEqual(['a', 'b', 'c']);
    expect(await queue.qsize()).toBe(0);
  });

  test('U33 Queue options that are none are a TypeError, and nothing happens', async () => {
    const { make } = scene();
    using queue = await make.Queue();
    for (const options of [
      { timeout: Number.NaN },
      { timeout: '1' },
      { block: 'no' },
      { blocking: false },
      true,
      null,
    ]) {
      await expect(queue.callMethod('put', [1, options])).rejects.toThrow(TypeError);
      await expect(queue.callMethod('get', [options])).rejects.toThrow(TypeError);
    }
    expect(await queue.qsize()).toBe(0);
    await expect(queue.callMethod('get', [{ blocking: false }])).rejects.toMatchObject({
      code: 'MISUSE',
      message: expect.stringContaining("there is no option 'blocking', only block, timeout"),
    });
    await expect(make.Queue(-1)).rejects.toMatchObject({ name: 'RangeError', code: 'MISUSE' });
    await expect(make.Queue(1.5)).rejects.toThrow(RangeError);
  });

  test('U33 Queue iteration takes item after item until the queue is closed and empty', async () => {
    const { make, other } = scene();
    using queue = await make.Queue();
    const feeding = (async () => {
      for (let item = 0; item < 20; item++) await other.use(queue, 'put', item);
      await other.use(queue, 'close');
    })();
    const taken: unknown[] = [];
    for await (const item of queue) taken.push(item);
    await feeding;
    expect(taken).toEqual(Array.from({ length: 20 }, (_, item) => item));
  });

  test('U33 Queue iteration that is left takes nothing more', async () => {
    const { make } = scene();
    using queue = await make.Queue();
    for (const item of [1, 2, 3]) await queue.put(item);
    for await (const item of queue) if (item === 2) break;
    expect(await getValue(queue)).toEqual([3]);
  });

  test('U33 Queue close lets nothing in, and what is in it out', async () => {
    const { make } = scene();
    using queue = await make.Queue(1);
    await queue.put('last');
    const waiting = failure(queue.put('too late'));
    await queue.qsize();
    await queue.close();
    await queue.close();
    expect(await waiting).toMatchObject({ name: 'QueueFullError', code: 'QUEUE_CLOSED' });
    await expect(queue.put('no')).rejects.toMatchObject({ name: 'QueueFullError', code: 'QUEUE_CLOSED' });
    expect(await queue.get()).toBe('last');
    const closed = await failure(queue.get());
    expect(closed).toBeInstanceOf(QueueEmptyError);
    expect(closed).toMatchObject({ code: 'QUEUE_CLOSED' });
  });

  test('U33 Queue a proxy is an item like any other', async () => {
    const { make } = scene();
    using queue = await make.Queue();
    using event = await make.Event();
    await queue.put(event);
    const taken = await queue.get();
    expect(typeid(taken)).toBe('Event');
    release(taken);
  });

  test('U33 Queue a thousand items between two processes arrive once each, in order', async () => {
    const { make, other } = scene();
    using queue = await make.Queue(10);
    const puts: Promise<unknown>[] = [];
    for (let item = 0; item < 1000; item++) puts.push(queue.put(item));
    const first = await other.use(queue, 'get');
    const rest = await Promise.all(Array.from({ length: 999 }, () => queue.get()));
    await Promise.all(puts);
    expect([first, ...rest]).toEqual(Array.from({ length: 1000 }, (_, item) => item));
  });

  test('U35 Queue a waiting get holds up nobody', async () => {
    const { make, other } = scene();
    using queue = await make.Queue();
    const waiting = queue.get();
    expect(await other.use(queue, 'qsize')).toBe(0);
    expect(await queue.empty()).toBe(true);
    await other.use(queue, 'put', 1);
    expect(await waiting).toBe(1);
  });

  test('U34 Queue a get that is given up takes nothing, whenever that happens', async () => {
    const { make } = scene();
    using queue = await make.Queue();
    {
      using hasty = callOptions(queue, { timeout: 5 });
      await expect(hasty.get()).rejects.toMatchObject({ name: 'TimeoutError' });
    }
    const items = Array.from({ length: 200 }, (_, item) => item);
    const feeding = (async () => {
      for (const item of items) await queue.put(item);
    })();
    const taken: unknown[] = [];
    for (let round = 0; taken.length < items.length; round++) {
      const controller = new AbortController();
      using fickle = callOptions(queue, { signal: controller.signal });
      const get = fickle.get();
      if (round % 3 > 0) setImmediate(() => controller.abort());
      else setTimeout(() => controller.abort(), round % 4);
      const [outcome] = await Promise.allSettled([get]);
      if (outcome.status === 'fulfilled') taken.push(outcome.value);
    }
    await feeding;
    expect(taken).toEqual(items);
    expect(await queue.qsize()).toBe(0);
  });

  test('U34 Queue what was put without a wait is not put by a caller who gave up', async () => {
    const { make } = scene();
    using queue = await make.Queue(1);
    await queue.put('in');
    using hasty = callOptions(queue, { timeout: 5 });
    await expect(hasty.put('given up')).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(await queue.get()).toBe('in');
    expect(await queue.qsize()).toBe(0);
  });

  test('U34 Queue a released proxy still acknowledges what it was waiting for', async () => {
    const { make, other } = scene();
    using queue = await make.Queue();
    using another = callOptions(queue, {});
    const get = another.get();
    release(another);
    await queue.put('item');
    expect(await get).toBe('item');
    await queue.close();
    await expect(other.use(queue, 'get')).rejects.toMatchObject({ code: 'QUEUE_CLOSED' });
  });

  test('U34 Queue what a killed client was waiting for goes to the next', async () => {
    const { make, client } = scene();
    using queue = await make.Queue();
    const waiter = await client();
    await waiter.begin(queue, 'get');
    await waiter.begin(queue, 'get');
    await terminate(waiter);
    for (const item of [1, 2, 3]) await queue.put(item);
    // Until the queue learns of the end, it may still send items there; these return to the queue.
    expect(new Set([await queue.get(), await queue.get(), await queue.get()])).toEqual(new Set([1, 2, 3]));
  });

  test('U34 Queue what a killed client took and did not receive goes back to the front, in order', async () => {
    const { make, client } = scene();
    using queue = await make.Queue();
    for (let item = 0; item < 10; item++) await queue.put(item);
    const taker = await client();
    const frozen = failure(taker.takeAndFreeze(queue, 2, 4));
    await eventually(async () => expect(await queue.qsize()).toBe(4));
    await terminate(taker);
    expect(await frozen).toMatchObject({ name: 'ActorDiedError' });
    await eventually(async () => expect(await queue.qsize()).toBe(8));
    const taken: unknown[] = [];
    for (let item = 2; item < 10; item++) taken.push(await queue.get());
    expect(taken).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await queue.qsize()).toBe(0);
  });

  test('U34 Queue a closed queue is not over while an item may still come back', async () => {
    const { make, client } = scene();
    using queue = await make.Queue();
    await queue.put('only');
    const taker = await client();
    const frozen = failure(taker.takeAndFreeze(queue, 0, 1));
    await eventually(async () => expect(await queue.qsize()).toBe(0));
    await queue.close();
    const get = queue.get();
    await expect(queue.getNowait()).rejects.toMatchObject({ code: 'QUEUE_EMPTY' });
    await terminate(taker);
    expect(await frozen).toMatchObject({ name: 'ActorDiedError' });
    expect(await get).toBe('only');
    await expect(queue.get()).rejects.toMatchObject({ code: 'QUEUE_CLOSED' });
  });
});

describe('a queue that an actor uses itself', () => {
  test('U21 Queue the actor puts in and takes out like any client', async () => {
    await using sharing = await Sharing.spawn();
    const queue = await sharing.ownQueue();
    await sharing.putForItself('from the actor');
    expect(await queue.get()).toBe('from the actor');
    const taking = sharing.takeForItself();
    await queue.put('from here');
    expect(await taking).toBe('from here');
    const taken = sharing.takeThroughProxy();
    await queue.put('through a proxy');
    expect(await taken).toBe('through a proxy');
    const all = sharing.takeAllForItself();
    await queue.put('one');
    await queue.put('two');
    await queue.close();
    expect(await all).toEqual(['one', 'two']);
    release(queue);
  });
});
