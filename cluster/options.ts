import { misuse } from '../index.ts';
import type { NatsOptions } from '../transports/nats/index.ts';

/** Options of {@link Cluster.connect}. */
export interface ClusterOptions
  extends Pick<NatsOptions, 'servers' | 'user' | 'pass' | 'token' | 'creds' | 'nkey' | 'tls' | 'encryption'> {
  /** The namespace that separates clusters on the same brokers: at most 64 letters, digits, `-` and `_`. */
  readonly namespace: string;
  /** The secret of the hosts and their callers; it also seals the records at the brokers. */
  readonly authkey: string | Uint8Array;
  /** The name of these brokers in `nats://` addresses; the same in all processes of the cluster. Default `'uactor'`. */
  readonly brokers?: string;
  /** The number of brokers that keep each record. Default: 3 if `servers` names as many, otherwise 1. */
  readonly replicas?: number;
  /**
   * How long the lease of a host of this process is valid, in milliseconds: after this time, other hosts may take the names of a
   * lost host. At least 1,000. Default 15,000.
   */
  readonly ttl?: number;
  /**
   * How long `get`, and a call whose actor is being moved, wait for the actor, in milliseconds. Default: twice `ttl`, at least
   * 30,000.
   */
  readonly patience?: number;
}

/** {@link ClusterOptions}, checked and complete. */
export interface CheckedOptions {
  readonly brokers: NatsOptions;
  readonly brokersName: string;
  readonly namespace: string;
  readonly authkey: string | Uint8Array;
  readonly replicas: number;
  readonly ttlMs: number;
  readonly patienceMs: number;
}

const NAME = /^[\w-]{1,64}$/;
const LEAST_TTL_MS = 1_000;
const DEFAULT_TTL_MS = 15_000;
const PATIENCE_MS = 30_000;
const REPLICATED_FROM = 3;

const NAMES: readonly string[] = [
  'servers',
  'user',
  'pass',
  'token',
  'creds',
  'nkey',
  'tls',
  'encryption',
  'namespace',
  'authkey',
  'brokers',
  'replicas',
  'ttl',
  'patience',
];

/** @throws `TypeError` that names the option and says what to do. */
export function checkedOptions(options: ClusterOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null) {
    throw misuse(
      "Cluster.connect: pass the brokers, the namespace and the authkey: { servers: 'localhost:4222', namespace: 'shop', authkey }",
    );
  }
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw misuse(`Cluster.connect: ${unknown} is not an option; the options are ${NAMES.join(', ')}`);
  }
  const {
    namespace,
    authkey,
    brokers: brokersName = 'uactor',
    ttl = DEFAULT_TTL_MS,
    replicas,
    patience,
    ...brokers
  } = options;
  const { servers } = brokers;
  const list: readonly unknown[] = Array.isArray(servers) ? servers : [servers];
  if (list.length === 0 || !list.every((server) => typeof server === 'string' && server !== '')) {
    throw misuse("Cluster.connect: servers must be a broker's host:port, or a list of them: servers: 'localhost:4222'");
  }
  // The message does not contain the address, which holds a secret.
  if (list.some((server) => String(server).includes('@'))) {
    throw misuse('Cluster.connect: servers must not contain credentials: use the options user and pass, or token');
  }
  for (const [name, value] of Object.entries({ namespace, brokers: brokersName })) {
    if (typeof value === 'string' && NAME.test(value)) continue;
    throw misuse(`Cluster.connect: ${name} must be a name of at most 64 letters, digits, - and _`);
  }
  if (!(typeof authkey === 'string' || authkey instanceof Uint8Array) || authkey.length === 0) {
    throw misuse(
      'Cluster.connect: authkey must be the key of the cluster, a string or bytes; openssl rand -hex 32 creates one',
    );
  }
  if (typeof ttl !== 'number' || !(ttl >= LEAST_TTL_MS) || ttl === Infinity) {
    throw misuse(`Cluster.connect: ttl must be a number of milliseconds, at least ${LEAST_TTL_MS}`);
  }
  if (patience !== undefined && !(typeof patience === 'number' && patience >= 0)) {
    throw misuse('Cluster.connect: patience must be a number of milliseconds');
  }
  if (replicas !== undefined && ![1, 3, 5].includes(replicas))
    throw misuse('Cluster.connect: replicas must be 1, 3 or 5');
  return {
    brokers,
    brokersName,
    namespace,
    authkey,
    replicas: replicas ?? (list.length >= REPLICATED_FROM ? REPLICATED_FROM : 1),
    ttlMs: ttl,
    patienceMs: patience ?? Math.max(PATIENCE_MS, 2 * ttl),
  };
}
