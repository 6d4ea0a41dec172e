import { AsyncLocalStorage } from 'node:async_hooks';
import { join } from 'node:path';
import { Counter } from '#fixtures/counter.js';
import { Intercepted, Surrounded } from '#fixtures/hooked-calls.js';
import {
  callOptions,
  getValue,
  interceptAnswers,
  type InterceptCall,
  interceptCalls,
  propagateContext,
  release,
  type Remote,
} from 'uactor';
import { expect, onTestFinished, test } from 'vitest';
import { formatAddress } from '../../transports/ipc/address.ts';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { scratch } from '../support/leaks.ts';
import {
  callOf,
  exposureMessage,
  HELLO,
  mark,
  payload,
  RawKind,
  replyMessage,
  textMessage,
} from '../support/raw-messages.ts';
import { type RawPeer, rawServer } from '../support/raw-peer.ts';

const authkey = 'a key of more than sixteen bytes';

/** Whether a message is a CALL. */
function isCall({ kind }: { readonly kind: number }): boolean {
  return kind === RawKind.CALL;
}

/** Returns the calls that an actor's process ran, without those of this function. */
async function ranIn(actor: Remote<typeof Intercepted>): Promise<readonly string[]> {
  return await actor.runs();
}

test('U61 an error of an interceptor of the caller rejects the call, which is not sent', async () => {
  await using actor = await Intercepted.spawn();
  const thrown = new RangeError('not now');
  const refusing = callOptions(actor, {
    intercept: () => {
      throw thrown;
    },
  });
  expect(await failure(refusing.add(1, 2))).toBe(thrown);
  const remove = interceptCalls(async () => await Promise.reject(thrown));
  onTestFinished(remove);
  expect(await failure(actor.add(1, 2))).toBe(thrown);
  remove();
  expect(await ranIn(actor)).toEqual([]);
  release(refusing);
});

test('U61 an interceptor of the caller that does not call next sends nothing, and one that calls it twice sends two calls', async () => {
  await using actor = await Intercepted.spawn();
  const cached = callOptions(actor, { intercept: () => 42 });
  expect(await cached.add(1, 2)).toBe(42);
  expect(await ranIn(actor)).toEqual([]);
  const twice = callOptions(actor, { intercept: async (_call, next) => [await next(), await next([3, 4])] });
  expect(await twice.add(1, 2)).toEqual([3, 7]);
  expect(await ranIn(actor)).toEqual(['add', 'add']);
  release(cached);
  release(twice);
});

test('U61 an error of an interceptor of the actor says whether the method ran', async () => {
  await using actor = await Intercepted.spawn();
  expect(await failure(actor.refused())).toMatchObject({ code: 'NOT_ALLOWED', executed: 'no' });
  expect(await failure(actor.spoiled())).toMatchObject({ code: 'NOT_ALLOWED', executed: 'yes' });
  expect(await ranIn(actor)).toEqual(['spoiled']);
});

test('U61 F49 a method does not run after its interceptor has refused the call', async () => {
  await using actor = await Intercepted.spawn();
  expect(await failure(actor.late())).toMatchObject({ code: 'NOT_ALLOWED', executed: 'no' });
  await eventually(async () =>
    expect(await actor.ran()).toContainEqual(expect.stringMatching(/^late: .* refused late/)),
  );
  expect(await ranIn(actor)).toEqual([]);
});

test('U61 arguments that are not a list are refused at the interceptor that passes them on', async () => {
  await using actor = await Intercepted.spawn();
  const message = "an interceptor must pass an array of arguments to next(), or nothing; it passed 'ab'";
  expect(await failure(actor.malformed())).toMatchObject({ name: 'TypeError', message, code: 'MISUSE' });
  const malforming = callOptions(actor, { intercept: (_call, next) => Reflect.apply(next, undefined, ['ab']) });
  expect(await failure(malforming.add(1, 2))).toMatchObject({ name: 'TypeError', message, code: 'MISUSE' });
  expect(await ranIn(actor)).toEqual([]);
  release(malforming);
});

test('U61 metadata with a name that is too long, or too many names, fail the call before it is sent', async () => {
  await using actor = await Intercepted.spawn();
  const many = Array.from({ length: 65 }, (_, at) => `name ${at}`);
  for (const names of [['x'.repeat(129)], many]) {
    const intercepted = callOptions(actor, {
      intercept: ({ metadata }, next) => {
        for (const name of names) metadata[name] = 1;
        return next();
      },
    });
    expect(await failure(intercepted.add(1, 2))).toMatchObject({
      name: 'TypeError',
      message: /at most 64 names of at/,
    });
    release(intercepted);
  }
  expect(await ranIn(actor)).toEqual([]);
});

test('U61 an interceptor of the actor that does not call next runs nothing, and one that calls it twice runs the method twice', async () => {
  await using actor = await Intercepted.spawn();
  expect(await actor.user()).toBeUndefined();
  expect(await actor.twice()).toEqual(['twice', 'twice']);
  expect(await ranIn(actor)).toEqual(['twice', 'twice']);
});

test('U61 interceptors of a process nest in the order in which they were added, those of a proxy innermost', async () => {
  await using actor = await Intercepted.spawn();
  const order: string[] = [];
  const noting = (name: string) => async (_call: unknown, next: () => Promise<unknown>) => {
    order.push(`${name} before`);
    const result = await next();
    order.push(`${name} after`);
    return result;
  };
  const removes = [interceptCalls(noting('first')), interceptCalls(noting('second'))];
  const proxy = callOptions(actor, { intercept: noting('proxy') });
  await proxy.add(1, 2);
  for (const remove of removes) remove();
  expect(order).toEqual([
    'first before',
    'second before',
    'proxy before',
    'proxy after',
    'second after',
    'first after',
  ]);
  release(proxy);
});

test('U61 an interceptor of a process may concern the actors of one class, and their objects', async () => {
  await using counter = await Counter.spawn();
  await using actor = await Intercepted.spawn();
  const seen: string[] = [];
  const remove = interceptCalls(
    (call, next) => {
      seen.push(`${call.actor} ${call.typeid} ${call.member} ${call.address === counter.connectionAddress}`);
      return next();
    },
    { actor: Counter },
  );
  onTestFinished(remove);
  expect([await counter.increment(), await actor.add(1, 2)]).toEqual([1, 3]);
  for await (const row of await counter.rows(1)) expect(row).toEqual({ id: 0 });
  remove();
  expect(await counter.increment()).toBe(2);
  expect(seen[0]).toBe('Counter actor increment() true');
  expect(seen.some((line) => line.startsWith('Counter Iterator '))).toBe(true);
  expect(seen.every((line) => line.startsWith('Counter '))).toBe(true);
});

test('U61 getValue passes the interceptors of both sides, without a member', async () => {
  await using actor = await Intercepted.spawn();
  await actor.answerThrough();
  const list = await actor.items();
  const members: unknown[] = [];
  const noting = callOptions(list, {
    intercept: ({ member, typeid, metadata }, next) => {
      members.push(typeid, member);
      metadata['user'] = 'root';
      return next();
    },
  });
  expect(await getValue(noting)).toEqual([1, 2]);
  expect(members).toEqual(['list', undefined]);
  expect(await actor.noted()).toEqual(['a copy of list for root']);
  release(noting);
  release(list);
});

test('U61 removing an interceptor twice leaves the others, and the same one added twice goes one by one', async () => {
  await using actor = await Intercepted.spawn();
  let count = 0;
  const counting = (_call: unknown, next: () => Promise<unknown>): Promise<unknown> => {
    count++;
    return next();
  };
  const [first, second] = [interceptCalls(counting), interceptCalls(counting)];
  first();
  first();
  await actor.add(1, 2);
  expect(count).toBe(1);
  second();
  await actor.add(1, 2);
  expect(count).toBe(1);
});

test('U61 interceptAnswers stands around what a process answers, outside of what its actor wants, callbacks included', async () => {
  await using actor = await Intercepted.spawn();
  await actor.answerThrough();
  expect(await actor.add(1, 2)).toBe(3);
  expect(await failure(actor.refused())).toMatchObject({ code: 'NOT_ALLOWED', executed: 'no' });
  expect(await actor.noted()).toEqual(['Intercepted add() 1 2 → 3', 'Intercepted refused()  threw NOT_ALLOWED']);
  await actor.answerNoMore();
  expect(await actor.add(1, 2)).toBe(3);
  expect(await actor.noted()).toHaveLength(2);
  const heard: (string | undefined)[] = [];
  const remove = interceptAnswers(async (call, next) => {
    heard.push(call.actor, call.typeid);
    return Number(await next([20])) + 0.5;
  });
  onTestFinished(remove);
  await using counter = await Counter.spawn();
  expect(await counter.apply((value) => Promise.resolve(value * 2), 1)).toBe(40.5);
  remove();
  expect(heard).toEqual([undefined, 'function']);
});

test('U60 the name of a context cannot be __proto__, which would not be sent', () => {
  const storage = new AsyncLocalStorage<unknown>();
  expect(() => propagateContext(storage, { name: '__proto__' })).toThrow('propagateContext: pass a name');
});

test('U61 misuse of interceptors is a TypeError that says what to do', () => {
  for (const [intercept, ...rest] of [
    [1],
    [() => undefined, { actor: 'Counter' }],
    [() => undefined, { class: Counter }],
  ]) {
    expect(() => Reflect.apply(interceptCalls, undefined, [intercept, ...rest])).toThrow(/^interceptCalls: /);
  }
  expect(() => Reflect.apply(interceptAnswers, undefined, [1])).toThrow('interceptAnswers: expected a function');
});

test('U59 a call with inherit: false comes to its end after its outer call was given up', async () => {
  await using outer = await Surrounded.spawn();
  await using inner = await Surrounded.spawn();
  await outer.track();
  const giveUp = new AbortController();
  const given = callOptions(outer, { signal: giveUp.signal });
  const hanging = failure(given.hangIn(inner, false));
  await eventually(async () => expect(await inner.hangs()).toBe(true));
  giveUp.abort(new Error('changed my mind'));
  expect(await hanging).toMatchObject({ message: 'changed my mind' });
  // The outer process replies after its signal has aborted.
  expect(await outer.howEnded()).toBe('');
  await inner.letGo();
  await eventually(async () => expect(await outer.howEnded()).toBe('it came to its end'));
  release(given);
});

test('U59 a nested call ends with the deadline of its outer call', async () => {
  await using outer = await Surrounded.spawn();
  await using inner = await Surrounded.spawn();
  await outer.track();
  await outer.keep(inner);
  const given = callOptions(outer, { timeout: 200 });
  expect(await failure(given.hangInKept())).toMatchObject({ code: 'TIMEOUT' });
  await eventually(async () => expect(await outer.howEnded()).toContain('TimeoutError'));
  await inner.letGo();
  release(given);
});

test.each(['timeout', 'signal'])(
  'U57 a %s of a call ends it while its interceptor does not call next, keeps the result back, or tries for ever',
  async (bound) => {
    await using actor = await Surrounded.spawn();
    const reason = new RangeError('changed my mind');
    const ends = async (intercept: InterceptCall, member: 'request' | 'hang'): Promise<unknown> => {
      const giveUp = new AbortController();
      const options = bound === 'timeout' ? { timeout: 200 } : { signal: giveUp.signal };
      const proxy = callOptions(actor, { ...options, intercept });
      onTestFinished(() => release(proxy));
      const ending = proxy[member]().catch((error: unknown) => error);
      if (bound === 'signal') setImmediate(() => giveUp.abort(reason));
      return await ending;
    };
    const late = (executed: string): unknown =>
      bound === 'signal' ? reason : expect.objectContaining({ code: 'TIMEOUT', executed });
    const never = new Promise<never>(() => undefined);
    expect(await ends(() => never, 'request')).toEqual(late('no'));
    const keeping: InterceptCall = async (_call, next) => [await next(), await never];
    expect(await ends(keeping, 'request')).toEqual(late('maybe'));
    const trials = { over: false, errors: [] as unknown[] };
    const trying: InterceptCall = async (_call, next) => {
      while (!trials.over) await next().catch((error: unknown) => trials.errors.push(error));
      return undefined;
    };
    expect(await ends(trying, 'hang')).toEqual(late('maybe'));
    trials.over = true;
    expect(trials.errors[0]).toEqual(late('maybe'));
    await actor.letGo();
    // An interceptor may still replace the error of the call that it sent.
    expect(await ends((_call, next) => next().catch(() => 'cached'), 'hang')).toBe('cached');
    await actor.letGo();
  },
);

test('U61 uactor:call tells of calls at the side of the actor as well', async () => {
  await using actor = await Surrounded.spawn();
  await actor.subscribe();
  await actor.request();
  expect(await failure(actor.fail())).toBeInstanceOf(RangeError);
  expect(await actor.heard()).toEqual([
    'start actor Surrounded request()',
    'asyncEnd actor Surrounded request()',
    'start actor Surrounded fail()',
    'error actor Surrounded fail()',
    'asyncEnd actor Surrounded fail()',
    'start actor Surrounded heard()',
  ]);
});

test.each([true, false])('U61 metadata travel only to a peer that takes them: %s', async (takes) => {
  const path = join(scratch, `greeting-${String(takes)}.sock`);
  const flags: number[] = [];
  await using server = await rawServer(path, Buffer.from(authkey), async (peer: RawPeer) => {
    peer.send(takes ? textMessage(RawKind.HELLO, { endpoints: [], metadata: true }) : HELLO);
    const question = await peer.next('the question for the actor', isCall);
    peer.send(exposureMessage('actor', ['enter', 'exit', 'shutdown', 'increment']));
    peer.send(replyMessage(RawKind.RESULT, callOf(question), payload([7, 0], mark('own'))));
    const call = await peer.next('the call', isCall);
    flags.push(call.flags);
    peer.send(replyMessage(RawKind.RESULT, callOf(call), payload(5)));
  });
  const client = await Counter.connect(formatAddress(path), { authkey, ownConnection: true });
  const proxy = callOptions(client, {
    intercept: ({ metadata }, next) => {
      metadata['user'] = 'root';
      return next();
    },
  });
  expect(await proxy.increment()).toBe(5);
  expect(flags).toEqual([takes ? 2 : 0]);
  expect(server.failures).toEqual([]);
  release(proxy);
  release(client);
});
