import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tasks from '#fixtures/tasks.js';
import { callOptions, getValue, release, SyncManager, TimeoutError, UActorError, WorkerDiedError } from 'uactor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { hasEnded, isAlive, scratch } from '../support/leaks.ts';

type Tasks = typeof tasks;

const module = import.meta.resolve('#fixtures/tasks.js');

/** Returns the arguments of `logged` for this many tasks, of which task number `fatal` kills its worker. */
const loggedLists = (file: string, fatal: number, count: number): (readonly [string, number, number])[] =>
  Array.from({ length: count }, (_, task) => [file, fatal, task] as const);

/** Returns the numbers of the tasks that ran, in the order in which they started. */
function ran(file: string): readonly number[] {
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => Number(line.split(' ')[0]))
    : [];
}

describe('the workers of a pool', () => {
  let manager: SyncManager;
  let file: string;
  beforeEach(async () => {
    manager = await SyncManager.start();
    file = join(scratch, randomUUID());
  });
  afterEach(async () => {
    await manager.shutdown();
  });

  test('F33 U33 a worker that dies within a chunk fails only the task that it was running; the others run elsewhere', async () => {
    using pool = await manager.Pool<Tasks>({ module, processes: 1, initializer: 'setFatal', initArgs: [file, 2] });
    using results = await pool.imap('loggedHere', [0, 1, 2, 3, 4, 5], { chunkSize: 6 });
    const outcomes: unknown[] = [];
    for (let task = 0; task < 6; task++) {
      outcomes.push(
        await results.next().then(
          ({ value }) => value,
          (error: unknown) => error,
        ),
      );
    }
    expect(outcomes).toEqual([0, 1, expect.any(WorkerDiedError), 3, 4, 5]);
    expect(outcomes[2]).toMatchObject({ code: 'WORKER_DIED', executed: 'maybe', signal: 'SIGKILL' });
    expect(await results.next()).toMatchObject({ done: true });
    expect(ran(file)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('F33 a map whose worker dies rejects with the error of that task, and no task runs twice', async () => {
    using pool = await manager.Pool<Tasks>({ module, processes: 2 });
    const error = await failure(pool.starmap('logged', loggedLists(file, 5, 20), { chunkSize: 5 }));
    expect(error).toMatchObject({ code: 'WORKER_DIED', executed: 'maybe' });
    await eventually(() => expect(new Set(ran(file))).toEqual(new Set(Array.from({ length: 20 }, (_, task) => task))));
    expect(ran(file)).toHaveLength(20);
  });

  test('F33 `executed` tells of the task: of one that ran, that may have run, and that never began', async () => {
    using pool = await manager.Pool<Tasks>({ module, processes: 1 });
    using died = await pool.applyAsync('killYourself', []);
    expect(await failure(died.get())).toMatchObject({ code: 'WORKER_DIED', executed: 'maybe' });
    expect(await failure(pool.apply('die', [1]))).toMatchObject({ code: 'WORKER_DIED', executed: 'maybe' });
    expect(await failure(pool.apply('unserializable', []))).toMatchObject({ name: 'SerializerError', executed: 'yes' });
    using running = await pool.applyAsync('waitForFile', [file]);
    using waiting = await pool.applyAsync('square', [2]);
    using results = await pool.imap('square', [1, 2]);
    const next = failure(results.next());
    await eventually(async () => expect(await getValue(pool)).toMatchObject({ running: 1 }));
    await pool.terminate();
    expect(await failure(running.get())).toMatchObject({ code: 'INVALID_STATE', executed: 'maybe' });
    expect(await failure(waiting.get())).toMatchObject({ code: 'INVALID_STATE', executed: 'no' });
    expect(await next).toMatchObject({ code: 'INVALID_STATE', executed: 'no' });
    expect(await failure(pool.apply('square', [1]))).toMatchObject({ code: 'INVALID_STATE', executed: 'no' });
  });

  test('F33 a worker that dies in its initializer fails the task that it was to run, which did not run', async () => {
    using pool = await manager.Pool<Tasks>({ module, processes: 1, initializer: 'die', initArgs: [4] });
    const error = await failure(pool.apply('logged', [file, -1, 0]));
    expect(error).toBeInstanceOf(WorkerDiedError);
    expect(error).toMatchObject({ exitCode: 4, executed: 'no', message: /in its initializer/ });
    expect(ran(file)).toEqual([]);
  });

  test('U30 U33 functions, iterators and signals can be arguments of a task', async () => {
    using pool = await manager.Pool<Tasks>({ module, processes: 1 });
    const seen: number[] = [];
    const doubled = await pool.apply('callWith', [
      (value: number) => {
        seen.push(value);
        return value * 2;
      },
      1,
      2,
      3,
    ]);
    expect([doubled, seen]).toEqual([
      [2, 4, 6],
      [1, 2, 3],
    ]);
    const numbers = (function* (): Generator<number> {
      for (let value = 1; value <= 100; value++) yield value;
    })();
    expect(await pool.callMethod('apply', ['sum', [numbers]])).toBe(5050);
    const controller = new AbortController();
    const waiting = pool.apply('untilAborted', [controller.signal]);
    await eventually(async () => expect(await getValue(pool)).toMatchObject({ running: 1 }));
    controller.abort(new UActorError('enough'));
    expect(await waiting).toBe('enough');
    const thrown = pool.apply('callWith', [
      () => {
        throw new RangeError('from the caller');
      },
      1,
    ]);
    expect(await failure(thrown)).toMatchObject({ name: 'RangeError', message: 'from the caller' });
  });

  test('U33 U41 map and starmap stop reading an iterable without end when their caller gives up', async () => {
    using pool = await manager.Pool<Tasks>({ module, processes: 1 });
    using hurried = callOptions(pool, { timeout: 100 });
    let open = 0;
    function* endless<T>(item: T): Generator<T> {
      open++;
      try {
        for (;;) yield item;
      } finally {
        open--;
      }
    }
    for (const given of [hurried.map('square', endless(2)), hurried.starmap('square', endless([2] as const))]) {
      expect(await failure(given)).toBeInstanceOf(TimeoutError);
    }
    await eventually(() => expect(open).toBe(0));
    expect(await pool.map('square', [3])).toEqual([9]);
  });

  test('U33 after maxTasksPerChild tasks a process is replaced', async () => {
    using pool = await manager.Pool<Tasks>({ module, processes: 1, maxTasksPerChild: 2 });
    const pids: number[] = [];
    for (let task = 0; task < 4; task++) pids.push(await pool.apply('workerPid', []));
    expect(pids[0]).toBe(pids[1]);
    expect(pids[2]).toBe(pids[3]);
    expect(pids[2]).not.toBe(pids[1]);
    await hasEnded(pids[0] ?? 0);
    for (const maxTasksPerChild of [0, 1.5]) {
      expect(await failure(manager.Pool({ module, maxTasksPerChild }))).toBeInstanceOf(RangeError);
    }
  });

  test('U15 U33 a worker whose objects somebody has a proxy of is neither replaced nor ended', async () => {
    using pool = await manager.Pool<Tasks>({ module, processes: 1, maxTasksPerChild: 1 });
    const count = await pool.apply('counter', []);
    const [pid = 0] = (await count()).split(':').map(Number);
    // Another process runs the next task, and even the end of the pool does not end this process.
    expect(await pool.apply('workerPid', [])).not.toBe(pid);
    await pool.close();
    expect(await count()).toBe(`${pid}:2`);
    expect(isAlive(pid)).toBe(true);
    await pool.terminate();
    await hasEnded(pid);
    expect(await failure(count())).toBeInstanceOf(UActorError);
    release(count);
  });

  test('U15 U33 the process of a pool keeps no proxies of results, so the worker ends when their receiver releases them', async () => {
    using pool = await manager.Pool<Tasks>({ module, processes: 1 });
    const pid = await pool.apply('workerPid', []);
    const { imports } = await manager.stats();
    const counts = [await pool.apply('counter', []), ...(await pool.map('counterNumber', [1, 2]))];
    using results = await pool.imap('counterNumber', [3, 4]);
    for await (const count of results) counts.push(count);
    for (const [index, count] of counts.entries()) expect(await count()).toBe(`${pid}:${index + 1}`);
    // Long before that idle process would collect them.
    await eventually(async () => expect((await manager.stats()).imports).toBe(imports));
    expect(isAlive(pid)).toBe(true);
    await pool.close();
    for (const count of counts) release(count);
    await pool.join();
    expect(isAlive(pid)).toBe(false);
  });

  test('U33 a pool that has run no task has started no process', async () => {
    using pool = await manager.Pool<Tasks>({ module, processes: 2 });
    expect(await getValue(pool)).toMatchObject({ workers: 0 });
    writeFileSync(file, '');
    await pool.apply('waitForFile', [file]);
    expect(await getValue(pool)).toMatchObject({ workers: 1 });
  });
});
