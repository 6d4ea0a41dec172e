import { setTimeout as delay } from 'node:timers/promises';
import type { KV, KvEntry, KvWatchEntry } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { TransportError } from '../plugin.ts';
import type { NatsOptions } from '../transports/nats/index.ts';
import { loadNats, type NatsPackages } from './nats-client.ts';
import { type Bucket, type BucketWatcher, type Entry, type Registry, RevisionConflict } from './registry.ts';

/** How a registry in JetStream is reached. */
export interface NatsRegistryOptions {
  readonly brokers: NatsOptions;
  readonly namespace: string;
  /** How many brokers keep each record. */
  readonly replicas: number;
  /** How long one request may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** How often a broker that is away is tried again, and how soon one counts as away that does not answer. */
const RECONNECT_MS = { wait: 200, jitter: 200 } as const;
const PING_MS = 2_000;
const DIAL_MS = 5_000;

/** How long a watch waits that could not begin. */
const RETRY_MS = 250;

/** Records are small: the largest holds the arguments of a constructor. */
const MAX_RECORD_BYTES = 512 * 1024;

/** The API's own numbers of these errors. */
const WRONG_REVISION: ReadonlySet<unknown> = new Set([10_071, 10_164]);
const NO_STREAM = 10_059;

/** The records of a cluster in JetStream's key-value buckets, and its events beside them. */
export class NatsRegistry implements Registry {
  readonly hosts: KvBucket;
  readonly names: KvBucket;
  readonly #connection: NatsConnection;
  readonly #namespace: string;

  /** @throws {@link TransportError} when no broker can be reached, JetStream is off, or the packages are missing. */
  static async connect(options: NatsRegistryOptions): Promise<NatsRegistry> {
    const packages = await loadNats();
    const { brokers, namespace } = options;
    const { servers } = brokers;
    const where = typeof servers === 'string' ? servers : servers.join(', ');
    let connection: NatsConnection;
    try {
      const { accessOptions } = await import('../transports/nats/index.ts');
      connection = await packages.transport.connect({ ...accessOptions(packages.transport, brokers), ...LASTING });
    } catch (error) {
      throw new TransportError(`No broker of ${where} could be reached: ${String(error)}`, { cause: error });
    }
    try {
      const open = (kind: string): Promise<KvBucket> =>
        KvBucket.open(connection, packages, `ua_${namespace}_${kind}`, options);
      const [hosts, names] = await Promise.all([open('hosts'), open('names')]);
      return new NatsRegistry(connection, namespace, hosts, names);
    } catch (error) {
      await connection.close();
      throw new TransportError(
        `The records of the cluster '${namespace}' cannot be opened at ${where}: ${String(error)}. The brokers need JetStream ` +
          '(nats-server -js -sd FOLDER), and this process the permission to use it',
        { cause: error },
      );
    }
  }

  private constructor(connection: NatsConnection, namespace: string, hosts: KvBucket, names: KvBucket) {
    this.#connection = connection;
    this.#namespace = namespace;
    this.hosts = hosts;
    this.names = names;
    void this.#followStatus();
  }

  async storage(): Promise<number> {
    return await this.names.createdAtMs();
  }

  publish(kind: string, id: string, message: Uint8Array): void {
    if (this.#connection.isClosed()) return;
    this.#connection.publish(`ua.${this.#namespace}.ev.${kind}.${id}`, message);
  }

  subscribe(kind: string, listener: (id: string, message: Uint8Array) => void): () => void {
    const prefix = `ua.${this.#namespace}.ev.${kind}.`;
    const subscription = this.#connection.subscribe(`${prefix}*`, {
      callback: (error, message) => {
        if (error === null) listener(message.subject.slice(prefix.length), message.data);
      },
    });
    return () => subscription.unsubscribe();
  }

  async close(): Promise<void> {
    await Promise.all([this.hosts.close(), this.names.close()]);
    if (this.#connection.isClosed()) return;
    // What was published leaves first.
    await this.#connection.drain().catch(() => undefined);
    await this.#connection.close();
  }

  async #followStatus(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type !== 'reconnect') continue;
      this.hosts.reconnected();
      this.names.reconnected();
    }
  }
}

/** A connection that comes back by itself, however long the brokers are away. */
const LASTING = {
  maxReconnectAttempts: -1,
  reconnectTimeWait: RECONNECT_MS.wait,
  reconnectJitter: RECONNECT_MS.jitter,
  reconnectJitterTLS: RECONNECT_MS.jitter,
  pingInterval: PING_MS,
  maxPingOut: 2,
  timeout: DIAL_MS,
} as const;

/** One bucket. */
class KvBucket implements Bucket {
  readonly #name: string;
  readonly #connection: NatsConnection;
  readonly #packages: NatsPackages;
  readonly #options: NatsRegistryOptions;
  readonly #watches = new Set<Watch>();
  /** All that have not come to their end. */
  readonly #running = new Set<Promise<void>>();
  #kv: KV;

  static async open(
    connection: NatsConnection,
    packages: NatsPackages,
    name: string,
    options: NatsRegistryOptions,
  ): Promise<KvBucket> {
    return new KvBucket(connection, packages, name, options, await openKv(connection, packages, name, options));
  }

  private constructor(
    connection: NatsConnection,
    packages: NatsPackages,
    name: string,
    options: NatsRegistryOptions,
    kv: KV,
  ) {
    this.#connection = connection;
    this.#packages = packages;
    this.#name = name;
    this.#options = options;
    this.#kv = kv;
  }

  async createdAtMs(): Promise<number> {
    const { streamInfo } = await this.#ask((kv) => kv.status());
    return Date.parse(streamInfo.created);
  }

  async get(key: string): Promise<Entry | undefined> {
    const entry = await this.#ask((kv) => kv.get(key));
    return entry === null || entry.operation !== 'PUT' ? undefined : entryOf(entry);
  }

  async create(key: string, value: Uint8Array): Promise<number> {
    return await this.#ask((kv) => kv.create(key, value));
  }

  async update(key: string, value: Uint8Array, revision: number): Promise<number> {
    return await this.#ask((kv) => kv.update(key, value, revision));
  }

  async delete(key: string, revision: number): Promise<void> {
    await this.#ask((kv) => kv.delete(key, { previousSeq: revision }));
  }

  async entries(): Promise<readonly Entry[]> {
    return await this.#ask(async (kv) => {
      const entries = new Map<string, Entry>();
      // All in one answer, where a question for each would take a round trip each. One that changes meanwhile may come twice.
      for await (const entry of await kv.history()) {
        if (entry.operation === 'PUT') entries.set(entry.key, entryOf(entry));
        else entries.delete(entry.key);
      }
      return [...entries.values()];
    });
  }

  watch(watcher: BucketWatcher, key = '>'): () => void {
    const watch = new Watch(
      () => this.#kv.watch({ key }),
      watcher,
      () => this.#reopen(),
    );
    this.#watches.add(watch);
    const { ended } = watch;
    this.#running.add(ended);
    void ended.then(() => this.#running.delete(ended));
    return () => {
      this.#watches.delete(watch);
      watch.stop();
    };
  }

  /** Watches begin again: what was their consumer may be gone with the broker. */
  reconnected(): void {
    for (const watch of this.#watches) watch.restart();
  }

  /**
   * Ends the watches. One that is about to begin is waited for: closed under it, the client of NATS would leave a timer behind, which keeps
   * the process alive.
   */
  async close(): Promise<void> {
    for (const watch of this.#watches) watch.stop();
    this.#watches.clear();
    await Promise.all(this.#running);
  }

  async #ask<T>(ask: (kv: KV) => Promise<T>): Promise<T> {
    try {
      return await ask(this.#kv);
    } catch (error) {
      const number = apiNumber(error);
      if (WRONG_REVISION.has(number)) throw new RevisionConflict('the record has another revision', { cause: error });
      // The brokers have lost their data: there are no records any more.
      if (number === NO_STREAM) await this.#reopen();
      throw error;
    }
  }

  async #reopen(): Promise<void> {
    this.#kv = await openKv(this.#connection, this.#packages, this.#name, this.#options);
  }
}

async function openKv(
  connection: NatsConnection,
  { jetstream, kv }: NatsPackages,
  name: string,
  { replicas, timeoutMs }: NatsRegistryOptions,
): Promise<KV> {
  const buckets = new kv.Kvm(jetstream.jetstream(connection, { timeout: timeoutMs }));
  try {
    const present = await buckets.open(name);
    await present.status();
    return present;
  } catch (error) {
    if (apiNumber(error) !== NO_STREAM) throw error;
  }
  return await buckets.create(name, {
    history: 1,
    replicas,
    storage: jetstream.StorageType.File,
    maxValueSize: MAX_RECORD_BYTES,
    // Only the leader of a stream knows its last record for certain.
    allow_direct: false,
  });
}

/** The number of an error of JetStream's API. */
function apiNumber(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function entryOf({ key, value, revision }: KvEntry | KvWatchEntry): Entry {
  return { key, value, revision };
}

type WatchIterator = Awaited<ReturnType<KV['watch']>>;

/** A watch that goes on, whatever happens to the broker. */
class Watch {
  readonly #begin: () => Promise<WatchIterator>;
  readonly #watcher: BucketWatcher;
  readonly #lost: () => Promise<void>;
  readonly #stopped = new AbortController();
  /** Resolves when it has come to its end after {@link Watch.stop}. */
  readonly ended: Promise<void>;
  #iterator: WatchIterator | undefined;

  constructor(begin: () => Promise<WatchIterator>, watcher: BucketWatcher, lost: () => Promise<void>) {
    this.#begin = begin;
    this.#watcher = watcher;
    this.#lost = lost;
    this.ended = this.#run();
  }

  restart(): void {
    this.#iterator?.stop();
  }

  stop(): void {
    this.#stopped.abort();
    this.#iterator?.stop();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        this.#iterator = await this.#begin();
        if (signal.aborted) this.#iterator.stop();
        this.#watcher.restarted();
        for await (const entry of this.#iterator) this.#tell(entry);
        this.#iterator = undefined;
      } catch (error) {
        if (apiNumber(error) === NO_STREAM) await this.#lost().catch(() => undefined);
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #tell(entry: KvWatchEntry): void {
    if (this.#stopped.signal.aborted) return;
    if (entry.operation === 'PUT') this.#watcher.changed(entryOf(entry));
    else this.#watcher.deleted(entry.key);
  }
}
