import { getValue, JoinableQueueProxy, terminate, typeid } from 'uactor';
import { expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import { describeShared } from '../support/shared-objects.ts';

describeShared('JoinableQueue', (scene) => {
  test('U33 JoinableQueue join waits until every item is reported as done', async () => {
    const { make, other } = scene();
    using queue = await make.JoinableQueue();
    expect(queue).toBeInstanceOf(JoinableQueueProxy);
    expect(typeid(queue)).toBe('JoinableQueue');
    await queue.join();
    for (const item of [1, 2, 3]) await queue.put(item);
    let joined = false;
    const joining = (async () => {
      await queue.join();
      joined = true;
    })();
    const others = await other.begin(queue, 'join');
    for (let item = 0; item < 3; item++) {
      expect(joined).toBe(false);
      await queue.get();
      await queue.qsize();
      expect(joined).toBe(false);
      await queue.taskDone();
    }
    await joining;
    await other.ended(others);
    await queue.join();
  });

  test('U33 JoinableQueue taskDone more often than items were put in is a RangeError', async () => {
    const { make } = scene();
    using queue = await make.JoinableQueue();
    await expect(queue.taskDone()).rejects.toThrow(RangeError);
    await queue.put(1);
    await queue.taskDone();
    await expect(queue.taskDone()).rejects.toThrow(/once for each item/);
  });

  test('U33 JoinableQueue put and get, with and without waiting, are those of a queue', async () => {
    const { make } = scene();
    using queue = await make.JoinableQueue(2);
    await queue.putNowait('a');
    await queue.put('b');
    expect([await queue.qsize(), await queue.full(), await queue.empty()]).toEqual([2, true, false]);
    await expect(queue.putNowait('c')).rejects.toMatchObject({ name: 'QueueFullError' });
    expect(await getValue(queue)).toEqual(['a', 'b']);
    await queue.close();
    const taken: unknown[] = [];
    for await (const item of queue) taken.push(item);
    expect(taken).toEqual(['a', 'b']);
    await expect(queue.getNowait()).rejects.toMatchObject({ name: 'QueueEmptyError' });
  });

  test('U33 JoinableQueue an item that waited for room counts once it is in', async () => {
    const { make } = scene();
    using queue = await make.JoinableQueue(1);
    await queue.put(1);
    const second = queue.put(2);
    await queue.get();
    await second;
    await queue.taskDone();
    const joining = queue.join();
    await queue.get();
    await queue.taskDone();
    await joining;
  });

  test('U34 JoinableQueue an item that a killed client was to get is still to be done', async () => {
    const { make, client } = scene();
    using queue = await make.JoinableQueue();
    await queue.put('task');
    const taker = await client();
    const frozen = failure(taker.takeAndFreeze(queue, 0, 1));
    const joining = queue.join();
    const get = queue.get();
    await terminate(taker);
    await frozen;
    expect(await get).toBe('task');
    await queue.taskDone();
    await joining;
  });
});
