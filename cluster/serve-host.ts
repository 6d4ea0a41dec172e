import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { type Address, Host, type HostServeOptions, type HostServer, misuse, placesBeside } from '../index.ts';
import { realClock } from './clock.ts';
import { HostNames } from './host-names.ts';
import type { CheckedOptions } from './options.ts';
import type { Registry } from './registry.ts';
import type { Seal } from './seal.ts';

/** Options of {@link Cluster.serve}. */
export interface ClusterServeOptions extends Omit<HostServeOptions, 'authkey' | 'address' | 'keeper'> {
  /**
   * The host's id in the cluster: letters, digits, `-` and `_`. Default: the machine's name and some random digits. If an earlier host
   * with the id was killed, `serve` waits until its lease has expired.
   */
  readonly id?: string;
  /**
   * The addresses at which the host listens besides the brokers, such as `tcp://10.0.0.7:0`. Default: none; all calls go through
   * the brokers.
   */
  readonly addresses?: readonly Address[];
  /** Whether the host and its actors also listen at the brokers. If `false`, calls need a direct connection. Default `true`. */
  readonly relay?: boolean;
}

const ID = /^[\w-]{1,64}$/;

/** Makes this process a host that shares names with the other hosts of its cluster. */
export async function serveClusterHost(
  { id = freshId(), addresses = [], relay = true, actorAddresses, transport = {}, ...options }: ClusterServeOptions,
  cluster: CheckedOptions,
  shared: { readonly registry: Registry; readonly seal: Seal },
): Promise<HostServer> {
  if (typeof id !== 'string' || !ID.test(id)) {
    throw misuse('cluster.serve: id must be a name of at most 64 letters, digits, - and _');
  }
  const { brokers, brokersName, namespace, authkey, ttlMs } = cluster;
  const atBrokers = `nats://${brokersName}/${namespace}`;
  // A name there that contains the id would be taken for a while after the host's machine lost its power.
  const own = relay ? [...addresses, atBrokers] : addresses;
  if (own.length === 0) throw misuse('cluster.serve: without relay, a host needs addresses: tcp://10.0.0.7:0');
  const names = new HostNames({ ...shared, id, namespace, machine: hostname(), clock: realClock, ttlMs });
  const server = await Host.serve({
    ...options,
    authkey,
    addresses: own,
    actorAddresses: actorAddresses ?? [
      ...placesBeside(addresses, 'cluster.serve: addresses'),
      ...(relay ? [atBrokers] : []),
    ],
    transport: { ...(relay && { nats: { ...brokers } }), ...transport },
    keeper: names,
  });
  try {
    await names.join();
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

function freshId(): string {
  const machine =
    hostname()
      .split('.')[0]
      ?.replaceAll(/[^\w-]/g, '-')
      .slice(0, 48) ?? 'host';
  return `${machine}-${randomBytes(4).toString('hex')}`;
}
