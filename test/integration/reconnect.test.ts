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
  inspectActor,
  release,
  sameReferent,
  stats,
} from 'uactor';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { scratch } from '../support/leaks.ts';
import { formatAddress } from '../../transports/ipc/address.ts';
import { callOf, exposureMessage, HELLO, mark, payload, RawKind, replyMessage } from '../support/raw-messages.ts';
import { type RawPeer, rawServer } from '../support/raw-peer.ts';
import { Relay } from '../support/relay.ts';

const authkey = 'a key of more than sixteen bytes';
const Remote = Faulty.with({ address: ['127.0.0.1', 0], authkey, stdio: 'ignore' });

test('U55 F25 an actor proxy connects anew on its next call, and nothing is sent again', async () => {
  await using actor = await Remote.spawn();
  await using relay = await Relay.to(actor.connectionAddress);
  const client = await Remote.connect(relay.address, { authkey, ownConnection: true });
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
  const client = await Remote.connect(relay.address, { authkey, ownConnection: true });
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
  const client = await Remote.connect(relay.address, { authkey, ownConnection: true });
  const patient = callOptions(client, { timeout: 60_000 });
  relay.cut();
  await eventually(() => expect(stats()).toMatchObject({ sessions: 1 }));
  const calls = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? client : patient).mark());
  const taken = client.mark;
  expect(await Promise.all([...calls, taken()])).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
  expect(await actor.stats()).toMatchObject({ sessions: 2 });
  release(client);
  expect(await patient.mark()).toBe(22);
  release(patient);
});

test('U55 while nobody listens calls reject, unsent, and the first one after that is answered', async () => {
  const address = `ipc://${join(scratch, 'again.sock')}`;
  const Placed = Counter.with({ address, authkey });
  const first = await Placed.spawn();
  const client = await Placed.connect(address, { authkey, ownConnection: true });
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
  const client = await Remote.connect(relay.address, { authkey, ownConnection: true });
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
  const client = await Placed.connect(address, { authkey, ownConnection: true });
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
  const client = await Counter.connect(address, { authkey, ownConnection: true });
  await first.shutdown();
  await using second = await Faulty.with({ address, authkey, stdio: 'ignore' }).spawn();
  expect(await failure(client.increment())).toMatchObject({ code: 'WRONG_ACTOR', executed: 'no' });
  expect(await second.marks()).toBe(0);
  await eventually(async () => expect(await second.stats()).toMatchObject({ sessions: 1 }));
  release(client);
});

test('U57 F53 a deadline or a signal ends a call that waits for the connection, over TCP into a hole', async () => {
  await using actor = await Remote.spawn();
  await using relay = await Relay.to(actor.connectionAddress);
  const client = await Remote.connect(relay.address, { authkey, ownConnection: true });
  relay.freeze('to the actor', 'to the client');
  relay.cut();
  await eventually(() => expect(stats()).toMatchObject({ sessions: 1 }));
  const reason = new RangeError('enough');
  const controller = new AbortController();
  const patient = failure(client.mark());
  const late = failure(callOptions(client, { timeout: 50 }).mark());
  const inspected = failure(inspectActor(callOptions(client, { timeout: 50 })));
  const aborted = failure(callOptions(client, { signal: controller.signal }).mark());
  const first = await Promise.race([late, patient]);
  expect(first).toMatchObject({ name: 'TimeoutError', executed: 'no' });
  expect(await Promise.race([inspected, patient])).toMatchObject({ name: 'TimeoutError', executed: 'no' });
  controller.abort(reason);
  expect(await Promise.race([aborted, patient])).toBe(reason);
  release(client);
  expect(await patient).toMatchObject({ executed: 'no' });
  expect(await actor.marks()).toBe(0);
});

test('U57 F53 a peer that proves itself and then says nothing is given up after limits.handshakeMs', async () => {
  const path = join(scratch, 'silent-again.sock');
  const peers: RawPeer[] = [];
  await using server = await rawServer(path, Buffer.from(authkey), async (peer) => {
    peers.push(peer);
    peer.send(HELLO);
    const question = await peer.next('the question for the actor', ({ kind }) => kind === RawKind.CALL);
    if (peers.length > 1) return;
    peer.send(exposureMessage('actor', ['enter', 'exit', 'shutdown', 'increment']));
    peer.send(replyMessage(RawKind.RESULT, callOf(question), payload([7, 0], mark('own'))));
  });
  const Quick = Counter.with({ limits: { handshakeMs: 400 } });
  const client = await Quick.connect(formatAddress(path), { authkey, ownConnection: true });
  peers[0]?.destroy();
  await eventually(() => expect(stats()).toMatchObject({ sessions: 0 }));
  const error = await failure(client.increment());
  expect(error).toBeInstanceOf(ActorUnreachableError);
  expect(error).toMatchObject({
    executed: 'no',
    message: expect.stringContaining('it was silent for 400 ms'),
  });
  expect(peers).toHaveLength(2);
  // A connection that sent nothing had only checked whether the listener still exists.
  for (const each of server.failures) expect(each).toHaveProperty('message', expect.stringContaining('was closed'));
  release(client);
});

test('U29 F53 a proxy whose connection was lost is not handed on: the sender is told at once, and nothing is sent', async () => {
  await using actor = await Remote.spawn();
  await using keeper = await Keeper.with({ authkey }).spawn();
  await using relay = await Relay.to(actor.connectionAddress);
  const client = await Remote.connect(relay.address, { authkey, ownConnection: true });
  relay.cut();
  await eventually(() => expect(stats()).toMatchObject({ sessions: 2 }));
  const error = await failure(keeper.echo(client));
  expect(error).toMatchObject({ code: 'CONNECTION_LOST', executed: 'no' });
  expect(error).toHaveProperty('message', expect.stringContaining('cannot be passed on'));
  expect(await client.mark()).toBe(1);
  expect(sameReferent(await keeper.echo(client), client)).toBe(true);
  release(client);
});
