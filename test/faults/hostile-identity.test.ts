/** Processes that claim to be others, and relays that pass on proofs; none of them contains a line of the library. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { Counter } from '#fixtures/counter.js';
import { Keeper } from '#fixtures/keeper.js';
import { Target } from '#fixtures/target.js';
import { AuthkeyError, DEFAULT_LIMITS, release } from 'uactor';
import { afterAll, describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../transports/ipc/address.ts';
import { Authority } from '../support/certificates.ts';
import { failure } from '../support/failure.ts';
import {
  type ForeignIdentity,
  foreignIdentity,
  foreignInstance,
  frame,
  unframe,
} from '../support/foreign-handshake.ts';
import { scratch } from '../support/leaks.ts';
import {
  ASK_FOR_ACTOR,
  callMessage,
  codeOf,
  HELLO,
  mark,
  payload,
  RawKind,
  textOf,
  valueOf,
} from '../support/raw-messages.ts';
import { rawClient, RawPeer, rawServer } from '../support/raw-peer.ts';

const KEY = 'the key of the actor that is to be stolen';
/** More than ten times `limits.maxHandshakes`. */
const HALF_OPEN = 10_000;
const OTHER_KEY = 'the key that the thief has by right, its own';

const authority = new Authority();
afterAll(() => authority[Symbol.dispose]());

/** Resolves to the hello of a process, which any process that connects receives. */
async function helloOf(path: string): Promise<Buffer> {
  const socket = connect(path);
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, Buffer.from(chunk)]);
    const [hello] = unframe(bytes).payloads;
    if (hello) return hello;
  }
  throw new Error('the actor did not greet');
}

/** Returns an identity with the public key of another process, which signs with its own key. */
function thief(publicKey: Buffer): ForeignIdentity {
  return { ...foreignIdentity(), publicKey, instance: foreignInstance(publicKey) };
}

describe('H83 a process cannot use the identity of another process', () => {
  test('H83 as a listener with its own key, before and after the real process is known', async () => {
    await using actor = await Counter.with({ authkey: KEY }).spawn();
    const stolen = (await helloOf(parseAddress(String(actor.connectionAddress)))).subarray(40, 72);
    const path = join(scratch, randomBytes(4).toString('hex'));
    const seen: unknown[] = [];
    await using server = await rawServer(
      path,
      Buffer.from(OTHER_KEY),
      async (peer) => {
        peer.send(HELLO);
        seen.push(await peer.next('a call', ({ kind }) => kind === RawKind.CALL));
      },
      { identity: thief(stolen) },
    );
    const error = await failure(Counter.connect(formatAddress(path), { ownConnection: true, authkey: OTHER_KEY }));
    expect(error).toBeInstanceOf(AuthkeyError);
    expect(String(error)).toContain('did not prove its identity');
    // A proxy that is handed over still leads to the actor itself.
    await using keeper = await Keeper.with({ authkey: KEY }).spawn();
    await keeper.keep(actor);
    const given = await keeper.kept();
    expect(seen).toEqual([]);
    for (const each of server.failures) expect(String(each)).toContain('was closed');
    release(given);
  });

  test('H83 as a client that knows the key of the actor that it calls', async () => {
    await using actor = await Counter.with({ authkey: KEY }).spawn();
    await using victim = await Counter.with({ authkey: KEY }).spawn();
    const stolen = (await helloOf(parseAddress(String(victim.connectionAddress)))).subarray(40, 72);
    const path = parseAddress(String(actor.connectionAddress));
    const stranger = RawPeer.connect(path, Buffer.from(KEY), { identity: thief(stolen) });
    await expect(stranger).rejects.toThrow('the actor refused');
    using honest = await RawPeer.connect(path, Buffer.from(KEY), { identity: foreignIdentity() });
    expect(await honest.next('the greeting', ({ kind }) => kind === RawKind.HELLO)).toBeDefined();
  });
});

/** Returns the port of a server of this test. */
function portOf(server: Server): number {
  const bound = server.address();
  if (typeof bound === 'object' && bound !== null) return bound.port;
  throw new Error('it does not listen');
}

/** Starts a relay that ends TLS on both sides, with its own certificates, and passes on the content. */
async function relayInside(target: string, tls: object): Promise<Server & AsyncDisposable> {
  const { hostname, port } = new URL(target);
  const sockets: Socket[] = [];
  const server = createTlsServer({ ...tls, requestCert: true, minVersion: 'TLSv1.3' }, (client) => {
    const actor = connectTls({ host: hostname, port: Number(port), ...tls, minVersion: 'TLSv1.3' });
    sockets.push(client, actor);
    for (const socket of [client, actor]) socket.on('error', () => undefined);
    client.pipe(actor);
    actor.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(server, {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  });
}

describe('H84 a proof that is relayed', () => {
  test('H84 with certificates it is rejected: the relay has two channels, and a proof is valid on one', async () => {
    const tcp = { tls: authority.issue({ name: 'IP:127.0.0.1' }) };
    await using actor = await Counter.with({ address: ['127.0.0.1', 0], authkey: KEY, transport: { tcp } }).spawn();
    const address = String(actor.connectionAddress);
    await using relay = await relayInside(address, authority.issue({ name: 'IP:127.0.0.1' }));
    const port = portOf(relay);
    const error = await failure(
      Counter.connect(`tcp://127.0.0.1:${port}`, { ownConnection: true, authkey: KEY, transport: { tcp } }),
    );
    expect(error).toBeInstanceOf(AuthkeyError);
    const direct = await Counter.connect(address, { ownConnection: true, authkey: KEY, transport: { tcp } });
    expect(await direct.increment()).toBe(1);
    release(direct);
  });

  test('H84 with the pre-shared key, a relay without the key cannot terminate TLS and only forwards bytes', async () => {
    await using actor = await Counter.with({ address: ['127.0.0.1', 0], authkey: KEY }).spawn();
    const passed: Buffer[] = [];
    const sockets: Socket[] = [];
    const { hostname, port } = new URL(String(actor.connectionAddress));
    const wire = createServer((client) => {
      const upstream = connect(Number(port), hostname);
      sockets.push(client, upstream);
      for (const socket of [client, upstream]) socket.on('error', () => undefined);
      client.on('data', (chunk) => passed.push(chunk));
      client.pipe(upstream);
      upstream.pipe(client);
    });
    wire.listen(0, '127.0.0.1');
    await once(wire, 'listening');
    const at = portOf(wire);
    const client = await Counter.connect(`tcp://127.0.0.1:${at}`, { ownConnection: true, authkey: KEY });
    expect(await client.increment()).toBe(1);
    const bytes = Buffer.concat(passed);
    expect(bytes.length).toBeGreaterThan(100);
    for (const text of ['increment', 'client proof', KEY]) expect(bytes.includes(text)).toBe(false);
    release(client);
    for (const socket of sockets) socket.destroy();
    wire.close();
  });

  test('H69 H84 no proof goes unencrypted, or over certificates, to an address from a peer with another key', async () => {
    const plain = { tcp: { encryption: false } };
    await using own = await Target.with({ authkey: OTHER_KEY, transport: plain }).spawn();
    const heard: Buffer[] = [];
    const service = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => heard.push(chunk));
      socket.write(frame(Buffer.concat([Buffer.from('uactor\x02\0', 'latin1'), randomBytes(64)])));
    });
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    const port = portOf(service);
    using peer = await rawClient(parseAddress(String(own.connectionAddress)), Buffer.from(OTHER_KEY), ASK_FOR_ACTOR);
    const exposure = textOf(await peer.next('the exposure', ({ kind }) => kind === RawKind.EXPOSURE));
    const token = valueOf(await peer.reply(0));
    if (!Array.isArray(token) || !Array.isArray(exposure)) throw new Error('there was no actor');
    const names: unknown = exposure[1];
    const echo = Array.isArray(names) ? names.indexOf('echo') : -1;
    const far = ['1'.repeat(32), [`tcp://127.0.0.1:${port}`], 1, '2'.repeat(32), exposure];
    const args = payload([far], { 0: mark('far') });
    peer.send(callMessage({ call: 1, target: Number(token[0]), operation: echo, args }));
    expect(codeOf(await peer.reply(1))).toBe('NOT_ALLOWED');
    expect(Buffer.concat(heard).toString('latin1'), 'the word that says no TLS, and no more').toMatch(
      /^(?:uactor plain\n)?$/,
    );
    service.close();
  });
});

test('H86 silent connections from one address do not keep out other addresses', async () => {
  const limits = { maxHandshakes: 32, handshakeMs: 60_000 };
  await using actor = await Counter.with({ address: ['0.0.0.0', 0], authkey: KEY, limits, stdio: 'ignore' }).spawn();
  const { port } = new URL(String(actor.connectionAddress));
  const idle = Array.from({ length: 200 }, () =>
    connect({ host: '127.0.0.1', port: Number(port), localAddress: '127.0.0.2' }).on('error', () => undefined),
  );
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  for (let login = 0; login < 5; login++) {
    const client = await Counter.connect(['127.0.0.1', Number(port)], { ownConnection: true, authkey: KEY });
    expect(await client.increment()).toBe(login + 1);
    release(client);
  }
  for (const socket of idle) socket.destroy();
});

test('H86 10,000 half-open connections from one address do not slow down clients from another address', async () => {
  // None of them ends by itself before all clients have connected.
  const limits = { handshakeMs: 120_000, firstBytesMs: 120_000 };
  await using actor = await Counter.with({ address: ['0.0.0.0', 0], authkey: KEY, limits, stdio: 'ignore' }).spawn();
  const { port } = new URL(String(actor.connectionAddress));
  const halfOpen: Socket[] = [];
  try {
    for (let begun = 0; begun < HALF_OPEN; begun += 250) {
      const some = Array.from({ length: 250 }, () =>
        connect({ host: '127.0.0.1', port: Number(port), localAddress: '127.0.0.2' }).on('error', () => undefined),
      );
      halfOpen.push(...some);
      await Promise.all(some.map((socket) => once(socket, 'connect')));
    }
    for (let login = 0; login < 5; login++) {
      const begun = performance.now();
      const client = await Counter.connect(['127.0.0.1', Number(port)], { ownConnection: true, authkey: KEY });
      // On an idle machine, this takes less than a second; the test only requires that no client waits for the deadline of a handshake.
      expect(performance.now() - begun).toBeLessThan(DEFAULT_LIMITS.handshakeMs);
      expect(await client.increment()).toBe(login + 1);
      release(client);
    }
  } finally {
    for (const socket of halfOpen) socket.destroy();
  }
}, 60_000);

test('H14 H86 garbage instead of a ClientHello gets a limited number of replies for each second and address', async () => {
  const limits = { maxFailuresPerSecond: 5 };
  await using actor = await Counter.with({ address: ['0.0.0.0', 0], authkey: KEY, limits, stdio: 'ignore' }).spawn();
  const port = Number(new URL(String(actor.connectionAddress)).port);
  const begun = performance.now();
  let answered = 0;
  for (let tries = 0; tries < 150; tries++) {
    const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.2' }).on('error', () => undefined);
    socket.on('data', () => answered++);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    // A first TLS record that contains an invalid hello.
    socket.write(Buffer.concat([Buffer.of(22, 3, 1, 0, 64, 1), randomBytes(63)]));
    await closed;
  }
  const seconds = (performance.now() - begun) / 1_000;
  expect(answered).toBeGreaterThan(0);
  expect(answered).toBeLessThanOrEqual(limits.maxFailuresPerSecond * (seconds + 2));
  const client = await Counter.connect(['127.0.0.1', port], { ownConnection: true, authkey: KEY });
  expect(await client.increment()).toBe(1);
  release(client);
}, 60_000);
