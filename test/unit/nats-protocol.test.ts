import { expect, test } from 'vitest';
import type { Connection, Listener } from '../../core/seam/transport.ts';
import { dice } from '../../scripts/dice.mjs';
import { dial } from '../../transports/nats/dialer.ts';
import { greeting, HEADER_BYTES, Kind, makeFrame, PROTOCOL_VERSION } from '../../transports/nats/frame.ts';
import { listen } from '../../transports/nats/listener.ts';
import { PeerWindow } from '../../transports/nats/peer-window.ts';
import { ReceiveSide } from '../../transports/nats/receive-side.ts';
import { SendSide } from '../../transports/nats/send-side.ts';
import { inboxSubject } from '../../transports/nats/subjects.ts';
import { Side } from '../conformance/transport-pair.ts';
import { failure } from '../support/failure.ts';
import { type MemoryLink, MemoryWorld } from '../support/memory-broker.ts';

const ADDRESS = 'nats://main/test/actor';

/** A listener, a client, and their broker, in virtual time. */
class Scene {
  readonly world = new MemoryWorld(dice(1));
  readonly here: MemoryLink = this.world.link('here');
  readonly there: MemoryLink = this.world.link('there');
  readonly accepted: Connection[] = [];

  async listen(address = ADDRESS, link = this.there): Promise<Listener> {
    return await this.settled(listen(link, address, (connection) => this.accepted.push(connection)));
  }

  async dial(address = ADDRESS, signal = new AbortController().signal): Promise<Connection> {
    return await this.settled(dial(this.here, address, signal));
  }

  /** Opens a connection and returns both of its ends. */
  async pair(): Promise<{ readonly client: Side; readonly server: Side }> {
    await this.listen();
    const client = new Side(await this.dial());
    const [server] = this.accepted;
    if (server === undefined) throw new Error('nobody accepted');
    return { client, server: new Side(server) };
  }

  /** Lets time pass until the promise is settled. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const settle = (): void => {
      over = true;
    };
    promise.then(settle, settle);
    await this.world.run(() => over);
    return await promise;
  }

  async passed(ms: number): Promise<void> {
    const end = this.world.now + ms;
    this.world.after(ms, () => undefined);
    await this.world.run(() => this.world.now >= end);
  }
}

test('U54 the broker reports a peer whose process ended, and silence reveals a peer that stopped', async () => {
  const gone = new Scene();
  const { client } = await gone.pair();
  gone.there.broker.connected = false;
  client.connection.write([Buffer.from('anybody?')]);
  await gone.world.run(() => client.causes.length > 0);
  expect(gone.world.now).toBeLessThan(7_000);
  expect(client.causes[0]).toMatchObject({
    name: 'ConnectionLostError',
    message: expect.stringContaining('process has ended'),
  });

  const still = new Scene();
  const pair = await still.pair();
  await still.passed(1_000);
  still.world.harm = { lost: 1_000, doubled: 0, late: 0 };
  await still.world.run(() => pair.client.causes.length > 0);
  expect(still.world.now).toBeGreaterThan(30_000);
  expect(pair.client.causes[0]).toMatchObject({ message: expect.stringContaining('said nothing for 30000 ms') });
});

test('an idle connection stays open, and costs a few messages', async () => {
  const scene = new Scene();
  const { client, server } = await scene.pair();
  await scene.passed(100_000);
  expect([client.causes, server.causes]).toEqual([[], []]);
  client.connection.write([Buffer.from('still here')]);
  await scene.world.run(() => server.byteCount === 10);
});

test('a connection and its written bytes wait for an absent broker, and are given up after a long time', async () => {
  const scene = new Scene();
  const { client, server } = await scene.pair();
  for (const link of [scene.here, scene.there]) link.broker.connected = false;
  expect(client.connection.write([Buffer.from('kept')])).toBe(false);
  await scene.passed(50_000);
  for (const link of [scene.here, scene.there]) link.broker.connected = true;
  const cameAt = scene.world.now;
  await scene.world.run(() => server.byteCount === 4 && client.drains === 1);
  expect(scene.world.now - cameAt).toBeLessThan(300);

  scene.here.broker.connected = false;
  await scene.world.run(() => client.causes.length > 0);
  expect(client.causes[0]).toMatchObject({ message: expect.stringContaining('broker did not return') });
});

test('a paused reader gets one window, and costs the sender no more memory than the writer gives', async () => {
  const scene = new Scene();
  const { client, server } = await scene.pair();
  server.connection.pause();
  let written = 0;
  while (client.connection.write([new Uint8Array(64 * 1024)])) written += 64 * 1024;
  await scene.passed(20_000);
  expect(written).toBeLessThan(2 * 1024 * 1024);
  expect(server.byteCount).toBe(0);
  server.connection.resume();
  await scene.world.run(() => server.byteCount >= written && client.drains === 1);
});

test('a thousand writes of one byte stay within the window', () => {
  let published = 0;
  const side = new SendSide({
    firstNumber: 0,
    maxPayloadBytes: HEADER_BYTES + 1,
    peer: new PeerWindow(),
    publish: () => void published++,
    retry: () => undefined,
  });
  side.write([new Uint8Array(100_000)]);
  side.pump();
  expect(published).toBe(Math.floor((1024 * 1024) / 129));
});

test('a peer that sends more than its credit is disconnected', () => {
  const side = new ReceiveSide(0);
  const payload = new Uint8Array(64 * 1024);
  const arrivals = Array.from({ length: 17 }, (_, number) =>
    side.arrive({ kind: Kind.data, last: false, number, expected: 0, credit: 0, payload }),
  );
  expect(arrivals.slice(0, 15)).toEqual(Array.from({ length: 15 }, () => 'next'));
  expect(arrivals[15]).toBe('excess');
});

test('all connections to one process together have at most 8 MiB in transit', () => {
  const window = new PeerWindow();
  let retried = 0;
  const retry = (): void => void retried++;
  expect(window.take(8 * 1024 * 1024, retry)).toBe(true);
  expect(window.take(1, retry)).toBe(false);
  window.giveBack(1_000);
  expect(retried).toBe(1);
  expect(window.take(1_000, retry)).toBe(true);
});

test('a listener that had stopped and answers an old request disturbs no connection', async () => {
  const scene = new Scene();
  const old = scene.world.link('old');
  const stale: Connection[] = [];
  await scene.settled(listen(old, `${ADDRESS}@one`, (connection) => stale.push(connection)));
  // The old listener receives the request, and its reply is in transit when the successor starts.
  const publish = old.broker.publish.bind(old.broker);
  old.broker.publish = (...words) => void scene.world.after(3_000, () => publish(...words));
  const dialling = scene.dial(`${ADDRESS}@one`);
  await scene.listen(`${ADDRESS}@two`);
  // From now on, the broker delivers the old listener's messages to its successor.
  const { subscriptions } = scene.world;
  for (const each of [...subscriptions].filter(({ owner }) => owner === scene.there.broker)) {
    subscriptions.add({ ...each, subject: inboxSubject('test', 'actor', 'one') });
  }
  const client = new Side(await dialling);
  const server = new Side(scene.accepted[0] ?? (await dialling));
  client.connection.write([Buffer.from('hello')]);
  await scene.world.run(() => server.byteCount === 5);
  await scene.passed(5_000);
  expect(stale).toHaveLength(1);
  const [first] = stale;
  if (first === undefined) throw new Error('the old listener heard nothing');
  const lost = new Side(first);
  await scene.world.run(() => lost.causes.length > 0);
  client.connection.write([Buffer.from(' again')]);
  await scene.world.run(() => server.byteCount === 11);
  expect([client.causes, server.causes]).toEqual([[], []]);
});

test('U50 an address has one listener, names one incarnation or the current one, and reaches no other process', async () => {
  const scene = new Scene();
  const listener = await scene.listen();
  expect(listener.address).toMatch(/^nats:\/\/main\/test\/actor@[\w-]{22}$/);
  const second = await failure(scene.listen(ADDRESS, scene.here));
  expect(second).toMatchObject({ name: 'AddressInUseError' });
  for (const address of [ADDRESS, listener.address]) (await scene.dial(address)).destroy();
  const other = await failure(scene.dial(`${ADDRESS}@another`));
  expect(other).toMatchObject({
    name: 'ActorUnreachableError',
    message: expect.stringContaining('nothing listens there'),
  });
  const chosen = await scene.listen('nats://main/test');
  expect(chosen.address).toMatch(/^nats:\/\/main\/test\/[\w-]{22}@[\w-]{22}$/);
  for (const address of [
    'nats://main',
    'nats://main/test',
    'nats://main/te.st/actor',
    'nats://main/test/*',
    'nats://main/test/a@b@c',
  ]) {
    expect(await failure(scene.dial(address))).toMatchObject({ code: 'ADDRESS_INVALID' });
  }
  await listener.close();
  expect(scene.there.holds).toBeGreaterThan(0);
  await chosen.close();
  await scene.passed(10_000);
  expect([scene.here.holds, scene.there.holds]).toEqual([0, 0]);
});

test('a cancelled connect leaves nothing at the listener, even if its request was duplicated', async () => {
  const scene = new Scene();
  await scene.listen();
  scene.world.harm = { lost: 0, doubled: 1_000, late: 0 };
  const controller = new AbortController();
  const dialling = failure(scene.dial(ADDRESS, controller.signal));
  controller.abort();
  expect(await dialling).toMatchObject({ name: 'ActorUnreachableError' });
  scene.world.harm = { lost: 0, doubled: 0, late: 0 };
  for (const connection of scene.accepted) {
    const side = new Side(connection);
    await scene.world.run(() => side.causes.length > 0);
  }
  await scene.passed(10_000);
  expect(scene.here.holds).toBe(0);
  expect(scene.there.peers.size).toBe(0);
});

test('H82 garbage at an inbox or a connection is ignored, and another version causes an error', async () => {
  const scene = new Scene();
  const { client, server } = await scene.pair();
  const subjects = [...scene.world.subscriptions].map(({ subject }) => subject);
  const junk = [
    new Uint8Array(0),
    new Uint8Array(40).fill(255),
    makeFrame(Kind.data, 0, 7, 10),
    makeFrame(Kind.missing, 0, 0, 0),
  ];
  for (const subject of subjects) {
    for (const payload of junk) scene.here.broker.publish(subject.replace('*', 'A'.repeat(22)), payload, 'somewhere');
  }
  await scene.passed(1_000);
  client.connection.write([Buffer.from('unimpressed')]);
  await scene.world.run(() => server.byteCount === 11);

  const inbox = inboxSubject('test', 'actor', undefined);
  const replies: Uint8Array[] = [];
  const asker = 'B'.repeat(22);
  scene.here.broker.subscribe(`ua.test.c.${asker}.*.c`, ({ payload }) => void replies.push(payload));
  const old = greeting(Kind.open, Buffer.concat([Buffer.of(PROTOCOL_VERSION + 1), Buffer.alloc(16)]));
  scene.here.broker.publish(inbox, old, `ua.test.c.${asker}.-.c`);
  await scene.passed(100);
  expect(replies[0]?.[HEADER_BYTES]).toBe(PROTOCOL_VERSION);
  expect(scene.accepted).toHaveLength(1);
});

test('a listener that does not respond still has its address, and one that starts without a broker waits for it', async () => {
  const stopped = new Scene();
  stopped.there.broker.subscribe(inboxSubject('test', 'actor', undefined), () => undefined);
  expect(await failure(stopped.listen(ADDRESS, stopped.here))).toMatchObject({ name: 'AddressInUseError' });

  const away = new Scene();
  away.there.broker.connected = false;
  const listening = listen(away.there, ADDRESS, (connection) => away.accepted.push(connection));
  await away.passed(5_000);
  away.there.broker.connected = true;
  await away.settled(listening);
  (await away.dial()).destroy();
});

test('a connect waits for a broker that is away, and for a listener that returns to it later; an aborted one does not begin', async () => {
  const scene = new Scene();
  await scene.listen();
  scene.here.broker.connected = false;
  const dialling = scene.dial();
  await scene.passed(2_000);
  scene.there.broker.connected = false;
  scene.here.broker.connected = true;
  await scene.passed(1_000);
  scene.there.broker.connected = true;
  (await dialling).destroy();
  const subscriptions = scene.world.subscriptions.size;
  expect(await failure(scene.dial(ADDRESS, AbortSignal.abort()))).toMatchObject({
    message: expect.stringContaining('the attempt was abandoned'),
  });
  expect(scene.world.subscriptions.size).toBe(subscriptions);
  // An attempt that is given up without a broker sends nothing.
  scene.here.broker.connected = false;
  const controller = new AbortController();
  const refused = failure(scene.dial(ADDRESS, controller.signal));
  controller.abort();
  expect(await refused).toMatchObject({ message: expect.stringContaining('the broker is unavailable') });
});

test('ends with different encryption do not connect, and the message names the option', async () => {
  const scene = new Scene();
  await scene.listen(ADDRESS, scene.world.link('secured', { secured: true }));
  expect(await failure(scene.dial())).toMatchObject({
    name: 'ActorUnreachableError',
    message: expect.stringContaining('options.transport.nats.encryption is not the same'),
  });
  expect(scene.accepted).toEqual([]);
});

test('H82 a closed listener, and a request without the reply subject of a client, accept no connection', async () => {
  const scene = new Scene();
  const listener = await scene.listen();
  const inbox = inboxSubject('test', 'actor', undefined);
  const handlers = [...scene.world.subscriptions].filter(({ subject }) => subject === inbox);
  const version = Buffer.concat([Buffer.of(PROTOCOL_VERSION, 0), Buffer.alloc(16)]);
  const request = { subject: inbox, payload: greeting(Kind.open, version), nobody: false };
  const reply = `ua.test.c.${'C'.repeat(22)}.-.c`;
  for (const { handler } of handlers) {
    handler({ ...request, reply: 'ua.other.c.x.-.c' });
    handler({ ...request, reply, payload: Buffer.alloc(3) });
  }
  expect(scene.accepted).toHaveLength(0);
  await listener.close();
  for (const { handler } of handlers) handler({ ...request, reply });
  expect(scene.accepted).toHaveLength(0);
  expect(await failure(scene.dial(`nats://main/test/${'x'.repeat(65)}`))).toMatchObject({ code: 'ADDRESS_INVALID' });
});
