import { Counter } from '#fixtures/counter.js';
import { Keeper } from '#fixtures/keeper.js';
import { Recorder } from '#fixtures/recorder.js';
import { callOptions, release, TimeoutError, UActorError } from 'uactor';
import { beforeEach, describe, expect, test } from 'vitest';
import { failure, thrown } from '../support/failure.ts';
import '../support/leaks.ts';
import { shared } from '../support/shared.ts';

const authkey = 'a key that only this test knows';

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index);
}

const recorder = shared(() => Recorder.spawn());

beforeEach(() => recorder().forget());

describe('U39 order', () => {
  test('U39 calls over one proxy start in the order in which they were made', async () => {
    const actor = recorder();
    await Promise.all(range(2_000).map(async (n) => await (n % 3 === 0 ? actor.run(n, n % 5) : actor.mark(n))));
    expect(await actor.started()).toEqual(range(2_000));
  });

  test('U39 so do calls over two proxies of the same actor in one process', async () => {
    const actor = recorder();
    const patient = callOptions(actor, { timeout: 60_000 });
    await Promise.all(range(1_000).map(async (n) => await (n % 2 === 0 ? actor : patient).mark(n)));
    expect(await actor.started()).toEqual(range(1_000));
    release(patient);
  });

  test('U39 a call whose argument has to be fetched from a third process holds its place', async () => {
    const actor = recorder();
    await using keeper = await Keeper.spawn();
    const shelf = await keeper.shelf();
    const calls = range(30).map(async (n) => await (n % 3 === 1 ? actor.mark(n, shelf) : actor.mark(n)));
    await Promise.all(calls);
    expect(await actor.started()).toEqual(range(30));
    release(shelf);
  });

  test('U39 more calls than may be in flight wait at the caller, in order', async () => {
    await using actor = await Recorder.with({ limits: { maxCallsInFlight: 8 } }).spawn();
    const results = await Promise.all(range(200).map(async (n) => await actor.run(n, 1)));
    expect(results).toEqual(range(200));
    expect(await actor.started()).toEqual(range(200));
    expect(await actor.mostRunning()).toBeLessThanOrEqual(8);
  });

  test('U39 calls of a connected proxy keep their order, too', async () => {
    await using owned = await Recorder.with({ authkey }).spawn();
    await using connected = await Recorder.connect(owned.connectionAddress ?? '', { authkey });
    await Promise.all(range(500).map(async (n) => await connected.mark(n)));
    expect(await owned.started()).toEqual(range(500));
  });
});

describe('U40 concurrency', () => {
  test('U40 asynchronous methods interleave', async () => {
    const actor = recorder();
    const held = actor.hold('first');
    await actor.mark('second');
    await actor.letGo();
    expect(await held).toBe('first');
    expect(await actor.started()).toEqual(['first', 'second']);
  });

  test('U40 synchronous methods run to completion', async () => {
    const actor = recorder();
    await Promise.all(range(50).map(async (n) => await actor.run(n, 3)));
    expect(await actor.mostRunning()).toBeGreaterThan(1);
  });

  test.each([1, 3])('U40 concurrency %i bounds how many calls run at a time, the rest waiting in order', async (n) => {
    await using actor = await Recorder.with({ concurrency: n }).spawn();
    const results = await Promise.all(range(40).map(async (label) => await actor.run(label, 1 + (label % 4))));
    expect(results).toEqual(range(40));
    expect(await actor.mostRunning()).toBe(n);
    expect(await actor.started()).toEqual(range(40));
  });

  test('U40 the bound holds over all callers together', async () => {
    await using owned = await Recorder.with({ concurrency: 1, authkey }).spawn();
    await using connected = await Recorder.connect(owned.connectionAddress ?? '', { authkey });
    const calls = range(40).map(async (n) => await (n % 2 === 0 ? owned : connected).run(n, 2));
    expect(await Promise.all(calls)).toEqual(range(40));
    expect(await owned.mostRunning()).toBe(1);
  });

  test('U40 a call that fails makes room for the next one', async () => {
    await using actor = await Counter.with({ concurrency: 1 }).spawn();
    const failed = range(3).map(async (n) => await failure(actor.fail(`fault ${n}`)));
    const added = actor.add(1, 2);
    expect(await Promise.all(failed)).toMatchObject(range(3).map((n) => ({ message: `fault ${n}` })));
    expect(await added).toBe(3);
  });
});

describe('U41 giving up', () => {
  test('U41 past the deadline the call rejects with TimeoutError, and the method sees it', async () => {
    const actor = recorder();
    const error = await failure(callOptions(actor, { timeout: 50 }).untilAborted());
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      name: 'TimeoutError',
      code: 'TIMEOUT',
      executed: 'maybe',
      message: 'Recorder: untilAborted() did not answer within 50 ms',
    });
    await expect.poll(async () => await actor.aborted()).toEqual([expect.stringMatching(/^TimeoutError: /)]);
  });

  test('U41 on abort the call rejects with the reason itself, and the method sees a copy', async () => {
    const actor = recorder();
    const controller = new AbortController();
    const flying = failure(callOptions(actor, { signal: controller.signal }).untilAborted());
    await actor.mark('it has arrived');
    const reason = new RangeError('enough');
    controller.abort(reason);
    expect(await flying).toBe(reason);
    await expect.poll(async () => await actor.aborted()).toEqual(['RangeError: enough']);
  });

  test('U41 a signal that has aborted already sends nothing', async () => {
    const actor = recorder();
    const error = await failure(callOptions(actor, { signal: AbortSignal.abort('early') }).mark('never'));
    expect(error).toBe('early');
    expect(await actor.started()).toEqual([]);
  });

  test('U41 a call that is answered in time is not affected', async () => {
    const actor = recorder();
    const controller = new AbortController();
    const patient = callOptions(actor, { timeout: 60_000, signal: controller.signal });
    expect(await patient.run('x', 2)).toBe('x');
    controller.abort();
    expect(await actor.started()).toEqual(['x']);
    release(patient);
  });

  test('U41 an AbortSignal given as an argument aborts there with the same reason', async () => {
    const actor = recorder();
    const controller = new AbortController();
    const watched = actor.watch(controller.signal);
    await actor.mark('it has arrived');
    controller.abort(new TypeError('changed my mind'));
    expect(await watched).toBe('TypeError: changed my mind');
    expect(await actor.watch(AbortSignal.abort({ plain: true }))).toBe('{"plain":true}');
    expect(await actor.beganAborted(AbortSignal.abort())).toBe(true);
  });

  test('U41 an AbortSignal without a reason aborts there as an AbortError', async () => {
    const actor = recorder();
    const controller = new AbortController();
    const watched = actor.watch(controller.signal);
    controller.abort();
    expect(await watched).toMatch(/^AbortError: /);
  });

  test('U41 the methods of callers that are gone see it', async () => {
    await using owned = await Recorder.with({ authkey }).spawn();
    const connected = await Recorder.connect(owned.connectionAddress ?? '', { authkey });
    const controller = new AbortController();
    const flying = failure(callOptions(connected, { signal: controller.signal }).untilAborted());
    await connected.mark('it has arrived');
    controller.abort('gone');
    expect(await flying).toBe('gone');
    await expect.poll(async () => await owned.aborted()).toEqual(['"gone"']);
    release(connected);
  });

  test('U41 currentCall names the caller, and is known until the first await only', async () => {
    await using owned = await Recorder.with({ authkey }).spawn();
    await using connected = await Recorder.connect(owned.connectionAddress ?? '', { authkey });
    expect(await owned.caller()).toMatch(/^[0-9a-f]{32}$/);
    expect(await connected.caller()).toBe(await owned.caller());
    const error = await failure(owned.callAfterAwait());
    expect(error).toBeInstanceOf(UActorError);
    expect(error).toMatchObject({ code: 'INVALID_STATE', message: expect.stringMatching(/before its first await/) });
  });

  test.each([
    [{ timeout: Number.NaN }, /callOptions: timeout must be a number of milliseconds.*NaN/],
    [{ timeout: '5' }, /callOptions: timeout must be a number of milliseconds.*it is '5'/],
    [{ signal: {} }, /callOptions: signal must be an AbortSignal/],
    [String, /callOptions: the second argument must be \{ timeout, signal \}; it is \[Function: String\]/],
  ])('U41 the options %o are a TypeError at once', async (options: object, message) => {
    const actor = recorder();
    const error = thrown(() => callOptions(actor, options));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: 'MISUSE', message: expect.stringMatching(message) });
  });
});
