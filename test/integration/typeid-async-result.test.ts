import '../support/leaks.ts';
import { EventEmitter, once } from 'node:events';
import { AsyncResultProxy, callOptions, getValue, release, type Remote, typeid } from 'uactor';
import { Pending } from '#fixtures/pending.js';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import { SEMANTICS } from '../support/serializers.ts';

describe.each(SEMANTICS)('AsyncResult over %s', (serializer) => {
  const spawn = async (): Promise<Remote<typeof Pending>> => await Pending.with({ serializer }).spawn();

  test('U32 the call returns at once with a proxy of the pending result', async () => {
    await using actor = await spawn();
    using result = await actor.work({ rows: [1, 2] });
    expect(result).toBeInstanceOf(AsyncResultProxy);
    expect(typeid(result)).toBe('AsyncResult');
    expect(await result.ready()).toBe(false);
    expect(await getValue(result)).toEqual({ is: 'pending' });
    await actor.open();
    expect(await result.get()).toEqual({ rows: [1, 2] });
    expect(await result.ready()).toBe(true);
    expect(await result.successful()).toBe(true);
    expect(await getValue(result)).toEqual({ is: 'fulfilled', value: { rows: [1, 2] } });
  });

  test('U32 many on one actor overlap', async () => {
    await using actor = await spawn();
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => actor.work(index)));
    expect(await actor.begun()).toBe(20);
    await actor.open();
    expect(await Promise.all(results.map((result) => result.get()))).toEqual(Array.from({ length: 20 }, (_, i) => i));
    for (const result of results) release(result);
  });

  test('U32 get with a timeout is a TimeoutError while the result is not there, and 0 or less does not wait', async () => {
    await using actor = await spawn();
    using result = await actor.work('late');
    for (const timeout of [20, 0, -1]) {
      expect(await failure(result.get(timeout))).toMatchObject({ name: 'TimeoutError', code: 'TIMEOUT' });
    }
    await actor.open();
    expect(await result.get(0)).toBe('late');
  });

  test('U32 wait says whether the method has ended, however it did', async () => {
    await using actor = await spawn();
    using result = await actor.work('done');
    using failing = await actor.fail();
    expect(await result.wait(10)).toBe(false);
    expect(await result.wait(0)).toBe(false);
    const waiting = [result.wait(), failing.wait(), result.wait(20_000)];
    await actor.open();
    expect(await Promise.all(waiting)).toEqual([true, true, true]);
    expect(await failing.wait(0)).toBe(true);
  });

  test('U32 a time that is no number is a TypeError', async () => {
    await using actor = await spawn();
    using result = await actor.work('x');
    for (const method of ['get', 'wait']) {
      await expect(result.callMethod(method, [Number.NaN])).rejects.toThrow(TypeError);
      await expect(result.callMethod(method, ['1'])).rejects.toThrow(TypeError);
    }
  });

  test('U32 get throws what the method threw, each time, and successful is false', async () => {
    await using actor = await spawn();
    using result = await actor.fail();
    await actor.open();
    for (let time = 0; time < 2; time++) {
      const error = await failure(result.get());
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toMatchObject({ message: 'too far' });
    }
    expect(await result.successful()).toBe(false);
    expect(await getValue(result)).toMatchObject({ is: 'rejected', error: { message: 'too far' } });
  });

  test('U32 what a method throws or returns without waiting ends up in the result as well', async () => {
    await using actor = await spawn();
    using failed = await actor.failAtOnce();
    await expect(failed.get()).rejects.toThrow('too far at once');
    using done = await actor.succeedAtOnce();
    expect(await done.get()).toBe('at once');
    expect(await actor.callsItself()).toBe('at once');
  });

  test('U32 successful is an error while nobody can know', async () => {
    await using actor = await spawn();
    using result = await actor.work('x');
    expect(await failure(result.successful())).toMatchObject({ name: 'UActorError', code: 'INVALID_STATE' });
  });

  test('U32 a failure that nobody asked for does not harm the actor', async () => {
    await using actor = await spawn();
    release(await actor.fail());
    using kept = await actor.fail();
    await actor.open();
    await kept.wait();
    expect(await actor.begun()).toBe(0);
  });

  test('U32 a result that cannot be sent rejects who asks for it, with the path to it', async () => {
    await using actor = await spawn();
    using result = await actor.unserializable();
    expect(await failure(result.get())).toMatchObject({ name: 'SerializerError', path: '$.nested[0]' });
    expect(await result.successful()).toBe(true);
  });

  test('U32 an actor hands out a result of its own, as often as it likes', async () => {
    await using actor = await spawn();
    using one = await actor.own();
    using two = await actor.own();
    const both = [one.get(), two.get()];
    await actor.open();
    expect(await Promise.all(both)).toEqual(['mine', 'mine']);
  });

  test('U32 U41 waiting can be given up, and the result is still there afterwards', async () => {
    await using actor = await spawn();
    using result = await actor.work('x');
    const controller = new AbortController();
    const waiting = failure(callOptions(result, { signal: controller.signal }).get());
    expect(await result.ready()).toBe(false);
    controller.abort(new Error('enough'));
    expect(await waiting).toMatchObject({ message: 'enough' });
    expect(await failure(callOptions(result, { timeout: 10 }).wait())).toMatchObject({ name: 'TimeoutError' });
    await actor.open();
    expect(await result.get()).toBe('x');
  });

  test('U32 another process waits for the same result', async () => {
    await using actor = await spawn();
    await using other = await spawn();
    using result = await actor.work('shared');
    using pendingThere = await other.work(result);
    await other.open();
    const back = await pendingThere.get();
    if (!(back instanceof AsyncResultProxy)) throw new Error('it came back as something else');
    await actor.open();
    expect(await back.get()).toBe('shared');
    release(back);
  });
});

test('U32 U40 a method that runs on behind its result counts for options.concurrency', async () => {
  await using actor = await Pending.with({ concurrency: 1 }).spawn();
  const answers = new EventEmitter();
  using result = await actor.ask(async () => {
    await once(answers, 'answer');
  });
  const log = actor.log();
  expect(await result.wait(20)).toBe(false);
  answers.emit('answer');
  expect(await log).toEqual(['asked', 'answered']);
});

test('U32 the actor ends with its owner while results are pending', async () => {
  const actor = await Pending.spawn();
  using result = await actor.work('never');
  const waiting = failure(result.get());
  await actor.shutdown();
  expect(await waiting).toMatchObject({ name: 'ActorDiedError' });
});
