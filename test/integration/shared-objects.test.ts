/** Each kind of shared object with each serializer, created by a manager and handed out by an actor. Other files test the semantics. */
import { Containers } from '#fixtures/containers.js';
import { Client, Sharing } from '#fixtures/sharing.js';
import type * as tasks from '#fixtures/tasks.js';
import {
  type ArrayProxy,
  BrokenBarrierError,
  type DictProxy,
  type ListProxy,
  type NamespaceProxy,
  QueueEmptyError,
  QueueFullError,
  type Remote,
  release,
  stats,
  SyncManager,
  type ValueProxy,
} from 'uactor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { NOTHING } from '../support/nothing.ts';
import { SERIALIZERS } from '../support/serializers.ts';
import type { Maker } from '../support/shared-objects.ts';

/** Values of which each serializer encodes some in its own way. */
const VALUE = {
  text: 'ünï',
  when: new Date(7),
  big: 2n ** 70n,
  map: new Map([['k', [undefined, -0]]]),
  bytes: new Uint8Array([1]),
};

describe.each(SERIALIZERS)('over %s', (serializer) => {
  let manager: SyncManager;
  let sharing: Remote<typeof Sharing>;
  let containers: Remote<typeof Containers>;
  let other: Remote<typeof Client>;

  beforeAll(async () => {
    [manager, sharing, containers, other] = await Promise.all([
      SyncManager.start({ serializer }),
      Sharing.with({ serializer }).spawn(),
      Containers.with({ serializer }).spawn(),
      Client.with({ serializer }).spawn(),
    ]);
  });
  afterAll(async () => {
    await Promise.all([manager, sharing, containers, other].map((actor) => actor.shutdown()));
    await eventually(() => expect(stats()).toEqual(NOTHING));
  });

  describe.each(['made by a manager', 'handed out by an actor'])('%s', (maker) => {
    const make = (): Maker => (maker === 'made by a manager' ? manager : sharing);

    test('U33 Queue and JoinableQueue carry any value between processes, and their errors arrive as they are', async () => {
      using queue = await make().Queue(1);
      await queue.put(VALUE);
      expect(await failure(queue.putNowait('more'))).toBeInstanceOf(QueueFullError);
      expect(await other.use(queue, 'get')).toEqual(VALUE);
      expect(await failure(queue.getNowait())).toBeInstanceOf(QueueEmptyError);
      const index = await other.begin(queue, 'get');
      await queue.put(VALUE);
      expect(await other.ended(index)).toEqual(VALUE);
      using joinable = await make().JoinableQueue();
      await joinable.put(VALUE);
      expect(await joinable.get({ timeout: 0 })).toEqual(VALUE);
      await joinable.taskDone();
      await joinable.join();
    });

    test('U33 Lock, RLock, Semaphore and BoundedSemaphore keep another process waiting', async () => {
      const m = make();
      for (const lock of await Promise.all([m.Lock(), m.RLock(), m.Semaphore(1), m.BoundedSemaphore(1)])) {
        expect(await lock.acquire({ timeout: 10 })).toBe(true);
        expect(await other.use(lock, 'acquire', { blocking: false })).toBe(false);
        const index = await other.begin(lock, 'acquire');
        await lock.release();
        expect(await other.ended(index)).toBe(true);
        await other.use(lock, 'release');
        await (await lock.hold())[Symbol.asyncDispose]();
        release(lock);
      }
    });

    test('U33 Event, Condition and Barrier wake another process', async () => {
      using event = await make().Event();
      const waiting = await other.begin(event, 'wait');
      await event.set();
      expect([await other.ended(waiting), await event.isSet()]).toEqual([true, true]);
      using condition = await make().Condition();
      await other.use(condition, 'acquire');
      const told = await other.begin(condition, 'wait');
      expect(await condition.acquire()).toBe(true);
      await condition.notify();
      await condition.release();
      expect(await other.ended(told)).toBe(true);
      using barrier = await make().Barrier(2);
      const place = await other.begin(barrier, 'wait');
      expect(new Set([await barrier.wait(), await other.ended(place)])).toEqual(new Set([0, 1]));
      await barrier.abort();
      expect(await failure(barrier.wait())).toBeInstanceOf(BrokenBarrierError);
    });

    test('U33 dict, list, Array, Value and Namespace hold any value, and are read by another process', async () => {
      const made = maker === 'made by a manager' ? await ofManager(manager) : await ofActor(containers);
      await made.dict.set('key', VALUE);
      expect(await other.use(made.dict, 'get', 'key')).toEqual(VALUE);
      expect(await made.dict.pop('none', VALUE)).toEqual(VALUE);
      const entries: unknown[] = [];
      for await (const entry of made.dict) entries.push(entry);
      expect(entries).toEqual([['key', VALUE]]);
      expect(await made.list.push(VALUE)).toBe(2);
      expect(await other.use(made.list, 'at', -1)).toEqual(VALUE);
      expect(await failure(made.list.get(7))).toBeInstanceOf(RangeError);
      expect(await other.use(made.array, 'slice')).toEqual(new Float32Array([1, 2]));
      expect(await failure(made.array.set(5, 1))).toBeInstanceOf(RangeError);
      await made.box.set(VALUE);
      expect(await other.use(made.box, 'get')).toEqual(VALUE);
      await made.bag.set('attribute', VALUE);
      expect(await other.use(made.bag, 'get', 'attribute')).toEqual(VALUE);
      for (const each of Object.values(made)) release(each);
    });
  });

  test('U33 Pool runs tasks on any value, and their errors arrive as they are', async () => {
    using pool = await manager.Pool<typeof tasks>({ module: import.meta.resolve('#fixtures/tasks.js'), processes: 1 });
    expect(await pool.apply('add', [20, 22])).toBe(42);
    expect(await pool.map('square', [1, 2, 3])).toEqual([1, 4, 9]);
    using squared = await pool.applyAsync('square', [3]);
    expect(await squared.get()).toBe(9);
    const echoed = await pool.apply('giveBack', [VALUE]);
    expect(echoed).toEqual(VALUE);
    expect(await failure(pool.apply('fail', ['no']))).toMatchObject({
      name: 'RangeError',
      message: 'no',
      detail: { value: 1 },
    });
    const squares: number[] = [];
    for await (const square of await pool.imap('square', [1, 2])) squares.push(square);
    expect(squares).toEqual([1, 4]);
  });
});

interface Made {
  readonly dict: DictProxy<string>;
  readonly list: ListProxy;
  readonly array: ArrayProxy<Float32Array>;
  readonly box: ValueProxy;
  readonly bag: NamespaceProxy;
}

async function ofManager(manager: SyncManager): Promise<Made> {
  return {
    dict: await manager.dict<string>([]),
    list: await manager.list([1]),
    array: await manager.Array(new Float32Array([1, 2])),
    box: await manager.Value<unknown>(0),
    bag: await manager.Namespace({}),
  };
}

async function ofActor(containers: Remote<typeof Containers>): Promise<Made> {
  return {
    dict: await containers.object([]),
    list: await containers.list([1]),
    array: await containers.callMethod<ArrayProxy<Float32Array>>('array', [new Float32Array([1, 2])]),
    box: await containers.box(0),
    bag: await containers.bag({}),
  };
}
