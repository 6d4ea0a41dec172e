import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Elsewhere } from '#fixtures/elsewhere.js';
import { Target } from '#fixtures/target.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseAddress } from '../../transports/ipc/address.ts';
import { scratch } from '../support/leaks.ts';
import {
  ASK_FOR_ACTOR,
  callMessage,
  callOf,
  codeOf,
  grantMessage,
  HELLO,
  mark,
  payload,
  RawKind,
  replyMessage,
  textMessage,
  textOf,
  valueOf,
} from '../support/raw-messages.ts';
import { rawClient, type RawPeer, rawServer } from '../support/raw-peer.ts';
import { foreignIdentity } from '../support/foreign-handshake.ts';
import { shared } from '../support/shared.ts';

const KEY = 'the key that honest and hostile peers share';
const BYTES = Buffer.from(KEY);
const ECHO = 4;
const limits = { handshakeMs: 500 };

/** A target that is reached from this machine, and from an address that appears remote to it. */
interface Scene {
  readonly near: Hostile;
  readonly far: Hostile;
}

const near = join(scratch, 'near.sock');
const far = join(scratch, 'far.sock');
const one = shared(() => Elsewhere.with({ address: `ipc://${near}`, authkey: KEY, limits, stdio: 'ignore' }).spawn());
const other = shared(() =>
  Elsewhere.with({ address: `elsewhere://${far}`, authkey: KEY, limits, stdio: 'ignore' }).spawn(),
);

let scene: Scene;

beforeEach(async () => {
  scene = { near: await Hostile.connect(near), far: await Hostile.connect(far) };
});

afterEach(async () => {
  for (const { peer } of [scene.near, scene.far]) peer.destroy();
  expect(await one().add(1, 2)).toBe(3);
  expect(await other().add(1, 2)).toBe(3);
});

/** The content of a token for a third process. */
interface Token {
  readonly instance?: string;
  readonly endpoints?: readonly string[];
  readonly id?: number;
  readonly ticket?: string;
  readonly exposure?: readonly unknown[];
}

/** A client that knows the key and sends tokens that it has made up. */
class Hostile {
  readonly peer: RawPeer;
  readonly actor: number;
  readonly exposure: readonly unknown[];
  #calls = 0;

  private constructor(peer: RawPeer, actor: number, exposure: readonly unknown[]) {
    this.peer = peer;
    this.actor = actor;
    this.exposure = exposure;
  }

  static async connect(path: string): Promise<Hostile> {
    const peer = await rawClient(path, BYTES, ASK_FOR_ACTOR);
    const exposure = textOf(await peer.next('the exposure', ({ kind }) => kind === RawKind.EXPOSURE));
    const token = valueOf(await peer.reply(0));
    if (!Array.isArray(token) || !Array.isArray(exposure)) throw new Error('there was no actor');
    return new Hostile(peer, Number(token[0]), exposure);
  }

  /** Sends the actor a token as the argument of `echo`, and returns the outcome: a code, or a value. */
  async hand(token: Token): Promise<string> {
    const { instance = '1'.repeat(32), endpoints = [], id = 1, ticket = '2'.repeat(32) } = token;
    const data = [instance, endpoints, id, ticket, token.exposure ?? this.exposure];
    const call = ++this.#calls;
    const args = payload([data], { 0: mark('far') });
    this.peer.send(callMessage({ call, target: this.actor, operation: ECHO, args }));
    const reply = await this.peer.reply(call);
    return reply.kind === RawKind.ERROR ? String(codeOf(reply)) : 'accepted';
  }

  /** Leaves a ticket for the actor itself with the actor's process. */
  grant(): string {
    const ticket = randomBytes(16);
    this.peer.send(grantMessage(this.actor, ticket));
    return ticket.toString('hex');
  }
}

/** A service without actors, which counts its connections and records what it receives. */
class Service implements AsyncDisposable {
  connections = 0;
  heard = '';
  readonly #server: Server;
  readonly #sockets: Socket[] = [];

  private constructor(greeting: string) {
    this.#server = createServer((socket) => {
      this.connections++;
      this.#sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        this.heard += chunk.toString('latin1');
      });
      if (greeting !== '') socket.write(greeting);
    });
  }

  static async at(where: { readonly path: string } | { readonly port: number; readonly host: string }, greeting = '') {
    const service = new Service(greeting);
    service.#server.listen(where);
    await once(service.#server, 'listening');
    return service;
  }

  get port(): number {
    const bound = this.#server.address();
    return typeof bound === 'object' && bound !== null ? bound.port : 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

describe('a token with an address that the sender chose', () => {
  test.each(['169.254.169.254:80', '[fd00:ec2::254]:80', '[::ffff:169.254.169.254]:80', '100.100.100.200:80'])(
    'H70 that leads to the metadata service at %s is rejected, whoever the sender',
    async (place) => {
      for (const hostile of [scene.near, scene.far]) {
        expect(await hostile.hand({ endpoints: [`tcp://${place}`] })).toBe('NOT_ALLOWED');
      }
    },
  );

  test.each(['10.0.0.5', '192.168.1.1', '127.0.0.1', '[::1]', '0.0.0.0'])(
    'H69 that leads further inside than its sender, to %s, is rejected',
    async (host) => {
      expect(await scene.far.hand({ endpoints: [`tcp://${host}:9`] })).toBe('NOT_ALLOWED');
    },
  );

  test('H70 H81 from a remote sender that leads to a service of this machine gets no connection, by number or by name', async () => {
    await using service = await Service.at({ host: '127.0.0.1', port: 0 });
    for (const host of ['127.0.0.1', 'localhost', '127.1', '2130706433']) {
      const outcome = await scene.far.hand({ endpoints: [`tcp://${host}:${service.port}`] });
      expect(['NOT_ALLOWED', 'UNREACHABLE'], host).toContain(outcome);
    }
    expect(service.connections).toBe(0);
    expect(await scene.far.hand({ endpoints: [`tcp://localhost:${service.port}`] })).toBe('NOT_ALLOWED');
  });

  test('H69 from a far sender cannot lead over another transport', async () => {
    const address = `elsewhere://${join(scratch, 'nobody.sock')}`;
    expect(await scene.far.hand({ endpoints: [address] })).toBe('NOT_ALLOWED');
  });

  test.each(['', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'])(
    'H70 a socket like that of Docker, which says "%s", gets no byte',
    async (greeting) => {
      const path = join(scratch, `${randomBytes(4).toString('hex')}.sock`);
      await using service = await Service.at({ path }, greeting);
      for (const hostile of [scene.near, scene.far]) {
        expect(['UNREACHABLE', 'PROTOCOL']).toContain(await hostile.hand({ endpoints: [`ipc://${path}`] }));
      }
      expect(service.heard).toBe('');
    },
  );

  test("H70 a process does not connect to another user's socket", async () => {
    const path = join(scratch, `${randomBytes(4).toString('hex')}.sock`);
    await using service = await Service.at({ path });
    // Only root can give a socket to another user; otherwise the service must at least receive nothing.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(path, 65_534, 65_534);
    for (const hostile of [scene.near, scene.far]) {
      expect(await hostile.hand({ endpoints: [`ipc://${path}`] })).toBe('UNREACHABLE');
    }
    if (isRoot) expect(service.connections).toBe(0);
    expect(service.heard).toBe('');
  });

  test('H69 an actor with another key learns nothing that it could use elsewhere', async () => {
    await using third = await Target.with({ authkey: 'another key of sixteen bytes', stdio: 'ignore' }).spawn();
    const endpoints = [third.connectionAddress ?? ''];
    expect(await scene.near.hand({ endpoints })).toBe('AUTHKEY');
    expect(await third.add(1, 1)).toBe(2);
  });
});

describe('a token that was changed', () => {
  const third = shared(() => Target.with({ authkey: KEY }).spawn());
  let holder: Hostile;
  let truth: { readonly instance: string; readonly endpoints: readonly string[]; readonly id: number };

  beforeEach(async () => {
    holder = await Hostile.connect(parseAddress(third().connectionAddress ?? ''));
    truth = {
      instance: holder.peer.listener.toString('hex'),
      endpoints: [third().connectionAddress ?? ''],
      id: holder.actor,
    };
  });

  afterEach(() => holder.peer.destroy());

  test('H71 is accepted without a change', async () => {
    expect(await scene.near.hand({ ...truth, ticket: holder.grant() })).toBe('accepted');
  });

  test('H71 is rejected with another ticket, a used ticket, or no ticket', async () => {
    const ticket = holder.grant();
    expect(await scene.near.hand({ ...truth, ticket: 'f'.repeat(32) })).toBe('TICKET_INVALID');
    expect(await scene.near.hand({ ...truth, ticket })).toBe('accepted');
    expect(await scene.near.hand({ ...truth, ticket })).toBe('TICKET_INVALID');
  });

  test.each([
    ['typeid', (typeid: unknown, methods: unknown, properties: unknown) => [`${String(typeid)}s`, methods, properties]],
    ['methods', (typeid: unknown, _methods: unknown, properties: unknown) => [typeid, ['add', 'enter'], properties]],
    ['properties', (typeid: unknown, methods: unknown) => [typeid, methods, []]],
  ] as const)('H71 is rejected with other %s, even by its own actor', async (_what, change) => {
    const [typeid, methods, properties] = scene.near.exposure;
    const exposure = change(typeid, methods, properties);
    expect(await scene.near.hand({ ...truth, ticket: holder.grant(), exposure })).toBe('INVALID_PAYLOAD');
    const { listener } = scene.near.peer;
    const home = { instance: listener.toString('hex'), id: scene.near.actor, endpoints: [] };
    expect(await scene.near.hand({ ...home, ticket: scene.near.grant(), exposure })).toBe('INVALID_PAYLOAD');
    expect(await scene.near.hand({ ...home, ticket: scene.near.grant() })).toBe('accepted');
  });

  test('H71 is rejected with the id of another object', async () => {
    for (const id of [0, truth.id + 1, 2 ** 48 - 1]) {
      expect(await scene.near.hand({ ...truth, id, ticket: holder.grant() })).toBe('INVALID_PAYLOAD');
    }
  });

  test("H71 is rejected with another instance by any peer, and the peer's own object is never used instead", async () => {
    expect(await scene.near.hand({ ...truth, instance: 'a'.repeat(32), ticket: holder.grant() })).toBe('AUTHKEY');
    const own = scene.near.peer.listener.toString('hex');
    expect(await scene.near.hand({ ...truth, instance: own, ticket: holder.grant() })).toBe('TICKET_INVALID');
  });

  test('H71 is rejected if it leads to a server with an unknown serializer', async () => {
    const path = join(scratch, `${randomBytes(4).toString('hex')}.sock`);
    const identity = foreignIdentity();
    const { instance } = identity;
    await using server = await rawServer(path, BYTES, async () => undefined, { identity, serializer: 'nonesuch' });
    const endpoints = [`ipc://${path}`];
    expect(await scene.near.hand({ instance: instance.toString('hex'), endpoints })).toBe('UNREACHABLE');
    expect(server.failures).toEqual([]);
  });

  test('H71 gives only the objects of the server that it leads to, if the server claims an object that was never granted', async () => {
    const path = join(scratch, `${randomBytes(4).toString('hex')}.sock`);
    const identity = foreignIdentity();
    const { instance } = identity;
    const [typeid, methods, properties] = scene.near.exposure;
    await using server = await rawServer(
      path,
      BYTES,
      async (peer) => {
        peer.send(HELLO);
        const claim = await peer.next('a claim', ({ kind }) => kind === RawKind.CLAIM);
        const exposure = textMessage(RawKind.EXPOSURE, [typeid, methods, properties]);
        peer.send(exposure, replyMessage(RawKind.RESULT, callOf(claim), payload([truth.id, 0], mark('own'))));
      },
      { identity },
    );
    const token = { instance: instance.toString('hex'), endpoints: [`ipc://${path}`], id: truth.id };
    const { sessions } = await third().debug();
    expect(await scene.near.hand(token)).toBe('accepted');
    expect((await third().debug()).sessions).toBeLessThanOrEqual(sessions);
    expect(server.failures).toEqual([]);
  });

  test('the operations come from the target', () => {
    const methods = holder.exposure[1];
    if (!Array.isArray(methods)) throw new Error('there are no methods');
    expect(methods[ECHO]).toBe('echo');
  });
});
