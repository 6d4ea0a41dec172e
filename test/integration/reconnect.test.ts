import { join } from 'node:path';
import { Counter } from '#fixtures/counter.js';
import { Faulty } from '#fixtures/faulty.js';
import { Keeper } from '#fixtures/keeper.js';
import {
  ActorDiedError,
  ActorUnreachableError,
  callOptions,
  ConnectionLostError,
  getValue,
  release,
  sameReferent,
  stats,
} from 'uactor';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { scratch } from '../support/leaks.ts';
import { Relay } from '../support/relay.ts';

const authkey = 'a key of more than sixteen bytes';
const Remote = Faulty.with({ address: ['127.0.0.1', 0], authkey, stdio: 'ignore' });

test('U55 F25 an actor proxy connects anew on its next call, and nothing is sent again', async () => {
  await using actor = await Remote.spawn();
  await using relay = await Relay.to(actor.connectionAddress);
  const client = await Remote.connect(relay.address, { authkey });
  expect(await client.mark()).toBe(1);
  const flying = [failure(client.waitForGate()), failure(client.hang())];
  await eventually(async () => expect(await actor.waiting()).toBe(2));
  relay.cut();
  for (const error of await Promise.all(flying)) {
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({ executed: 'maybe' });
  }
  expect(await client.mark()).toBe(2);
  expect(await actor.waiting(), 'no call was made a second time').toBe(2);
  expect(sameReferent(client, actor)).toBe(true);
  relay.cut();
  await eventually(() => expect(stats()).toMatchObject({ sessions: 1 }));
  expect(await client.pid()).toBe(await actor.pid());
  release(client);
});

test('U55 other proxies of a lost connection reject, before and after it was renewed', async () => {
  await using actor = await Remote.spawn();
  await using relay = await Relay.to(actor.connectionAddress);
  const client = await Remote.connect(relay.address, { authkey });
  const leaf = await client.leaf();
  expect(await leaf.value()).toBe(0);
  relay.cut();
  await eventually(async () => expect(await failure(leaf.value())).toBeInstanceOf(ConnectionLostError));
  expect(await client.mark()).toBe(1);
  expect(await failure(leaf.value())).toMatchObject({ code: 'CONNECTION_LOST', executed: 'no' });
  await eventually(async () => expect(await actor.liveLeaves()).toBe(0));
  release(leaf);
  release(client);
});

test('U39 U55 calls that wait for the new connection begin in order, over however many proxies of it', async () => {
  await using actor = await Remote.spawn();
  await using relay = await Relay.to(actor.connectionAddress);
  const client = await Remote.connect(relay.address, { authkey });
  const patient = callOptions(client, { timeout: 60_000 });
  relay.cut();
  await eventually(() => expect(stats()).toMatchObject({ sessions: 1 }));
  const calls = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? client : patient).mark());
  const { mark } = client;
  expect(await Promise.all([...calls, mark()])).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
  expect(await actor.stats()).toMatchObject({ sessions: 2 });
  release(client);
  expect(await patient.mark()).toBe(22);
  release(patient);
});

test('U55 while nobody listens calls reject, unsent, and the first one after that is answered', async () => {
  const address = `ipc://${join(scratch, 'again.sock')}`;
  const Placed = Counter.with({ address, authkey });
  const first = await Placed.spawn();
  const client = await Placed.connect(address, { authkey });
  expect(await client.increment(5)).toBe(5);
  await first.shutdown();
  for (let attempt = 0; attempt < 2; attempt++) {
    const error = await failure(client.increment());
    expect(error).toBeInstanceOf(ActorDiedError);
    expect(error).toMatchObject({ executed: 'no' });
  }
  await using second = await Placed.spawn();
  expect(await client.increment()).toBe(1);
  expect(sameReferent(client, second)).toBe(true);
  expect(sameReferent(client, first)).toBe(false);
  release(client);
});

test('U55 behind a lost network the error is that nobody answers', async () => {
  const actor = await Remote.spawn();
  const relay = await Relay.to(actor.connectionAddress);
  const client = await Remote.connect(relay.address, { authkey });
  await relay[Symbol.asyncDispose]();
  await eventually(() => expect(stats()).toMatchObject({ sessions: 1 }));
  const error = await failure(client.mark());
  expect(error).toBeInstanceOf(ActorUnreachableError);
  expect(error).toMatchObject({ executed: 'no' });
  release(client);
  await actor.shutdown();
});

test('F45 proxies of an actor that was replaced never reach an object of the new one', async () => {
  const address = `ipc://${join(scratch, 'replaced.sock')}`;
  const Placed = Faulty.with({ address, authkey, stdio: 'ignore' });
  await using keeper = await Keeper.spawn();
  const first = await Placed.spawn();
  const client = await Placed.connect(address, { authkey });
  const leaf = await client.leaf();
  await first.shutdown();
  await using second = await Placed.spawn();
  const other = await second.leaf();
  expect(await other.value()).toBe(0);
  expect(await failure(leaf.value())).toBeInstanceOf(ConnectionLostError);
  expect(await failure(getValue(leaf))).toBeInstanceOf(ConnectionLostError);
  const error = await failure(keeper.keep(leaf));
  expect(error).toMatchObject({ executed: 'no' });
  expect(await client.mark()).toBe(1);
  expect(await second.marks()).toBe(1);
  for (const proxy of [leaf, other, client]) release(proxy);
});

test('U55 an actor with other members does not take the place of the one that was connected to', async () => {
  const address = `ipc://${join(scratch, 'other.sock')}`;
  const first = await Counter.with({ address, authkey }).spawn();
  const client = await Counter.connect(address, { authkey });
  await first.shutdown();
  await using second = await Faulty.with({ address, authkey, stdio: 'ignore' }).spawn();
  expect(await failure(client.increment())).toMatchObject({ code: 'WRONG_ACTOR', executed: 'no' });
  expect(await second.marks()).toBe(0);
  await eventually(async () => expect(await second.stats()).toMatchObject({ sessions: 1 }));
  release(client);
});
