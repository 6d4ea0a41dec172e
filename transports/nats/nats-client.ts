import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type * as NatsClient from '@nats-io/transport-node';
import { TransportError } from '../../core/seam/errors.ts';
import type { NatsOptions } from './options.ts';
import { closeSilentSockets } from './silent-sockets.ts';

/** How long one attempt to reach a broker may take. */
const DIAL_MS = 5_000;

/** A broker that does not answer so many pings in a row is away. */
const PING_MS = 3_000;
const PINGS = 2;

/** One connection of nats.js, which does not come back by itself: its own attempts would keep the process alive. */
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

/** Where the brokers are, and how this process proves itself to them, in the words of nats.js. @internal */
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
 * Compares a broker's certificate with where the broker is. nats.js tells TLS nothing of a server that is named by its IP, and the
 * certificate would have to be one of `localhost`: it has to be that of one of the addresses instead.
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
 * Makes a connection of nats.js let the process end: its socket, and the timer of its pings, which is a new one for each ping. It has no
 * `unref`, so they are found by the names of its parts. Where those are others, the process lives until the connection is closed.
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
