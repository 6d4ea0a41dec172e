/**
 * The transport `nats`: through a NATS broker, for processes without a direct connection to each other. Addresses are
 * `nats://cluster/namespace/name`; each process knows the cluster's brokers from its own options ({@link NatsOptions}).
 *
 * @module uactor/transports/nats
 */
import { ActorUnreachableError, misuse, TransportError } from '../../core/seam/errors.ts';
import type { Connection, ConnectOptions, Listener, ListenOptions, Transport } from '../../core/seam/transport.ts';
import { addressInfo, parseAddress, parseTarget } from './address.ts';
import type { Link } from './broker.ts';
import { dial } from './dialer.ts';
import { Links } from './links.ts';
import { listen } from './listener.ts';
import { type NatsOptions, natsOptions } from './options.ts';
import { securedByClient, securedByListener } from './secured-connection.ts';

export type { NatsOptions, NatsTls } from './options.ts';

const links = new Links();

/** The transport that the package's entry registers for `nats://`. */
export const nats: Transport = {
  scheme: 'nats',
  addressInfo,

  async listen(address: string, accept: (connection: Connection) => void, options: ListenOptions): Promise<Listener> {
    const { cluster } = parseAddress(address);
    if (options.fd !== undefined)
      throw new TransportError(`${address} cannot be served on a descriptor, because it has no socket.`);
    const link = await links.to(cluster, options.transport);
    return await listen(link, address, (connection) => {
      accept(link.secured ? securedByListener(connection, options.authkey()) : connection);
    });
  },

  async connect(address: string, options: ConnectOptions): Promise<Connection> {
    const { cluster } = parseTarget(address);
    const { signal, transport, authkey } = options;
    const link = await reached(address, links.to(cluster, transport, signal));
    const connection = await dial(link, address, signal);
    return link.secured ? await securedByClient(connection, authkey(), address, signal) : connection;
  },
};

/** Waits for the link, and converts its error: without a broker the actor cannot be reached. */
async function reached(address: string, link: Promise<Link>): Promise<Link> {
  try {
    return await link;
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    throw new ActorUnreachableError(`No actor could be reached at ${address}: ${error.message}`, { cause: error });
  }
}

/**
 * Sets how this process reaches the brokers of a cluster, for received proxies of actors there. A process that serves, spawns or
 * connects with `options.transport.nats` already knows.
 *
 * @throws `TypeError` for an invalid option; {@link TransportError} when the cluster is in use with other options.
 * @example
 * setNatsBrokers('main', { servers: ['10.0.0.7:4222', '10.0.0.8:4222'] });
 */
export function setNatsBrokers(cluster: string, options: NatsOptions): void {
  const { cluster: name } = parseAddress(`nats://${cluster}/any`);
  const checked = natsOptions({ ...options }, 'setNatsBrokers()');
  if (checked === undefined) throw misuse("setNatsBrokers() takes { servers: 'host:port' }");
  links.know(name, checked);
}

/** @internal */
export { accessOptions } from './nats-client.ts';
