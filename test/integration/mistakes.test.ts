import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Actor, ActorProxy, callOptions, getValue, type SerializerError, SyncManager, withActor } from 'uactor';
import { Counter } from '#fixtures/counter.js';
import { failure } from '../support/failure.ts';
import { shared } from '../support/shared.ts';

const counters = shared(() => Counter.spawn());

test('U2 a class without a name is refused with the cure', async () => {
  const nameless = (() =>
    class extends Actor {
      static override readonly module = import.meta.url;
    })();
  await expect(nameless.spawn()).rejects.toThrow(/has no name.*export class/);
});

test('U12 withActor refuses what is no actor before it calls anything', async () => {
  // @ts-expect-error a class instead of an actor
  await expect(withActor(Counter, () => 1)).rejects.toThrow(/withActor\(Counter\.spawn\(\)/);
});

test('U41 an unknown call option is refused instead of being ignored', async () => {
  const counter = counters();
  // @ts-expect-error a misspelt option
  expect(() => callOptions(counter, { timeuot: 5 })).toThrow(/no option 'timeuot'/);
});

test('U41 a deadline names the member that was called, not the one that the library calls for it', async () => {
  await using manager = await SyncManager.start();
  const late = { timeout: 0 };
  const [lock, list, condition] = [await manager.Lock(), await manager.list([1]), await manager.Condition()];
  const listOnce = callOptions(list, late);
  const first = async (): Promise<unknown> => await listOnce[Symbol.asyncIterator]().next();
  for (const [call, name] of [
    [() => callOptions(lock, late).acquire(), 'acquire()'],
    [() => callOptions(lock, late).hold(), 'hold()'],
    [() => callOptions(lock, late).locked(), 'locked()'],
    [() => callOptions(condition, late).waitFor(() => true), 'waitFor()'],
    [() => getValue(listOnce), 'getValue()'],
    [first, 'the iteration'],
  ] as const) {
    expect(await failure(call())).toMatchObject({
      code: 'TIMEOUT',
      message: `ManagerServer: ${name} did not answer within 0 ms`,
    });
  }
});

test('U46 an open socket is refused with the path to it, though it can be iterated', async () => {
  const counter = counters();
  const socket = new Socket();
  await expect(counter.echo({ rows: [{ socket }] })).rejects.toMatchObject({
    code: 'UNSERIALIZABLE',
    path: '$[0].rows[0].socket',
  } satisfies Partial<SerializerError>);
  socket.destroy();
});

test('U46 a promise among the arguments is refused with the advice to await it', async () => {
  const counter = counters();
  await expect(counter.echo(Promise.resolve(1))).rejects.toThrow(/an instance of Promise.*await it first/);
});

test('U46 an argument that cannot be sent is blamed on the line of the call, even when nobody awaits it', async () => {
  const counter = counters();
  const failing = counter.echo(Symbol('unsendable'));
  const error: unknown = await failing.catch((reason: unknown) => reason);
  const [, firstFrame] = String(error instanceof Error && error.stack).split('\n');
  expect(firstFrame).toContain('mistakes.test.ts');
});

test('U42 a remote stack shows the method, and no line of the library', async () => {
  const counter = counters();
  const error: unknown = await counter.fail('too loud').catch((reason: unknown) => reason);
  const stack = String(error instanceof Error && error.stack);
  expect(stack).toMatch(
    /^RangeError: too loud\n(?:.*mistakes\.test\.ts.*\n(?:.*\n)*?) {4}--- in the process of Counter ---\n {4}at Counter\.fail /,
  );
  expect(stack).not.toContain('/dist/core/');
});

test('H77 an actor with redactErrors tells its owner everything, and others no stack and no path', async () => {
  await using owned = await Counter.with({ redactErrors: true }).spawn();
  const connected = await Counter.connect(String(owned.connectionAddress), { ownConnection: true });
  const [full, redacted] = await Promise.all(
    [owned, connected].map(async (counter) => {
      const error: unknown = await counter.fail('no such file: /etc/secret/key').catch((reason: unknown) => reason);
      return error instanceof RangeError ? error : new Error('another class arrived');
    }),
  );
  expect(full?.message).toContain('/etc/secret/key');
  expect(full?.stack).toContain('at Counter.fail');
  expect(redacted?.message).not.toContain('/etc/secret');
  expect(redacted?.stack).not.toContain('at Counter.fail');
  connected[Symbol.dispose]();
});

test('H77 without the option errors are redacted over a network, and sent in full on this machine', async () => {
  const authkey = 'a key of more than sixteen bytes';
  for (const [options, shown] of [
    [{}, true],
    [{ address: ['127.0.0.1', 0] as const }, false],
    [{ address: ['127.0.0.1', 0] as const, redactErrors: false }, true],
  ] as const) {
    await using owned = await Counter.with({ authkey, ...options }).spawn();
    const connected = await Counter.connect(String(owned.connectionAddress), { ownConnection: true, authkey });
    const error: unknown = await connected.fail('no such file: /etc/secret/key').catch((reason: unknown) => reason);
    if (!(error instanceof RangeError)) throw new Error('another class arrived');
    expect(error.message.includes('/etc/secret')).toBe(shown);
    expect(String(error.stack).includes('at Counter.fail')).toBe(shown);
    connected[Symbol.dispose]();
  }
});

async function spawnWith(count: number): Promise<void> {
  const spawned: unknown = await Reflect.apply(Counter.spawn, Counter, Array<number>(count).fill(1));
  if (spawned instanceof ActorProxy) await spawned.shutdown();
}

test('U46 a call takes as many arguments as fit on the stack, a constructor the same, and more are refused in words', async () => {
  await using counter = await Counter.spawn();
  const many = Array<number>(32_768).fill(1);
  expect(await counter.callMethod('increment', many)).toBe(1);
  await spawnWith(32_768);
  const words = /has 100000 arguments, but a call takes at most 32768: pass them as one list/;
  const tooMany = Array<number>(100_000).fill(1);
  await expect(counter.callMethod('increment', tooMany)).rejects.toMatchObject({
    name: 'TypeError',
    code: 'MISUSE',
    message: expect.stringMatching(words),
  });
  await expect(spawnWith(100_000)).rejects.toThrow(words);
  expect(await counter.increment()).toBe(2);
});
