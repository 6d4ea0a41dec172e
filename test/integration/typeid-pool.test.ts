import { scratch } from '../support/leaks.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  AsyncResultProxy,
  getValue,
  IteratorProxy,
  Pool,
  QueueProxy,
  release,
  type Remote,
  SyncManager,
  terminate,
  typeid,
  WorkerDiedError,
} from 'uactor';
import type * as tasks from '#fixtures/tasks.js';
import type * as classTasks from '#fixtures/class-tasks.js';
import { Classy, Length } from '#fixtures/class-tasks.js';
import { Pooling } from '#fixtures/pooling.js';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { hasEnded, isAlive } from '../support/leaks.ts';
import { SEMANTICS } from '../support/serializers.ts';

type Tasks = typeof tasks;
type ClassTasks = typeof classTasks;

const module = import.meta.resolve('#fixtures/tasks.js');

async function collect<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

function* breaking(): Generator<number> {
  yield 1;
  yield 2;
  throw new RangeError('no more items');
}

function* countTo(end: number): Generator<number> {
  for (let value = 1; value <= end; value++) yield value;
}

describe.each(SEMANTICS)('Pool over %s', (serializer) => {
  const start = async (): Promise<SyncManager> => await SyncManager.start({ serializer });

  test('U33 Pool apply runs an exported function in a process of its own', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 1 });
    expect(typeid(pool)).toBe('Pool');
    expect(await pool.apply('square', [7])).toBe(49);
    expect(await pool.apply('add', [1, 2])).toBe(3);
    const pid = await pool.apply('workerPid', []);
    expect(pid).not.toBe(process.pid);
    expect(await pool.apply('workerPid', [])).toBe(pid);
    expect(await getValue(pool)).toEqual({ processes: 1, open: true, workers: 1, running: 0, waiting: 0 });
  });

  test('U33 Pool initializer is run once by each process, before its first task', async () => {
    await using manager = await start();
    using started = await manager.Queue<number>();
    using pool = await manager.Pool<Tasks>({
      module,
      processes: 2,
      initializer: 'prepare',
      initArgs: ['hello', started],
    });
    expect(await pool.map('prefixed', ['one', 'two', 'three'], { chunkSize: 1 })).toEqual([
      'hello one',
      'hello two',
      'hello three',
    ]);
    const first = await started.get();
    expect(await failure(pool.apply('die', [7]))).toBeInstanceOf(WorkerDiedError);
    // The initializer also runs in the replacing process.
    expect(await pool.map('prefixed', ['four', 'five', 'six', 'seven'], { chunkSize: 1 })).toHaveLength(4);
    const more = await started.get();
    expect(more).not.toBe(first);
    expect(await pool.apply('prefixed', ['eight'])).toBe('hello eight');
  });

  test('U33 Pool initializer that fails, or is none, rejects the tasks', async () => {
    await using manager = await start();
    using bad = await manager.Pool<Tasks>({ module, processes: 1, initializer: 'prepare', initArgs: ['bad'] });
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(await failure(bad.apply('square', [1]))).toMatchObject({ message: 'it cannot be prepared' });
    }
    using absent = await manager.Pool<Tasks>({ module, processes: 1, initializer: 'nonesuch' });
    expect(await failure(absent.apply('square', [1]))).toMatchObject({
      message: expect.stringMatching(/exports no function 'nonesuch'/),
    });
    const misspelt = { module, proceses: 1 };
    expect(await failure(manager.Pool(misspelt))).toMatchObject({ code: 'MISUSE' });
    expect(await failure(manager.Pool({ module, initArgs: [1] }))).toMatchObject({
      message: expect.stringMatching(/pass its name/),
    });
  });

  test('U33 U46 Pool values arrive as they do in actors', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 1 });
    const values = [
      undefined,
      null,
      -0,
      10n,
      new Date(5),
      new Map([[1, new Set(['x'])]]),
      new URL('http://a/'),
      Buffer.from('b'),
    ];
    expect(await pool.apply('echo', values)).toEqual(values);
    const cyclic: { self?: object } = {};
    cyclic.self = cyclic;
    const [back] = await pool.apply('echo', [cyclic]);
    expect(back).toEqual(cyclic);
  });

  test('U33 Pool apply rejects with the error of the task', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 1 });
    const error = await failure(pool.apply('fail', ['no']));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'no', code: 'E_TASK', detail: { value: 1 } });
    expect(error).toHaveProperty('stack', expect.stringContaining('tasks.js'));
    expect(await pool.apply('square', [2])).toBe(4);
  });

  test('U33 Pool finds nothing but the exported functions of its module', async () => {
    await using manager = await start();
    using pool = await manager.Pool({ module, processes: 1 });
    const names = [
      'hidden',
      'notAFunction',
      'toString',
      '__proto__',
      'constructor',
      'methods',
      'run',
      'existsSync',
      'default',
    ];
    for (const name of names) {
      expect(await failure(pool.apply(name, ['() => 1'])), name).toMatchObject({
        name: 'TypeError',
        message: expect.stringMatching(/exports no function '.*', so a pool cannot run it; it exports .*square/),
      });
    }
    expect(await failure(pool.callMethod('apply', [1]))).toBeInstanceOf(TypeError);
    expect(await failure(pool.callMethod('apply', ['square', 1]))).toBeInstanceOf(TypeError);
  });

  test('U33 Pool applyAsync answers at once with the result that is to come', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 1 });
    const file = join(scratch, `async-${serializer}`);
    using result = await pool.applyAsync('waitForFile', [file]);
    expect(result).toBeInstanceOf(AsyncResultProxy);
    expect(await result.ready()).toBe(false);
    expect(await failure(result.get(10))).toMatchObject({ name: 'TimeoutError' });
    writeFileSync(file, '');
    expect(await result.get()).toBe(await pool.apply('workerPid', []));
    using failed = await pool.applyAsync('fail', ['later']);
    expect(await failure(failed.get())).toMatchObject({ message: 'later' });
    expect(await failed.successful()).toBe(false);
  });

  test('U33 Pool map and starmap give the results in order, for every chunk size', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 2 });
    const items = Array.from({ length: 25 }, (_, index) => index);
    const squares = items.map((item) => item * item);
    for (const chunkSize of [undefined, 1, 7, 100]) {
      expect(await pool.map('square', items, { chunkSize })).toEqual(squares);
    }
    expect(await pool.map('square', [])).toEqual([]);
    expect(await pool.map('square', new Set([3, 4]))).toEqual([9, 16]);
    expect(await pool.map('square', countTo(3))).toEqual([1, 4, 9]);
    expect(await pool.map('echo', [[1], [2]])).toEqual([[[1]], [[2]]]);
    expect(
      await pool.starmap('add', [
        [1, 2],
        [3, 4],
      ]),
    ).toEqual([3, 7]);
    using mapped = await pool.mapAsync('square', items);
    using starred = await pool.starmapAsync('add', [[5, 6]]);
    expect(await mapped.get()).toEqual(squares);
    expect(await starred.get()).toEqual([11]);
  });

  test('U33 Pool map rejects with the first error, and the pool goes on', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 2 });
    for (const chunkSize of [1, 2, 10]) {
      expect(await failure(pool.map('failOnThree', [1, 2, 3, 4], { chunkSize }))).toMatchObject({ message: 'not 3' });
    }
    using result = await pool.mapAsync('failOnThree', [3]);
    expect(await failure(result.get())).toMatchObject({ message: 'not 3' });
    expect(await pool.map('failOnThree', [1, 2])).toEqual([1, 2]);
  });

  test('U33 Pool chunk sizes that are none, and items that are none, are refused', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 1 });
    for (const chunkSize of [0, -1, 1.5]) {
      expect(await failure(pool.map('square', [1], { chunkSize }))).toBeInstanceOf(RangeError);
      expect(await failure(pool.imap('square', [1], { chunkSize }))).toBeInstanceOf(RangeError);
    }
    for (const member of ['map', 'imap']) {
      const misspelt = await failure(pool.callMethod(member, ['square', [1], { chunksize: 5 }]));
      expect(misspelt).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
    }
    expect(await failure(pool.callMethod('map', ['square', 5]))).toBeInstanceOf(TypeError);
    expect(await failure(pool.callMethod('starmap', ['square', [5]]))).toBeInstanceOf(TypeError);
    expect(await failure(pool.callMethod('map', ['square', [5], { onProgress: 1 }]))).toBeInstanceOf(TypeError);
  });

  test('U33 Pool imap gives the results in order, over an iterable without end too', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 2 });
    const results = await pool.imap('square', countTo(30), { chunkSize: 4 });
    expect(results).toBeInstanceOf(IteratorProxy);
    expect(await collect(results)).toEqual([...countTo(30)].map((value) => value * value));
    expect(await collect(await pool.imap('square', []))).toEqual([]);
    let closed = false;
    const endless = (function* () {
      try {
        for (let value = 0; ; value++) yield value;
      } finally {
        closed = true;
      }
    })();
    const first: number[] = [];
    for await (const square of await pool.imap('square', endless)) {
      if (first.push(square) === 5) break;
    }
    expect(first).toEqual([0, 1, 4, 9, 16]);
    await eventually(() => expect(closed).toBe(true));
  });

  test('U33 Pool imapUnordered gives each result as soon as it is there', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 2 });
    expect(new Set(await collect(await pool.imapUnordered('square', countTo(20), { chunkSize: 3 })))).toEqual(
      new Set([...countTo(20)].map((value) => value * value)),
    );
    const [late, early] = ['late', 'early'].map((name) => join(scratch, `${name}-${serializer}`));
    writeFileSync(early ?? '', '');
    using results = await pool.imapUnordered('waitForFile', [late ?? '', early ?? '']);
    const { value: first } = await results.next();
    writeFileSync(late ?? '', '');
    const { value: second } = await results.next();
    expect(second).not.toBe(first);
    expect((await results.next()).done).toBe(true);
  });

  test('U33 Pool imap ends with the error of a task, in its place', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 2 });
    for (const chunkSize of [1, 2, 5]) {
      using results = await pool.imap('failOnThree', countTo(5), { chunkSize });
      expect((await results.next()).value).toBe(1);
      expect((await results.next()).value).toBe(2);
      expect(await failure(results.next())).toMatchObject({ message: 'not 3' });
    }
  });

  test('U33 Pool an iterable that throws midway fails the map, and ends an imap after its results', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 2 });
    expect(await failure(pool.map('square', breaking()))).toMatchObject({
      name: 'RangeError',
      message: 'no more items',
    });
    using result = await pool.starmapAsync(
      'add',
      (function* (): Generator<[number, number]> {
        yield [1, 2];
        throw new RangeError('no more lists');
      })(),
    );
    expect(await failure(result.get())).toMatchObject({ message: 'no more lists' });
    for (const method of ['imap', 'imapUnordered'] as const) {
      const seen: number[] = [];
      const reading = (async () => {
        for await (const value of await pool[method]('square', breaking())) seen.push(value);
      })();
      expect(await failure(reading)).toMatchObject({ message: 'no more items' });
      expect(new Set(seen)).toEqual(new Set([1, 4]));
    }
  });

  test('U33 Pool a result or an argument that cannot be sent rejects its task, with the path to it', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 1 });
    expect(await failure(pool.apply('unserializable', []))).toMatchObject({
      name: 'SerializerError',
      path: '$.list[1]',
    });
    expect(await failure(pool.apply('echo', [{ callback: Symbol('not to be sent') }]))).toMatchObject({
      name: 'SerializerError',
      path: '$[1][0].callback',
    });
    expect(await pool.apply('square', [2])).toBe(4);
  });

  test('U33 Pool tasks report how far they are', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 2 });
    const steps: unknown[] = [];
    expect(await pool.apply('reportSteps', [3], { onProgress: (value) => steps.push(value) })).toBe('done');
    await eventually(() => expect(steps).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }]));
    const byIndex = new Map<number, number>();
    const onProgress = (_value: unknown, index: number): void => {
      byIndex.set(index, (byIndex.get(index) ?? 0) + 1);
    };
    await pool.map('reportSteps', [1, 2, 3], { onProgress, chunkSize: 2 });
    await eventually(() =>
      expect(byIndex).toEqual(
        new Map([
          [0, 1],
          [1, 2],
          [2, 3],
        ]),
      ),
    );
    expect(
      await pool.apply('reportSteps', [1], {
        onProgress: () => {
          throw new Error('not interested');
        },
      }),
    ).toBe('done');
  });

  test('U29 U33 Pool tasks are given proxies, and use the objects behind them', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 2 });
    using queue = await manager.Queue<string>();
    const pid = await pool.apply('putIntoQueue', [queue, 'from a worker']);
    expect(await queue.get()).toBe('from a worker');
    expect(pid).not.toBe(process.pid);
    await pool.starmap('putIntoQueue', [
      [queue, 'a'],
      [queue, 'b'],
    ]);
    expect(new Set([await queue.get(), await queue.get()])).toEqual(new Set(['a', 'b']));
    await using other = await SyncManager.start({ serializer });
    using far = await other.Queue<string>();
    await pool.apply('putIntoQueue', [far, 'to a third process']);
    expect(await far.get()).toBe('to a third process');
    const back = await pool.apply('giveBack', [far]);
    expect(typeid(back)).toBe('Queue');
    if (back instanceof QueueProxy) release(back);
  });

  test('F33 Pool a worker that dies fails its task, once, and is replaced', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 1 });
    const before = await pool.apply('workerPid', []);
    const died = { name: 'WorkerDiedError', code: 'WORKER_DIED' };
    const error = await failure(pool.apply('die', [3]));
    expect(error).toBeInstanceOf(WorkerDiedError);
    expect(error).toMatchObject({ ...died, exitCode: 3, signal: null });
    const after = await pool.apply('workerPid', []);
    expect(after).not.toBe(before);
    expect(await failure(pool.apply('killYourself', []))).toMatchObject({ ...died, exitCode: null, signal: 'SIGKILL' });
    using results = await pool.imap('square', [1, 2]);
    expect(await collect(results)).toEqual([1, 4]);
  });

  test('F33 Pool a worker that dies takes no other task with it', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 2 });
    const file = join(scratch, `other-${serializer}`);
    using waiting = await pool.applyAsync('waitForFile', [file]);
    using queued = await pool.mapAsync('square', [1, 2, 3], { chunkSize: 1 });
    expect(await failure(pool.apply('die', [1]))).toMatchObject({ name: 'WorkerDiedError' });
    expect(await queued.get()).toEqual([1, 4, 9]);
    writeFileSync(file, '');
    expect(await waiting.get()).toBeTypeOf('number');
  });

  test('F33 Pool a worker that dies while it has nothing to do fails no task', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 1 });
    const pid = await pool.apply('workerPid', []);
    process.kill(pid, 'SIGKILL');
    await eventually(async () => expect(await getValue(pool)).toMatchObject({ workers: 0 }));
    const next = await pool.apply('workerPid', []);
    expect(next).not.toBe(pid);
  });

  test('F33 Pool crashes in a row fail one task each, and the pool recovers', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 2 });
    const crashes = await Promise.all(Array.from({ length: 4 }, () => failure(pool.apply('die', [1]))));
    for (const crash of crashes) expect(crash).toMatchObject({ name: 'WorkerDiedError', exitCode: 1 });
    expect(await pool.map('square', [1, 2, 3])).toEqual([1, 4, 9]);
  });

  test('U33 Pool close takes no more tasks, and join waits for those that were taken', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 1 });
    const open = { name: 'UActorError', code: 'INVALID_STATE' };
    expect(await failure(pool.join())).toMatchObject(open);
    const file = join(scratch, `close-${serializer}`);
    using last = await pool.applyAsync('waitForFile', [file]);
    using queued = await pool.applyAsync('square', [3]);
    await pool.close();
    await pool.close();
    expect(await failure(pool.apply('square', [1]))).toMatchObject(open);
    expect(await failure(collect(await pool.imap('square', [1])))).toMatchObject(open);
    const joined = pool.join();
    writeFileSync(file, '');
    const pid = await last.get();
    expect(await queued.get()).toBe(9);
    await joined;
    expect(isAlive(pid)).toBe(false);
    await pool.join();
    await pool.terminate();
  });

  test('U33 Pool terminate ends the workers whatever they do, and rejects what is not done', async () => {
    await using manager = await start();
    using pool = await manager.Pool<Tasks>({ module, processes: 1 });
    const pid = await pool.apply('workerPid', []);
    using spinning = await pool.applyAsync('spin', []);
    using queued = await pool.applyAsync('square', [3]);
    await pool.terminate();
    expect(isAlive(pid)).toBe(false);
    for (const result of [spinning, queued]) {
      expect(await failure(result.get())).toMatchObject({ name: 'UActorError', message: /terminated/ });
    }
    await pool.join();
    expect(await failure(pool.apply('square', [1]))).toMatchObject({ code: 'INVALID_STATE' });
  });

  test('U33 Pool options that make no sense are refused', async () => {
    await using manager = await start();
    for (const processes of [0, -1, 1.5]) {
      expect(await failure(manager.Pool({ module, processes }))).toBeInstanceOf(RangeError);
    }
    for (const bad of [undefined, 5, './tasks.js', 'data:text/javascript,1', 'tasks']) {
      expect(await failure(manager.create('Pool', { module: bad })), String(bad)).toBeInstanceOf(TypeError);
    }
    expect(await failure(manager.create('Pool'))).toBeInstanceOf(TypeError);
  });

  test('U33 Pool a module that cannot be imported fails the tasks with the reason', async () => {
    await using manager = await start();
    using missing = await manager.Pool({ module: `${module}.missing`, processes: 1 });
    expect(await failure(missing.apply('square', [1]))).toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' });
    using throwing = await manager.Pool({ module: import.meta.resolve('#fixtures/throws-at-import.js'), processes: 1 });
    for (let time = 0; time < 2; time++) expect(await failure(throwing.apply('square', [1]))).toBeInstanceOf(Error);
  });

  test('U33 Pool a worker knows the classes of its module before its first arguments arrive', async () => {
    const order = { module: import.meta.resolve('#fixtures/class-tasks.js'), processes: 1 };
    await using manager = await Classy.start({ serializer });
    using pool = await manager.Pool<ClassTasks>({ ...order, initializer: 'setBase', initArgs: [new Length(1)] });
    expect(await pool.apply('fromBase', [new Length(2)])).toEqual(new Length(3));
    using shortLived = await manager.Pool<ClassTasks>({ ...order, maxTasksPerChild: 1 });
    for (let task = 0; task < 3; task++) expect(await shortLived.apply('isLength', [new Length(task)])).toBe(true);
    const own = new Pool(order);
    expect(await own.map('isLength', [new Length(1), new Length(2)])).toEqual([true, true]);
    await own.terminate();
    await using ignorant = await start();
    using list = await ignorant.list<Length>();
    expect(await failure(list.push(new Length(1)))).toMatchObject({
      code: 'INVALID_PAYLOAD',
      message: /class 'test.Length' is not registered in the process of ManagerServer: call registerClass/,
    });
  });

  test('U33 Pool an actor hands out its own, and goes on using it when nobody else does', async () => {
    await using actor: Remote<typeof Pooling> = await Pooling.with({ serializer }).spawn();
    const pool = await actor.own();
    expect(await pool.apply('square', [5])).toBe(25);
    release(pool);
    expect(await actor.squareForItself(6)).toBe(36);
    expect(await actor.laterForItself(7)).toBe(49);
    using made = await actor.Pool({ module: fileURLToPath(module), processes: 1 });
    expect(await made.map('square', [1, 2])).toEqual([1, 4]);
    expect(await failure(actor.notAPool())).toMatchObject({ name: 'ProxyError', code: 'NOT_ALLOWED' });
    expect(await failure(actor.noTaskHere())).toMatchObject({ code: 'INVALID_STATE' });
    expect(await failure(actor.unsendableForItself())).toMatchObject({
      name: 'SerializerError',
      path: '$[0].callback',
    });
    await made.terminate();
  });

  test('U36 Pool the workers of a manager end with the last proxy of the pool', async () => {
    await using manager = await start();
    const pool = await manager.Pool<Tasks>({ module, processes: 1 });
    const pid = await pool.apply('workerPid', []);
    release(pool);
    await hasEnded(pid);
    expect(await manager.numberOfObjects()).toBe(0);
  });
});

test('F33 the workers of a pool end with their manager, however it ends and whatever they do', async () => {
  const manager = await SyncManager.start();
  const pool = await manager.Pool<Tasks>({ module, processes: 2 });
  const pids = [await pool.apply('workerPid', [])];
  const busy = failure(pool.apply('spin', []));
  const parent = await pool.apply('parentPid', []);
  pids.push(await pool.apply('workerPid', []));
  expect(new Set(pids).size).toBe(2);
  process.kill(parent, 'SIGKILL');
  expect(await busy).toMatchObject({ name: 'ActorDiedError' });
  for (const pid of pids) await hasEnded(pid);
});

test('F33 the workers of a pool end with its actor when that is terminated', async () => {
  const actor = await Pooling.spawn();
  const pool = await actor.own();
  const pid = await pool.apply('workerPid', []);
  await terminate(actor);
  expect(pid).toBeTypeOf('number');
  await hasEnded(Number(pid));
});
