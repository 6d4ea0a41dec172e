import { subscribe } from 'node:diagnostics_channel';
import { isIP, Socket } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type * as NatsClient from '@nats-io/transport-node';
import { TransportError } from '../../core/seam/errors.ts';
import type { NatsOptions } from './options.ts';
import { realClock } from './real-clock.ts';

/** How long one attempt to reach a broker may take, in milliseconds. */
const DIAL_MS = 5_000;

/** A broker that leaves this many pings in a row unanswered is unavailable. */
const PING_MS = 3_000;
const PINGS = 2;

/** Opens one connection of nats.js, without reconnecting: its own attempts would keep the process alive. */
export async function connectOnce(options: NatsOptions): Promise<NatsClient.NatsConnection> {
  const client = await loadClient();
  const connection = await client.connect({
    ...accessOptions(client, options),
    reconnect: false,
    timeout: DIAL_MS,
    pingInterval: PING_MS,
    maxPingOut: PINGS,
    noAsyncTraces: true,
  });
  void letGoOf(connection);
  return connection;
}

/** Converts the brokers' addresses and this process's credentials to options of nats.js. @internal */
export function accessOptions(
  client: Pick<typeof NatsClient, 'credsAuthenticator' | 'nkeyAuthenticator'>,
  { servers, creds, nkey, tls, user, pass, token }: NatsOptions,
): NatsClient.ConnectionOptions {
  closeSilentSockets();
  const text = new TextEncoder();
  return {
    servers: typeof servers === 'string' ? servers : [...servers],
    ...(creds !== undefined && { authenticator: client.credsAuthenticator(text.encode(creds)) }),
    ...(nkey !== undefined && { authenticator: client.nkeyAuthenticator(text.encode(nkey)) }),
    ...(user !== undefined && { user }),
    ...(pass !== undefined && { pass }),
    ...(token !== undefined && { token }),
    ...(tls !== undefined && { tls: Object.assign({ ...tls }, { checkServerIdentity: identityOf(servers) }) }),
  };
}

/**
 * Checks a broker's certificate against its address. nats.js does not tell TLS a server's IP address, so the certificate would
 * have to be valid for `localhost`; it must be valid for one of the addresses instead.
 */
function identityOf(
  servers: NatsOptions['servers'],
): (name: string, certificate: PeerCertificate) => Error | undefined {
  const names = [servers]
    .flat()
    .map((server) => new URL(server.includes('://') ? server : `nats://${server}`).hostname);
  const addresses = names.map((name) => name.replaceAll(/[[\]]/g, '')).filter((name) => isIP(name) !== 0);
  return (name, certificate) => {
    if (addresses.length === 0 || names.includes(name)) return checkServerIdentity(name, certificate);
    const refusals = addresses.map((address) => checkServerIdentity(address, certificate));
    return refusals.includes(undefined) ? undefined : refusals[0];
  };
}

async function loadClient(): Promise<typeof NatsClient> {
  try {
    return await import('@nats-io/transport-node');
  } catch (error) {
    throw new TransportError(
      'The transport of nats:// needs a package that is not installed here: npm install @nats-io/transport-node@~3.3.1',
      { cause: error },
    );
  }
}

/**
 * Lets the process end despite a connection of nats.js: its socket, and its ping timer, which is a new one for each ping. nats.js
 * has no `unref`, so this finds them by the names of its fields. If these change, the process lives until the connection is
 * closed.
 */
async function letGoOf(connection: NatsClient.NatsConnection): Promise<void> {
  const unref = (): void => {
    const protocol = partOf(connection, 'protocol');
    for (const part of [
      partOf(partOf(protocol, 'transport'), 'socket'),
      partOf(partOf(protocol, 'heartbeats'), 'timer'),
    ]) {
      const method: unknown = partOf(part, 'unref');
      if (typeof method === 'function') Reflect.apply(method, part, []);
    }
  };
  unref();
  for await (const { type } of connection.status()) if (type === 'ping') unref();
}

function partOf(whole: unknown, name: string): unknown {
  return typeof whole === 'object' && whole !== null ? Reflect.get(whole, name) : undefined;
}

/** Longer than any attempt of nats.js to connect. */
const SILENCE_MS = 6_000;
const CALLER = /[\\/]@nats-io[\\/]transport-node[\\/]/;
const state = { watches: false };

/**
 * Destroys the sockets on which nats.js has waited for a greeting in vain, because the broker is stopped: it forgets them, and
 * each would keep the process alive. Node.js reports each new socket, and the stack shows its creator.
 */
function closeSilentSockets(): void {
  if (state.watches) return;
  state.watches = true;
  subscribe('net.client.socket', (message) => {
    const socket: unknown =
      typeof message === 'object' && message !== null && 'socket' in message ? message.socket : undefined;
    if (!(socket instanceof Socket) || !CALLER.test(new Error('where it is made').stack ?? '')) return;
    const cancel = realClock.after(SILENCE_MS, () => {
      if (socket.bytesRead === 0) socket.destroy();
    });
    socket.once('data', cancel);
  });
}
