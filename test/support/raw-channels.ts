/**
 * The channels under the handshake, without the library: a Unix socket, unencrypted TCP, TLS with the key, and TLS with
 * certificates.
 */
import { hkdfSync } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { ActorOptions } from 'uactor';
import { formatAddress, parseAddress } from '../../transports/ipc/address.ts';
import { authkey, MODES, tls } from './over-tcp.ts';

export const CHANNELS = ['ipc', 'tcp in the clear', 'tcp with the key', 'tcp with certificates'] as const;
export type Channel = (typeof CHANNELS)[number];

/** A connection, and its channel binding, if it has one. */
export interface RawChannel {
  readonly socket: Socket;
  readonly binding: Uint8Array | undefined;
}

const TCP_OPTIONS = {
  'tcp in the clear': MODES.none,
  'tcp with the key': MODES.key,
  'tcp with certificates': MODES.certificates,
} as const;

/** Returns the options of an actor that is reached over a channel. */
export function optionsFor(channel: Channel): ActorOptions {
  if (channel === 'ipc') return { authkey };
  return { authkey, address: ['127.0.0.1', 0], transport: { tcp: TCP_OPTIONS[channel] } };
}

/** Connects, without the library, to an actor with {@link optionsFor} that channel. */
export async function dialRaw(channel: Channel, address: string, key: string = authkey): Promise<RawChannel> {
  if (channel === 'ipc') return { socket: connect(parseAddress(address)), binding: undefined };
  const { hostname: host, port } = new URL(address);
  const where = { host, port: Number(port) };
  if (channel === 'tcp in the clear') {
    const socket = connect(where);
    socket.write('uactor plain\n');
    return { socket, binding: undefined };
  }
  const socket = connectTls({ ...where, ...clientTls(channel, key), minVersion: 'TLSv1.3' });
  await once(socket, 'secureConnect');
  return { socket, binding: bindingOf(socket) };
}

/** Listens, without the library, where a client of the library looks for an actor. */
export async function listenRaw(
  channel: Channel,
  folder: string,
  accept: (channel: RawChannel) => void,
  key: string = authkey,
): Promise<AsyncDisposable & { readonly address: string }> {
  const sockets: Socket[] = [];
  const path = join(folder, 'raw.sock');
  const take = (socket: Socket, binding?: Uint8Array): void => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    accept({ socket, binding });
  };
  const server = serverFor(channel, key, take);
  server.listen(channel === 'ipc' ? { path } : { port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    address: channel === 'ipc' ? formatAddress(path) : `tcp://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function serverFor(channel: Channel, key: string, take: (socket: Socket, binding?: Uint8Array) => void): Server {
  if (channel === 'ipc') return createServer((socket) => take(socket));
  if (channel === 'tcp in the clear') {
    return createServer((socket) => {
      socket.once('data', (greeting) => {
        // The bytes behind the preamble belong to the handshake.
        socket.pause();
        socket.unshift(greeting.subarray('uactor plain\n'.length));
        take(socket);
        socket.resume();
      });
    });
  }
  return createTlsServer({ ...serverTls(channel, key), minVersion: 'TLSv1.3' }, (socket) =>
    take(socket, bindingOf(socket)),
  ).on('tlsClientError', () => undefined);
}

function clientTls(channel: Channel, key: string) {
  if (channel === 'tcp with certificates') return { ...tls, checkServerIdentity: () => undefined };
  const psk = pskOf(key);
  return {
    ciphers: 'TLS_AES_128_GCM_SHA256:PSK',
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ psk, identity: 'uactor' }),
  };
}

function serverTls(channel: Channel, key: string) {
  if (channel === 'tcp with certificates') return { ...tls, requestCert: true };
  return { ciphers: 'TLS_AES_128_GCM_SHA256:PSK', pskCallback: () => pskOf(key) };
}

function pskOf(key: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'uactor tcp pre-shared key 1', 32));
}

function bindingOf(socket: TLSSocket): Uint8Array {
  return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
}
