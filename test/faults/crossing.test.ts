import { Crossing } from '#fixtures/crossing.js';
import { callOptions, currentCall, type Remote, release, stats } from 'uactor';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { Program } from '../support/program.ts';
import { SERIALIZERS } from '../support/serializers.ts';
import { shared } from '../support/shared.ts';

const MIB = 1024 * 1024;
const KEY = 'a key of more than sixteen bytes';

type Proxy = Remote<typeof Crossing>;

async function never(): Promise<void> {
  await new Promise(() => undefined);
}

/** Runs `body` while a process is stopped; the process continues at the end in any case. */
async function whileStopped<Result>(actor: Proxy, body: () => Promise<Result>): Promise<Result> {
  const pid = await actor.pid();
  process.kill(pid, 'SIGSTOP');
  try {
    return await body();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

describe.each(SERIALIZERS)('over %s: a reply with a proxy of a stopped process', (serializer) => {
  const Class = Crossing.with({ serializer });
  const other = shared(() => Class.spawn());
  const actor = shared(() => Class.spawn());

  test('F52 U57 the deadline ends only this call, as executed, and its number becomes free afterwards', async () => {
    const [far, near] = [other(), actor()];
    await near.keep(far);
    await whileStopped(far, async () => {
      const late = failure(callOptions(near, { timeout: 300 }).give());
      const innocent = Array.from({ length: 3 }, () => near.later(600));
      expect(await late).toMatchObject({ code: 'TIMEOUT', executed: 'yes' });
      expect(await Promise.all(innocent)).toEqual([600, 600, 600]);
      expect(await near.echo('untouched')).toBe('untouched');
    });
    await near.drop();
  });

  test('F52 U57 a signal ends it in the same way', async () => {
    const [far, near] = [other(), actor()];
    await near.keep(far);
    await whileStopped(far, async () => {
      const controller = new AbortController();
      const given = failure(callOptions(near, { signal: controller.signal }).give());
      // When the later reply is here, so is this one.
      await near.echo(1);
      const innocent = near.later(50);
      controller.abort(new RangeError('enough'));
      expect(await given).toMatchObject({ message: 'enough' });
      expect(await innocent).toBe(50);
    });
    await near.drop();
  });

  test('F54 U58 otherwise it ends after claimMs, and its references are released', async () => {
    const Hasty = Class.with({ limits: { claimMs: 300 } });
    const far = other();
    await using near = await Hasty.spawn();
    const { imports } = stats();
    await near.keep(far);
    await whileStopped(far, async () => {
      expect(await failure(near.give())).toMatchObject({
        code: 'UNREACHABLE',
        executed: 'yes',
        message: expect.stringContaining('limits.claimMs, 300 ms'),
      });
    });
    await near.drop();
    await eventually(() => expect(stats()).toMatchObject({ callsInFlight: 0, imports }));
  });
});

describe('an argument with a proxy of a stopped process', () => {
  const other = shared(() => Crossing.spawn());

  test('F54 U58 delays the calls behind it for claimMs, in order, and then only its own call fails', async () => {
    const far = other();
    await using near = await Crossing.with({ limits: { claimMs: 500 } }).spawn();
    await near.keep(far);
    const gone = await whileStopped(far, async () => {
      const stuck = failure(near.keep(far));
      const behind = near.note(1, new Uint8Array(1));
      const error = await stuck;
      await behind;
      return error;
    });
    expect(gone).toMatchObject({ executed: 'no' });
    expect(await near.order()).toEqual([1]);
    await near.drop();
  });

  test('F54 leaves the head of the line at once when its call is cancelled', async () => {
    const far = other();
    await using near = await Crossing.with({ limits: { claimMs: 600_000 } }).spawn();
    await near.keep(far);
    await whileStopped(far, async () => {
      expect(await failure(callOptions(near, { timeout: 100 }).keep(far))).toMatchObject({ code: 'TIMEOUT' });
      expect(await near.echo('next')).toBe('next');
    });
    await near.drop();
  });
});

describe('senders that are faster than their receivers', () => {
  test('F58 U44 calls to a busy actor wait as values, in order, and few bytes wait', async () => {
    await using actor = await Crossing.with({ serializer: 'msgpack' }).spawn();
    await actor.echo(1);
    const bytes = new Uint8Array(MIB);
    const blocked = actor.block(500);
    const calls = Array.from({ length: 200 }, (_, number) => actor.note(number, bytes));
    const { bytesQueued, callsWaiting } = stats();
    expect(bytesQueued).toBeLessThanOrEqual(18 * MIB);
    expect(callsWaiting).toBeGreaterThan(150);
    await Promise.all([blocked, ...calls]);
    expect(await actor.order()).toEqual(Array.from({ length: 200 }, (_, number) => number));
    expect(stats().callsWaiting).toBe(0);
  });

  test('U57 a waiting call ends at its deadline, unsent', async () => {
    await using actor = await Crossing.with({ serializer: 'msgpack' }).spawn();
    const blocked = actor.block(500);
    const calls = Array.from({ length: 40 }, () => actor.size(new Uint8Array(MIB)));
    const waiting = callOptions(actor, { timeout: 50 }).note(1, new Uint8Array(1));
    expect(await failure(waiting)).toMatchObject({ code: 'TIMEOUT', executed: 'no' });
    await Promise.all([blocked, ...calls]);
    expect(await actor.order()).toEqual([]);
  });

  test('U44 a proxy in the arguments of a waiting call can be released meanwhile', async () => {
    await using other = await Crossing.spawn();
    await using actor = await Crossing.with({ serializer: 'msgpack' }).spawn();
    const blocked = actor.block(300);
    const calls = Array.from({ length: 40 }, () => actor.size(new Uint8Array(MIB)));
    const handed = callOptions(other, {});
    const waiting = actor.keep({ deep: [new Map([['it', handed]])] });
    release(handed);
    expect(stats().callsWaiting).toBeGreaterThan(0);
    await Promise.all([blocked, ...calls]);
    expect(await waiting).toBe(1);
    await actor.drop();
  });

  test.each([
    [2, 20 * MIB],
    [40, MIB],
  ])('F58 two processes that send each other %i times %i bytes do not block each other', async (count, bytes) => {
    await using actor = await Crossing.with({ serializer: 'msgpack' }).spawn();
    const swapped = actor.swap(async (received: Uint8Array) => received.length, count, bytes);
    const sizes = await Promise.all(Array.from({ length: count }, () => actor.size(new Uint8Array(bytes))));
    expect(sizes).toEqual(Array.from({ length: count }, () => bytes));
    expect(await swapped).toBe(count * bytes);
  });

  test('F57 a proxy is passed on while its actor has a backlog', async () => {
    await using busy = await Crossing.with({ serializer: 'msgpack' }).spawn();
    await using other = await Crossing.spawn();
    const calls = Array.from({ length: 300 }, () => busy.size(new Uint8Array(MIB)));
    expect(await other.keep(busy)).toBe(1);
    await Promise.all(calls);
    await other.drop();
  });
});

describe.each(SERIALIZERS)('over %s: a value that makes a call while it is encoded', (serializer) => {
  const crossing = shared(() => Crossing.with({ serializer }).spawn());

  test('F07 sends that call behind its own, and does no harm', async () => {
    const actor = crossing();
    const inner: Promise<unknown>[] = [];
    const value = {
      get asks() {
        inner.push(actor.note(2, new Uint8Array(1)));
        return 5;
      },
      after: 1,
    };
    expect(await actor.echo(value)).toEqual({ asks: 5, after: 1 });
    await Promise.all(inner);
    expect(inner.length).toBeGreaterThan(0);
    expect(await actor.echo('still there')).toBe('still there');
  });

  test('F07 and a list of arguments that throws fail only their own call', async () => {
    const actor = crossing();
    const wrong = new Proxy(['a'], {
      get() {
        throw new RangeError('this list has no length');
      },
    });
    const under = actor.echo('under way');
    expect(await failure(actor.callMethod('echo', wrong))).toMatchObject({ message: 'this list has no length' });
    expect(await failure(Reflect.apply(actor.callMethod, actor, ['echo', null]))).toMatchObject({
      name: 'TypeError',
      code: 'MISUSE',
    });
    expect(await under).toBe('under way');
    expect(await actor.echo('still there')).toBe('still there');
    await eventually(() => expect(stats().callsInFlight).toBe(0));
  });

  test('F07 can cancel its own call meanwhile', async () => {
    const actor = crossing();
    const controller = new AbortController();
    const value = {
      get aborts() {
        controller.abort(new RangeError('in the middle'));
        return 1;
      },
    };
    const call = callOptions(actor, { signal: controller.signal }).echo(value);
    expect(await failure(call)).toMatchObject({ message: 'in the middle' });
    expect(await actor.echo('still there')).toBe('still there');
    await eventually(() => expect(stats().callsInFlight).toBe(0));
  });
});

describe('many calls that end together', () => {
  test('F59 L10 20,000 deadlines, most of them of calls that wait', async () => {
    await using actor = await Crossing.spawn();
    const hasty = callOptions(actor, { timeout: 1_500 });
    const calls = await Promise.allSettled(Array.from({ length: 20_000 }, () => hasty.untilAborted()));
    for (const outcome of calls) {
      expect(outcome.status === 'rejected' && outcome.reason).toMatchObject({ code: 'TIMEOUT' });
    }
    release(hasty);
    await eventually(() => expect(stats().callsInFlight).toBe(0));
  });

  test('F59 2,000 calls with one signal cause no warning', async () => {
    await using actor = await Crossing.spawn();
    const warnings: Error[] = [];
    const listener = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listener);
    const controller = new AbortController();
    const proxy = callOptions(actor, { signal: controller.signal });
    const calls = Array.from({ length: 2_000 }, () => failure(proxy.untilAborted()));
    const reason = new RangeError('enough');
    controller.abort(reason);
    expect((await Promise.all(calls)).every((error) => error === reason)).toBe(true);
    release(proxy);
    await eventually(() => expect(stats().callsInFlight).toBe(0));
    process.off('warning', listener);
    expect(warnings).toEqual([]);
  });

  test('F59 H32 cancelled calls that never end leave no free slot, and later calls reject with the reason', async () => {
    await using actor = await Crossing.with({ limits: { maxCallsInFlight: 8 } }).spawn();
    const hasty = callOptions(actor, { timeout: 100 });
    const given = Array.from({ length: 8 }, () => failure(hasty.never()));
    const waiting = failure(actor.echo('behind them'));
    await Promise.all(given);
    const refused = { code: 'TOO_MANY_CALLS', executed: 'no', message: expect.stringContaining('never() (8)') };
    expect(await waiting).toMatchObject(refused);
    expect(await failure(actor.echo(1))).toMatchObject(refused);
    release(hasty);
  });
});

describe('F55 a call between the END message of an actor and the end of its connection', () => {
  test('F55 settles', async () => {
    await using actor = await Crossing.with({ stdio: 'ignore' }).spawn();
    const outcomes: Promise<unknown>[] = [];
    const ended = failure(actor.leave(3));
    const ask = (): void => {
      outcomes.push(failure(actor.echo(1)));
      if (outcomes.length < 2_000) setImmediate(ask);
    };
    ask();
    expect(await ended).toMatchObject({ code: 'ACTOR_DIED', exitCode: 3 });
    await eventually(() => expect(outcomes.length).toBe(2_000));
    for (const outcome of await Promise.all(outcomes)) {
      if (outcome !== undefined) expect(outcome).toMatchObject({ code: 'ACTOR_DIED' });
    }
  });
});

describe('U30 a function that is passed on through a second process', () => {
  test('U30 U57 gets its deadline and its signal from callOptions', async () => {
    await using actor = await Crossing.spawn();
    await actor.keep(never);
    const back = await actor.give();
    // The function itself has returned to this process.
    expect(typeof back).toBe('function');
    const { echo } = actor;
    const bound = callOptions(echo, { timeout: 60_000 });
    expect(await bound('through a method')).toBe('through a method');
    const hasty = callOptions(actor.never, { timeout: 50 });
    expect(await failure(hasty())).toMatchObject({ code: 'TIMEOUT', executed: 'maybe' });
    for (const each of [bound, hasty, back]) release(each);
    expect(() => callOptions(never, { timeout: 1 })).toThrow(/belongs to this process/);
    await actor.drop();
  });

  test('U30 F01 says correctly whether it ran when its process dies', async () => {
    await using middle = await Crossing.with({ authkey: KEY }).spawn();
    await using program = new Program('hidden-function', [middle.connectionAddress ?? '', KEY]);
    await program.said('handed');
    const fn: unknown = await middle.give();
    if (typeof fn !== 'function') throw new TypeError('no function was handed on');
    const begun = failure(Promise.resolve(Reflect.apply(fn, undefined, [])));
    await program.said('called');
    program.child.kill('SIGKILL');
    // The function had begun, in a process that only the second one knows.
    expect(await begun).toMatchObject({ code: expect.stringMatching(/ACTOR_DIED|CONNECTION_LOST/), executed: 'maybe' });
    expect(await failure(Promise.resolve(Reflect.apply(fn, undefined, [])))).toMatchObject({ executed: 'no' });
    release(fn);
    await middle.drop();
  });

  test('U30 U41 U57 learns when its caller cancels', async () => {
    await using middle = await Crossing.spawn();
    await using caller = await Crossing.spawn();
    const told: unknown[] = [];
    // This process does not listen, so the second one passes on the calls of the third.
    const hidden = async (): Promise<void> => {
      const { signal } = currentCall();
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true });
      });
      told.push(signal.reason);
    };
    expect(await failure(middle.pass(caller, hidden, 200))).toMatchObject({ name: 'TimeoutError' });
    await eventually(() => expect(told).toMatchObject([{ name: 'TimeoutError' }]));
  });
});
