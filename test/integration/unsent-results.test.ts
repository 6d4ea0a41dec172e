import {
  actorProcess,
  callOptions,
  LockProxy,
  type QueueProxy,
  release,
  RemoteError,
  SyncManager,
  terminate,
} from 'uactor';
import { Hoarding } from '#fixtures/hoarding.js';
import { Client, Sharing } from '#fixtures/sharing.js';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';

const UNSERIALIZABLE = { code: 'UNSERIALIZABLE', executed: 'yes' };

test('U33 list and dict keep what they cannot send', async () => {
  await using hoarding = await Hoarding.spawn();
  using list = await hoarding.list();
  using dict = await hoarding.dict();
  const values = ['1', 'Symbol(two)', '3'];
  for (const take of [
    () => list.pop(1),
    () => list.pop(-2),
    () => list.splice(1, 1),
    () => list.splice(-2, 2, 'in its place', 'and more'),
    () => list.splice(0),
  ]) {
    expect(await failure(take())).toMatchObject(UNSERIALIZABLE);
    expect(await hoarding.inList()).toEqual(values);
  }
  await list.push(4);
  expect(await failure(list.splice(-5, 2))).toMatchObject(UNSERIALIZABLE);
  expect(await hoarding.inList()).toEqual([...values, '4']);
  expect(await list.pop()).toBe(4);
  expect(await list.pop()).toBe(3);
  expect(await failure(list.pop())).toMatchObject(UNSERIALIZABLE);
  expect(await list.shift()).toBe(1);
  expect(await failure(list.shift())).toMatchObject(UNSERIALIZABLE);
  expect(await hoarding.inList()).toEqual(['Symbol(two)']);

  expect(await failure(dict.popItem())).toMatchObject(UNSERIALIZABLE);
  expect(await failure(dict.pop('two'))).toMatchObject(UNSERIALIZABLE);
  expect(await hoarding.inDict()).toEqual(['one=1', 'two=Symbol(two)']);
  expect(await dict.pop('one')).toBe(1);
});

test('U33 list keeps the proxy of an actor that died', async () => {
  await using manager = await SyncManager.start();
  const dying = await Sharing.spawn();
  const lock = await dying.ownLock();
  using list = await manager.list([lock, 'behind it']);
  using value = await manager.Value(lock);
  release(lock);
  await terminate(dying);
  // Until the manager has noticed the death, the error comes from this process, which cannot reach the actor.
  await eventually(async () => expect(await failure(value.get())).toBeInstanceOf(RemoteError));
  expect(await failure(list.shift())).toMatchObject({ executed: 'yes' });
  expect(await failure(list.pop(0))).toMatchObject({ executed: 'yes' });
  expect(await list.length).toBe(2);
  expect(await list.pop()).toBe('behind it');
});

test('U33 Queue drops an item that cannot be sent, and its taker hears of it', async () => {
  await using hoarding = await Hoarding.spawn();
  await using client = await Client.spawn();
  using queue = await hoarding.queue();
  await hoarding.putSymbol();
  await queue.put('behind it');
  expect(await failure(client.use(queue, 'get'))).toMatchObject({ code: 'UNSERIALIZABLE' });
  expect(await client.use(queue, 'get')).toBe('behind it');
  const waiting = queue.get();
  await hoarding.putSymbol();
  expect(await failure(waiting)).toMatchObject(UNSERIALIZABLE);
  await hoarding.putSymbol();
  await queue.close();
  expect(await failure(queue.get())).toMatchObject(UNSERIALIZABLE);
  expect(await failure(queue.get())).toMatchObject({ code: 'QUEUE_CLOSED' });
  // `join` does not wait for dropped items.
  await queue.taskDone();
  await queue.join();
});

test('U33 JoinableQueue an item that is dropped after it was reported as finished is not counted again', async () => {
  await using hoarding = await Hoarding.spawn();
  using queue = await hoarding.queue();
  await hoarding.putSymbol();
  await queue.taskDone();
  expect(await failure(queue.get())).toMatchObject(UNSERIALIZABLE);
  expect(await failure(queue.taskDone())).toBeInstanceOf(RangeError);
  await queue.put('another');
  expect(await queue.get()).toBe('another');
  await queue.taskDone();
  await queue.join();
});

/** Resolves to the items of a queue, taken by a client that continues after an error. */
async function takeAll(queue: QueueProxy): Promise<unknown[]> {
  const taken: unknown[] = [];
  await eventually(async () => {
    const item = await queue.getNowait().catch((error: unknown) => error);
    if (!(item instanceof Error)) taken.push(item);
    expect(item).toMatchObject({ code: 'QUEUE_EMPTY' });
  });
  return taken;
}

test('U33 Queue goes on behind the proxies of a producer that died', async () => {
  await using manager = await SyncManager.start();
  using queue = await manager.Queue();
  const producer = await Sharing.spawn();
  const lock = await producer.ownLock();
  await queue.put('first');
  await queue.put(lock);
  await queue.put({ nested: [lock] });
  await queue.put('last');
  release(lock);
  await terminate(producer);
  expect(await takeAll(queue)).toEqual(['first', 'last']);
  expect(await queue.qsize()).toBe(0);
});

test('U33 Queue goes on behind a proxy that its taker cannot reach, and keeps it', async () => {
  await using manager = await SyncManager.start();
  using queue = await manager.Queue();
  const producer = await Sharing.spawn();
  const lock = await producer.ownLock();
  await queue.put(lock);
  await queue.put('behind it');
  release(lock);
  const { pid } = await actorProcess(producer);
  process.kill(pid, 'SIGSTOP');
  try {
    await eventually(async () => expect(await callOptions(queue, { timeout: 500 }).get()).toBe('behind it'));
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const item = await queue.get();
  expect(item).toBeInstanceOf(LockProxy);
  if (item instanceof LockProxy) release(item);
  await producer.shutdown();
});
