import { EventEmitter, once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Connection } from '../../core/seam/transport.ts';
import { socket } from '../../transports/socket/index.ts';
import { failure, Side, within } from '../conformance/transport-pair.ts';

const authkey = (): Uint8Array => new Uint8Array(32);

/** A server that handles each connection as the test decides. */
class Strange {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(behave: (client: Socket) => void) {
    this.#server = createServer((client) => {
      this.#sockets.add(client);
      client.on('error', () => undefined);
      behave(client);
    });
  }

  static async listen(behave: (client: Socket) => void): Promise<Strange> {
    const strange = new Strange(behave);
    strange.#server.listen(0, '127.0.0.1');
    await once(strange.#server, 'listening');
    return strange;
  }

  get address(): string {
    const bound = this.#server.address();
    return typeof bound === 'object' && bound !== null ? `tcp://127.0.0.1:${bound.port}` : '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#sockets) client.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function connect(address: string, transport: Readonly<Record<string, unknown>> = {}, ms = 4_000): Promise<Connection> {
  return socket.connect(address, { authkey, signal: AbortSignal.timeout(ms), transport });
}

const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name.includes('TCP')).length;
let before = 0;

beforeEach(() => {
  before = sockets();
});

afterEach(async () => {
  // Destroyed sockets close in a later turn.
  for (let turns = 0; turns < 20 && sockets() > before; turns++) await new Promise((resolve) => setImmediate(resolve));
  expect(sockets()).toBe(before);
});

describe('connecting to tcp', () => {
  test('F46 a listener that accepts and sends nothing causes ActorUnreachableError at the deadline', async () => {
    await using mute = await Strange.listen(() => undefined);
    expect(await failure(connect(mute.address, {}, 200))).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(/did not finish the TLS handshake in time/),
    });
  });

  test('F46 a listener that closes during TLS causes ConnectionLostError, in an orderly way or not', async () => {
    for (const hangUp of [(client: Socket) => client.end(), (client: Socket) => client.resetAndDestroy()]) {
      await using rude = await Strange.listen((client) => client.once('data', () => hangUp(client)));
      expect(await failure(connect(rude.address))).toMatchObject({
        code: 'CONNECTION_LOST',
        message: expect.stringMatching(/closed during the TLS handshake/),
      });
    }
  });

  test.each([
    ['zeros', Buffer.alloc(64)],
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['ones', Buffer.alloc(64, 0xff)],
  ])('H01 a reply of %s causes one clear error', async (_, answer) => {
    await using garbage = await Strange.listen((client) => client.write(answer));
    expect(await failure(connect(garbage.address))).toMatchObject({
      name: 'TransportError',
      message: expect.stringMatching(/does not use TLS/),
    });
  });

  test('a client without TLS sends only that until the listener replies', async () => {
    const bell = new EventEmitter();
    const ringing = once(bell, 'said');
    await using listener = await Strange.listen((client) => client.on('data', (chunk) => bell.emit('said', chunk)));
    const side = new Side(await connect(listener.address, { encryption: false }));
    const [said] = await within('the preamble', ringing);
    expect(String(said)).toBe('uactor plain\n');
    side.connection.destroy();
    await within('closed', side.hasClosed());
  });

  test('a signal that aborted before causes ActorUnreachableError, and no connection is opened', async () => {
    const signal = AbortSignal.abort();
    const attempt = socket.connect('tcp://127.0.0.1:1', { authkey, signal, transport: {} });
    expect(await failure(attempt)).toMatchObject({ code: 'UNREACHABLE' });
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'));
  test('U50 IPv6 addresses have brackets, if the machine has IPv6', async () => {
    const listening = socket.listen('tcp://[::1]:0', (connection) => void new Side(connection), {
      authkey,
      transport: {},
    });
    if (!hasIpv6) {
      expect(await failure(listening)).toMatchObject({ code: 'TRANSPORT', message: expect.stringMatching(/\[::1\]/) });
      return;
    }
    const listener = await listening;
    expect(listener.address).toMatch(/^tcp:\/\/\[::1\]:\d+$/);
    const side = new Side(await connect(listener.address));
    side.connection.end();
    await within('closed', side.hasClosed());
    await listener.close();
  });

  test('each end learns the address and encryption of the other', async () => {
    for (const [transport, encrypted] of [
      [{}, true],
      [{ encryption: false }, false],
    ] as const) {
      const arrived: Connection[] = [];
      const options = { authkey, transport };
      const listener = await socket.listen('tcp://127.0.0.1:0', (connection) => void arrived.push(connection), options);
      const client = new Side(await connect(listener.address, transport));
      // The system decides which end learns of the connection first.
      await vi.waitFor(() => expect(arrived).toHaveLength(1));
      const [connection] = arrived;
      const known = { ip: '127.0.0.1', local: false, encrypted, keyed: encrypted, authenticated: false };
      await vi.waitFor(() => expect(connection?.info.channelBinding !== undefined).toBe(encrypted));
      const { channelBinding, ...info } = client.connection.info;
      expect(info).toEqual({ peer: listener.address, ...known });
      const peer = expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:\d+$/);
      expect(connection?.info).toEqual({ peer, ...known, ...(channelBinding && { channelBinding }) });
      expect(channelBinding?.length).toBe(encrypted ? 32 : undefined);
      client.connection.destroy();
      connection?.destroy();
      await within('closed', client.hasClosed());
      await listener.close();
    }
  });
});
