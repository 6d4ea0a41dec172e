import { tracingChannel } from 'node:diagnostics_channel';
import { Intercepted, note, noted, requests, Surrounded } from '#fixtures/hooked-calls.js';
import { callOptions, propagateContext, release } from 'uactor';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { SERIALIZERS } from '../support/serializers.ts';
import { shared } from '../support/shared.ts';

describe.each(SERIALIZERS)('what stands around calls over %s', (serializer) => {
  const intercepted = shared(() => Intercepted.with({ serializer }).spawn());

  test('U61 interceptors of the caller see calls, change arguments and results, and add metadata', async () => {
    const actor = intercepted();
    const doubled = callOptions(actor, {
      intercept: async ({ args }, next) => Number(await next(args.map((arg) => Number(arg) * 2))) + 0.5,
    });
    expect(await doubled.add(1, 2)).toBe(6.5);
    expect(await actor.add(1, 2)).toBe(3);
    release(doubled);
    const asRoot = callOptions(actor, {
      intercept: async ({ metadata }, next) => {
        metadata['user'] = 'root';
        return await next();
      },
    });
    expect(await asRoot.user()).toBe('root');
    expect(await asRoot.secret()).toBe('hidden');
    release(asRoot);
    const cached = callOptions(actor, { intercept: () => 'from the cache' });
    expect(await cached.secret()).toBe('from the cache');
    release(cached);
    const forget = note();
    expect(await actor.add(3, 4)).toBe(7);
    forget();
    expect(await actor.add(5, 6)).toBe(11);
    expect(noted.splice(0)).toEqual(['actor add() 3 4']);
  });

  test('U61 the interceptor of an actor sees results and errors, replaces and refuses', async () => {
    const actor = intercepted();
    expect(await actor.user()).toBeUndefined();
    expect(await Reflect.apply(actor.add, actor, [1])).toBe(11);
    expect(await failure(actor.secret())).toMatchObject({ name: 'TypeError', message: 'only for root' });
    expect(await failure(actor.fail())).toMatchObject({ name: 'RangeError' });
    expect(await actor.ran()).toEqual(expect.arrayContaining(['fail() threw RangeError: thrown by the method']));
  });

  test('U60 a registered AsyncLocalStorage travels with calls, callbacks and iterators', async () => {
    await using actor = await Surrounded.with({ serializer }).spawn();
    propagateContext(requests, { name: 'request' });
    expect(await requests.run({ id: 'unknown there' }, () => actor.request())).toBeUndefined();
    await actor.propagate();
    const [one, two] = await Promise.all(
      ['one', 'two'].map((id) => requests.run({ id }, async () => [await actor.request(), await actor.requestLater()])),
    );
    expect([one, two]).toEqual([
      ['one', 'one'],
      ['two', 'two'],
    ]);
    expect(await actor.request()).toBeUndefined();
    const heard = await requests.run({ id: 'three' }, () =>
      actor.callBack(() => Promise.resolve(requests.getStore()?.id)),
    );
    expect(heard).toBe('three');
    const read = await requests.run({ id: 'four' }, async () => {
      const ids: unknown[] = [];
      for await (const id of await actor.requests(3)) ids.push(id);
      return ids;
    });
    expect(read).toEqual(['four', 'four', 'four']);
  });
});

test('U60 a call with metadata that is made before the other end has greeted arrives with it, and in order', async () => {
  propagateContext(requests, { name: 'request' });
  await using actor = await Surrounded.spawn();
  await actor.propagate();
  const first = requests.run({ id: 'first' }, () => actor.request());
  expect(await Promise.all([first, actor.request()])).toEqual(['first', undefined]);
});

test('U59 currentCall() is known through every await where calls are tracked', async () => {
  await using actor = await Surrounded.spawn();
  expect(await failure(actor.callerLater())).toMatchObject({ message: expect.stringContaining('trackCalls()') });
  await actor.track();
  const callers = await Promise.all([actor.callerLater(), actor.callerLater()]);
  expect(new Set(callers).size).toBe(1);
  expect(callers[0]).toMatch(/^[0-9a-f]{32}$/);
});

test('U59 a call that a method makes ends with the call that the method answers, unless it is told otherwise', async () => {
  await using outer = await Surrounded.spawn();
  await using inner = await Surrounded.spawn();
  await outer.track();
  const giveUp = new AbortController();
  const given = callOptions(outer, { signal: giveUp.signal });
  const hanging = given.hangIn(inner);
  hanging.catch(() => undefined);
  await eventually(async () => expect(await inner.hangs()).toBe(true));
  giveUp.abort(new Error('changed my mind'));
  expect(await failure(hanging)).toMatchObject({ message: 'changed my mind' });
  await eventually(async () => expect(await outer.howEnded()).toContain('changed my mind'));
  release(given);
  await inner.letGo();
});

test('U61 the tracing channel uactor:call tells of calls at both ends', async () => {
  const channel = tracingChannel('uactor:call');
  const told: string[] = [];
  const tell = (event: string) => (message: object) => {
    const { side, member, metadata } = Object(message);
    if (event === 'start') metadata.user = 'traced';
    told.push(`${event} ${side} ${member}`);
  };
  const subscribers = {
    start: tell('start'),
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: tell('asyncEnd'),
    error: tell('error'),
  };
  await using actor = await Intercepted.spawn();
  channel.subscribe(subscribers);
  expect(await actor.user()).toBe('traced');
  expect(await failure(actor.fail())).toBeInstanceOf(RangeError);
  channel.unsubscribe(subscribers);
  expect(await actor.user()).toBeUndefined();
  expect(told).toEqual([
    'start caller user()',
    'asyncEnd caller user()',
    'start caller fail()',
    'error caller fail()',
    'asyncEnd caller fail()',
  ]);
});

test('U61 misuse is said at once', async () => {
  expect(() => propagateContext(requests, { name: 'no name at all' })).toThrow('the same in every process');
  await using actor = await Surrounded.spawn();
  expect(() => callOptions(actor, JSON.parse('{"intercept":1}'))).toThrow('intercept must be a function');
  expect(await failure(Surrounded.with({ intercept: () => undefined }).spawn())).toMatchObject({
    message: expect.stringContaining('a function cannot be sent'),
  });
  expect(() => Surrounded.with(JSON.parse('{"intercept":1}'))).toThrow('intercept must be a function');
});
