import { scratch } from '../support/leaks.ts';
import { join } from 'node:path';
import { Admitting } from '#fixtures/admitting.js';
import { Counter } from '#fixtures/counter.js';
import { getValue } from 'uactor';
import { expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import { Program } from '../support/program.ts';

test('admit is asked before each call starts, and what it refuses has not run', async () => {
  await using admitting = await Admitting.spawn();
  expect(await admitting.work()).toBe(1);
  await admitting.set(false);
  expect(await failure(admitting.work())).toMatchObject({ name: 'ProxyError', code: 'NOT_ADMITTED', executed: 'no' });
  await admitting.set('throws');
  const thrown = await failure(admitting.work());
  expect(thrown).toBeInstanceOf(RangeError);
  expect(thrown).toMatchObject({ message: 'not now' });
  await admitting.set('promises');
  expect(await failure(admitting.work())).toMatchObject({
    code: 'NOT_ADMITTED',
    executed: 'no',
    message: expect.stringContaining('synchronously'),
  });
  await admitting.set(true);
  expect(await admitting.work()).toBe(2);
  expect(await admitting.asked()).toContain('actor work() 0');
});

test('admit is asked when the turn of a call has come, not when it arrives', async () => {
  await using admitting = await Admitting.spawn();
  const slow = admitting.slow();
  const behind = failure(admitting.work());
  await slow;
  expect(await behind).toMatchObject({ code: 'NOT_ADMITTED', executed: 'no' });
});

test('admit is asked about everything that the actor handed out, copies included, and not about the process', async () => {
  await using admitting = await Admitting.spawn();
  using list = await admitting.list();
  expect(await getValue(list)).toEqual([1, 2]);
  await admitting.set(false);
  expect(await failure(getValue(list))).toMatchObject({ code: 'NOT_ADMITTED' });
  expect(await failure(list.push(3))).toMatchObject({ code: 'NOT_ADMITTED' });
  const nearby = await Admitting.connect(admitting.connectionAddress ?? '');
  expect(await nearby.pid()).toBe(await admitting.pid());
  expect(await admitting.asked()).toEqual(expect.arrayContaining(['list copy 0', 'list push() 1']));
  await admitting.set(true);
  nearby[Symbol.dispose]();
});

test('a served actor takes admit beside its other options, for the calls of others', async () => {
  const address = `ipc://${join(scratch, 'admit.sock')}`;
  const authkey = 'a key of more than sixteen bytes';
  const asked: string[] = [];
  await using server = await Counter.serve({
    address,
    authkey,
    admit: ({ member, caller }) => {
      asked.push(`${member} ${caller.length}`);
      return member !== 'increment()';
    },
  });
  const client = new Program('tcp-client', [address, authkey]);
  expect(await client.said('failed')).toBe('ProxyError: Counter does not admit increment()');
  expect(await client.ended).toEqual({ exitCode: 0, signal: null });
  expect(asked).toContain('increment() 32');
  expect(await server.proxy.increment()).toBe(1);
});

test('an admit that the process of the actor cannot have is a TypeError', async () => {
  expect(await failure(Counter.with({ admit: () => true }).spawn())).toMatchObject({
    name: 'TypeError',
    code: 'MISUSE',
    message: expect.stringContaining('class itself'),
  });
  // @ts-expect-error -- that is what is tried
  expect(await failure(Promise.resolve().then(() => Counter.with({ admit: true })))).toMatchObject({ code: 'MISUSE' });
});
