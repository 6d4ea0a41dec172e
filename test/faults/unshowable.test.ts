import { Platform } from '#fixtures/platform.js';
import { Permitted } from '#fixtures/supervised.js';
import type * as tasks from '#fixtures/tasks.js';
import { ActorDiedError, callOptions, RestartLimitError, supervise, SyncManager } from 'uactor';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';

/** A value that can be sent, but not converted to text. */
const UNSHOWABLE = { toString: 1, valueOf: 2 };

function throwing(): void {
  AbortSignal.abort(UNSHOWABLE).throwIfAborted();
}

test('F22 H91 an abort whose reason cannot be shown ends a waiting call, and not the process of the shared object', async () => {
  await using manager = await SyncManager.start();
  using lock = await manager.Lock();
  using queue = await manager.Queue();
  using event = await manager.Event();
  await lock.acquire();
  const controller = new AbortController();
  const { signal } = controller;
  using taking = callOptions(lock, { signal });
  using getting = callOptions(queue, { signal });
  using waiting = callOptions(event, { signal });
  const failures = [taking.acquire(), getting.get(), waiting.wait()].map(failure);
  // A reply to a later call shows that these calls have arrived.
  expect(await queue.qsize()).toBe(0);
  controller.abort(UNSHOWABLE);
  expect(await Promise.all(failures)).toEqual([UNSHOWABLE, UNSHOWABLE, UNSHOWABLE]);
  expect(await event.isSet()).toBe(false);
  await lock.release();
});

test('F22 H89 an error of a listener that cannot be shown, or changes a terminal, ends no process and is escaped', async () => {
  await using actor = await Platform.spawn();
  await actor.collectWarnings();
  using emitter = await actor.emitter();
  await emitter.on('unshowable', throwing);
  await emitter.on('red\u001B[31m', () => {
    throw new RangeError('\u0007');
  });
  await emitter.emit('unshowable');
  await emitter.emit('red\u001B[31m');
  await eventually(async () =>
    expect(await actor.told()).toEqual([
      "A listener for 'unshowable' in another process failed: a value that cannot be shown",
      String.raw`A listener for 'red\x1b[31m' in another process failed: RangeError: \x07`,
    ]),
  );
});

test('F22 an error of onProgress that cannot be shown does not end the process of the Pool', async () => {
  await using manager = await SyncManager.start({ stdio: 'ignore' });
  using pool = await manager.Pool<typeof tasks>({ module: import.meta.resolve('#fixtures/tasks.js'), processes: 1 });
  expect(await pool.apply('reportSteps', [3], { onProgress: throwing })).toBe('done');
  expect(await pool.apply('square', [3])).toBe(9);
});

test('F22 an error of a sink that cannot be shown reaches its writer and ends no process', async () => {
  await using actor = await Platform.spawn();
  const stream = new WritableStream<number>({ write: throwing });
  await failure(actor.writeTo(stream, 20));
  expect(await actor.echoText('alive')).toBe('alive');
});

test('F22 an abort whose reason cannot be shown destroys the Writable behind a stream', async () => {
  await using actor = await Platform.spawn();
  const stream = await actor.writable();
  stream.on('error', () => undefined);
  stream.write('one');
  Reflect.apply(stream.destroy, stream, [UNSHOWABLE]);
  await eventually(async () => expect(await actor.told()).toContain('destroyed: a value that cannot be shown'));
});

test('F22 an actor that throws a value that cannot be shown while it is restarted is restarted again', async () => {
  let starts = 0;
  const permit = (): void => {
    starts++;
    if (starts > 1 && starts !== 3) throwing();
  };
  const actor = await supervise(Permitted, [permit], { maxRestarts: 3, withinMs: 60_000, backoff: { initialMs: 10 } });
  expect(await failure(actor.crash())).toBeInstanceOf(ActorDiedError);
  expect(await actor.pid()).toBeGreaterThan(0);
  expect(starts).toBe(3);
  // The last restart fails too, so the supervisor gives up.
  expect(await failure(actor.crash())).toBeInstanceOf(ActorDiedError);
  const error = await failure(actor.pid());
  expect(error).toBeInstanceOf(RestartLimitError);
  expect(error).toMatchObject({ cause: { message: 'a value that cannot be shown', cause: UNSHOWABLE } });
});
