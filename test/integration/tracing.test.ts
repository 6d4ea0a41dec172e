import { tracingChannel } from 'node:diagnostics_channel';
import { Counter } from '#fixtures/counter.js';
import { Faulty } from '#fixtures/faulty.js';
import { ActorDiedError, ConnectionLostError, release, terminate } from 'uactor';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { hasEnded } from '../support/leaks.ts';
import { Relay } from '../support/relay.ts';

const authkey = 'a key of more than sixteen bytes';
const Remote = Faulty.with({ address: ['127.0.0.1', 0], authkey, stdio: 'ignore' });

/** Returns the messages that a channel publishes from now on, until the test ends. */
function publishedOn(name: string): { readonly event: string; readonly message: object }[] {
  const channel = tracingChannel(name);
  const published: { readonly event: string; readonly message: object }[] = [];
  const note = (event: string) => (message: unknown) => {
    published.push({ event, message: { ...Object(message) } });
  };
  const subscribers = {
    start: note('start'),
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  };
  channel.subscribe(subscribers);
  onTestFinished(() => {
    channel.unsubscribe(subscribers);
  });
  return published;
}

test('U78 uactor:spawn tells of a spawn, with the process and the address of the actor when it is ready', async () => {
  const published = publishedOn('uactor:spawn');
  await using counter = await Counter.spawn();
  expect(published).toMatchObject([
    { event: 'start', message: { actor: 'Counter', module: Counter.module, pid: undefined, address: undefined } },
    {
      event: 'asyncEnd',
      message: { actor: 'Counter', pid: await counter.pid(), address: counter.connectionAddress },
    },
  ]);
});

test('U78 uactor:spawn tells why a spawn failed', async () => {
  const published = publishedOn('uactor:spawn');
  const error = await failure(Counter.with({ execArgv: ['--no-such-flag'], stdio: 'ignore' }).spawn());
  expect(published.map(({ event }) => event)).toEqual(['start', 'error', 'asyncEnd']);
  expect(published[1]?.message).toMatchObject({ actor: 'Counter', error, pid: undefined });
});

test('U78 uactor:session tells of an orderly end with its reason', async () => {
  const published = publishedOn('uactor:session');
  const counter = await Counter.spawn();
  expect(published).toMatchObject([
    { event: 'start', message: { actor: 'Counter', reconnect: false, reason: undefined, serializer: 'superjson' } },
  ]);
  await counter.shutdown();
  await eventually(() => expect(published).toHaveLength(2));
  expect(published[1]).toMatchObject({ event: 'asyncEnd', message: { actor: 'Counter', reason: 'shutdown' } });
  expect(published[1]?.message).not.toHaveProperty('error');
});

test('U78 uactor:session tells of the death of an actor with the code of its error', async () => {
  const published = publishedOn('uactor:session');
  const counter = await Counter.spawn();
  const pid = await counter.pid();
  process.kill(pid, 'SIGKILL');
  await hasEnded(pid);
  await eventually(() => expect(published.map(({ event }) => event)).toEqual(['start', 'error', 'asyncEnd']));
  expect(published[2]?.message).toMatchObject({ code: 'ACTOR_DIED', reason: undefined });
  expect(Reflect.get(Object(published[1]?.message), 'error')).toBeInstanceOf(ActorDiedError);
  await terminate(counter);
});

test('U78 uactor:session tells which session replaces a lost one', async () => {
  await using actor = await Remote.spawn();
  await using relay = await Relay.to(actor.connectionAddress);
  const published = publishedOn('uactor:session');
  const client = await Remote.connect(relay.address, { authkey, ownConnection: true });
  expect(await client.mark()).toBe(1);
  relay.cut();
  await eventually(() => expect(published.map(({ event }) => event)).toEqual(['start', 'error', 'asyncEnd']));
  expect(Reflect.get(Object(published[1]?.message), 'error')).toBeInstanceOf(ConnectionLostError);
  expect(await client.mark()).toBe(2);
  expect(published[0]?.message).toMatchObject({ actor: 'Faulty', address: relay.address, reconnect: false });
  expect(published[3]).toMatchObject({ event: 'start', message: { address: relay.address, reconnect: true } });
  release(client);
});

test('U78 a subscriber that throws disturbs no spawn and no session', async () => {
  const errors: unknown[] = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const note = (error: unknown): void => void errors.push(error);
  process.on('uncaughtException', note);
  const subscribers = {
    start: () => {
      throw new Error('of a subscriber');
    },
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: () => undefined,
    error: () => undefined,
  };
  for (const name of ['uactor:spawn', 'uactor:session', 'uactor:call']) tracingChannel(name).subscribe(subscribers);
  try {
    await using counter = await Counter.spawn();
    expect(await counter.increment()).toBe(1);
    await eventually(() => expect(errors).toHaveLength(3));
  } finally {
    for (const name of ['uactor:spawn', 'uactor:session', 'uactor:call']) tracingChannel(name).unsubscribe(subscribers);
    process.off('uncaughtException', note);
    for (const listener of listeners) process.on('uncaughtException', listener);
  }
});
