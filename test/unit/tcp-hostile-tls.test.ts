import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Listener } from '../../core/seam/transport.ts';
import { socket } from '../../transports/socket/index.ts';
import { Side, within } from '../conformance/transport-pair.ts';
import { Authority } from '../support/certificates.ts';

const authority = new Authority();
const tls = authority.issue();
afterAll(() => {
  authority[Symbol.dispose]();
});

const authkey = (): Uint8Array => new Uint8Array(32).fill(7);
const unknown = (): Uint8Array => {
  throw new Error('no key today');
};
const MODES = { 'the authkey': {}, certificates: { tls } } as const;
const NAMES = ['the authkey', 'certificates'] as const;

/** Options of a client whose callback returns an unexpected identity. */
const naming = (identity: string, bytes: number): ConnectionOptions => ({
  ciphers: 'TLS_AES_128_GCM_SHA256:PSK',
  pskCallback: () => ({ identity, psk: randomBytes(bytes) }),
});

const STRANGE: readonly (readonly [string, ConnectionOptions])[] = [
  ['the longest name of a server', { servername: 'x'.repeat(255) }],
  ['a name of a server that is a path', { servername: '../../etc/passwd' }],
  ['protocols of its own', { ALPNProtocols: ['h2', 'x'.repeat(255)] }],
  ['an old version', { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }],
  ['a name for itself of one letter', naming('u', 32)],
  ['a name for itself that is __proto__', naming('__proto__', 32)],
  ['a long name for itself', naming('x'.repeat(127), 32)],
  ['a name with line ends for itself', naming('a\r\nb\u001B[31m', 32)],
  ['a short key', naming('uactor', 1)],
];

const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name.includes('TCP')).length;

describe.each(NAMES)('H21 a listener protected by %s', (mode) => {
  const options = MODES[mode];
  let before = 0;
  let listener: Listener;
  let accepted: Side[];

  beforeEach(async () => {
    before = sockets();
    accepted = [];
    const accept = (connection: Side['connection']): void => void accepted.push(new Side(connection));
    listener = await socket.listen('tcp://127.0.0.1:0', accept, { authkey, transport: options });
  });

  afterEach(async () => {
    await listener.close();
    // Destroyed sockets close in a later turn.
    for (let turns = 0; turns < 100 && sockets() > before; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sockets()).toBe(before);
  });

  test.each(STRANGE)('H21 disconnects a client with %s, and serves the next client', async (_what, strange) => {
    const port = Number(new URL(listener.address).port);
    const client = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...strange });
    client.on('error', () => undefined);
    await within('the end', new Promise((resolve) => client.resume().once('close', resolve)));
    for (const side of accepted) await within('closed', side.hasClosed());
    expect(accepted.flatMap(({ deliveries }) => deliveries)).toEqual(accepted.map(() => 0));
    const signal = AbortSignal.timeout(20_000);
    const honest = new Side(await socket.connect(listener.address, { authkey, signal, transport: options }));
    honest.connection.write([Buffer.from('hello')]);
    await within('the bytes', accepted.at(-1)?.received(5) ?? Promise.reject(new Error('nobody came')));
    honest.connection.end();
    await within('closed', honest.hasClosed());
    for (const side of accepted) await within('closed', side.hasClosed());
  });
});

describe('the first bytes of a client with TLS', () => {
  let listener: Listener;
  let accepted: Side[];

  beforeEach(async () => {
    accepted = [];
    const accept = (connection: Side['connection']): void => void accepted.push(new Side(connection));
    listener = await socket.listen('tcp://127.0.0.1:0', accept, { authkey, transport: {} });
  });

  afterEach(async () => {
    await listener.close();
  });

  const dialed = (): Socket =>
    connect(Number(new URL(listener.address).port), '127.0.0.1').on('error', () => undefined);

  /** Resolves to the listener's side, which waits for the client and has received nothing so far. */
  async function first(): Promise<Side> {
    await vi.waitFor(() => expect(accepted).toHaveLength(1), { timeout: 15_000 });
    const [side] = accepted;
    if (side === undefined) throw new Error('nobody came');
    return side;
  }

  test.each([
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['another record of TLS', Buffer.of(23, 3, 3, 0, 4, 1, 2, 3, 4)],
    ['another version', Buffer.of(22, 2, 0, 0, 4, 1, 2, 3, 4)],
    ['a record that is too long', Buffer.of(22, 3, 1, 0x40, 1, 1, 2, 3, 4)],
    ['what a server begins with', Buffer.of(22, 3, 3, 0, 4, 2, 2, 3, 4)],
  ])('H01 H86 if they are %s, end the connection before TLS starts, without a reply', async (_what, bytes) => {
    const client = dialed();
    const answered: Buffer[] = [];
    client.on('data', (chunk) => answered.push(chunk));
    client.write(bytes);
    await within('the end', new Promise((resolve) => client.once('close', resolve)));
    const side = await first();
    await within('closed', side.hasClosed());
    expect(answered).toEqual([]);
    expect(side.causes[0]).toMatchObject({ message: 'it does not use TLS' });
  });

  test('H03 can arrive one at a time, and count as heard from the first byte on', async () => {
    const client = dialed();
    const side = await first();
    expect(side.connection.heard).toBe(false);
    for (const byte of [22, 3, 1, 0]) {
      client.write(Buffer.of(byte));
      // Each byte is sent separately, without the algorithm that would join them.
      client.setNoDelay(true);
    }
    await vi.waitFor(() => expect(side.connection.heard).toBe(true), { timeout: 15_000 });
    client.destroy();
    await within('closed', side.hasClosed());
  });
});

test('H21 an unavailable key rejects listening and connecting, and ends no process', async () => {
  const listening = socket.listen('tcp://127.0.0.1:0', () => undefined, { authkey: unknown, transport: {} });
  await expect(listening).rejects.toThrow('no key today');
  const signal = AbortSignal.timeout(20_000);
  const connecting = socket.connect('tcp://127.0.0.1:1', { authkey: unknown, signal, transport: {} });
  await expect(connecting).rejects.toThrow('no key today');
});
