import { randomBytes } from 'node:crypto';
import { Counter } from '#fixtures/counter.js';
import { Host, SyncManager, withActor } from 'uactor';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';

const KNOWN = 'only authkey, serializer, capture, transport, dial, signal, ownConnection';
const NOT_AN_OBJECT = /connect: the options must be an object with authkey, serializer/;
/** No process listens here: wrong options are reported before any connection. */
const ADDRESS = 'tcp://127.0.0.1:1';

const connecting: Readonly<Record<string, (options: unknown) => Promise<unknown>>> = {
  Counter: async (options) => await Reflect.apply(Counter.connect, Counter, [ADDRESS, options]),
  SyncManager: async (options) => await Reflect.apply(SyncManager.connect, SyncManager, [ADDRESS, options]),
  Host: async (options) => await Reflect.apply(Host.connect, Host, [ADDRESS, options]),
};

describe.each(Object.entries(connecting))('%s.connect', (_name, connect) => {
  test.each([
    [{ timeout: 500 }, `there is no option 'timeout', ${KNOWN}`],
    [{ authkye: 'a key of more than sixteen bytes' }, `there is no option 'authkye', ${KNOWN}`],
    ['a key of more than sixteen bytes', NOT_AN_OBJECT],
    [null, NOT_AN_OBJECT],
    [7000, NOT_AN_OBJECT],
    [{ serializer: 5 }, /connect\.options\.serializer must be the name of a serializer/],
    [{ transport: 5 }, /connect\.options\.transport must be an object of options by scheme/],
    [
      { capture: ['10.0.0.7:7000'] },
      /capture must begin with a scheme, such as ipc:\/\/ or tcp:\/\/; it is '10\.0\.0\.7:7000'/,
    ],
  ])('U29 with %j rejects with what is wrong', async (options, message) => {
    const error = await failure(connect(options));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: 'MISUSE', message: expect.stringMatching(message) });
  });
});

test.each([
  [null, /serve: the options must be an object, such as \{ address, authkey \}/],
  [5, /serve: the options must be an object/],
  [{ handleSignals: 'yes' }, /serve: handleSignals must be true or false/],
  [{ socketActivation: 1 }, /serve: socketActivation must be true or false/],
  [{ limits: 5 }, /options\.limits must be an object/],
  [{ advertise: ['10.0.0.7:7000'] }, /an address of .*advertise must begin with a scheme/],
])('Counter.serve with %j rejects with what is wrong', async (options, message) => {
  const error = await failure(Reflect.apply(Counter.serve, Counter, [options]));
  expect(error).toMatchObject({ name: 'TypeError', code: 'MISUSE', message: expect.stringMatching(message) });
});

test.each([
  [{ limits: null }, /options\.limits must be an object/],
  [{ limits: 5 }, /options\.limits must be an object/],
  [{ stdio: null }, /options\.stdio must be 'inherit', 'ignore' or a file descriptor/],
  [{ spawnTimeout: Number.NaN }, /spawnTimeout must be a number of milliseconds, or Infinity for no limit; it is NaN/],
  [{ advertise: ['x'] }, /an address of .*advertise must begin with a scheme/],
])('a spawn with %j rejects with what is wrong', async (options, message) => {
  const spawn = async (): Promise<unknown> => await Reflect.apply(Counter.with, Counter, [options]).spawn();
  expect(await failure(spawn())).toMatchObject({
    name: 'TypeError',
    code: 'MISUSE',
    message: expect.stringMatching(message),
  });
});

test('withActor without a function ends the actor and names the mistake', async () => {
  const entering: Promise<unknown> = Reflect.apply(withActor, undefined, [
    Counter.with({ authkey: randomBytes(32) }).spawn(),
  ]);
  expect(await failure(entering)).toMatchObject({
    name: 'TypeError',
    code: 'MISUSE',
    message: expect.stringMatching(/^withActor: the second argument must be a function of the actor/),
  });
});
