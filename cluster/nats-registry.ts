import type { KV, KvStatus, KvWatchEntry } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { MACHINE_CLOCK } from '../index.ts';
import { TransportError } from '../plugin.ts';
import type { NatsOptions } from '../transports/nats/index.ts';
import { entryOf, KvWatch } from './kv-watch.ts';
import { loadNats, type NatsPackages } from './nats-client.ts';
import {
  type AgedEntry,
  type Bucket,
  type BucketWatcher,
  type Entry,
  type Registry,
  RevisionConflict,
} from './registry.ts';

/** Options of a registry in JetStream. */
export interface NatsRegistryOptions {
  readonly brokers: NatsOptions;
  readonly namespace: string;
  /** The number of brokers that keep each record. */
  readonly replicas: number;
  /** How long one request may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** The delay between attempts to reach an unavailable broker, in milliseconds. */
const RECONNECT_MS = { wait: 200, jitter: 200 } as const;
const PING_MS = 2_000;
const DIAL_MS = 5_000;

/**
 * How long the first connection to a broker may take, in milliseconds: a busy broker greets slowly, and a program that starts
 * must wait.
 */
const FIRST_DIAL_MS = 15_000;

/** The maximum size of a record: the largest contains the arguments of a constructor. */
const MAX_RECORD_BYTES = 512 * 1024;

/** The JetStream API's numbers of these errors. */
const WRONG_REVISION: ReadonlySet<unknown> = new Set([10_071, 10_164]);
const NO_STREAM = 10_059;

/** The records of a cluster in JetStream's key-value buckets, and its events. */
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
      connection = await firstConnection(packages, brokers);
    } catch (error) {
      throw new TransportError(`No broker of ${where} could be reached: ${String(error)}. ${adviceFor(error)}`, {
        cause: error,
      });
    }
    try {
      const silence = new Silence();
      const open = (kind: string): Promise<KvBucket> =>
        KvBucket.open(connection, packages, `ua_${namespace}_${kind}`, options, silence);
      const [hosts, names] = await Promise.all([open('hosts'), open('names')]);
      return new NatsRegistry(connection, namespace, { hosts, names, silence });
    } catch (error) {
      await connection.close();
      throw new TransportError(
        `The records of the cluster '${namespace}' cannot be opened at ${where}: ${String(error)}. The brokers need JetStream ` +
          '(nats-server -js -sd FOLDER), and this process the permission to use it',
        { cause: error },
      );
    }
  }

  private constructor(
    connection: NatsConnection,
    namespace: string,
    { hosts, names, silence }: { readonly hosts: KvBucket; readonly names: KvBucket; readonly silence: Silence },
  ) {
    this.#connection = connection;
    this.#namespace = namespace;
    this.hosts = hosts;
    this.names = names;
    silence.over = () => this.#beginAgain();
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
    // Published messages leave first.
    await this.#connection.drain().catch(() => undefined);
    await this.#connection.close();
  }

  async #followStatus(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type === 'reconnect') this.#beginAgain();
    }
  }

  #beginAgain(): void {
    this.hosts.beginAgain();
    this.names.beginAgain();
  }
}

/**
 * The number of unanswered requests in a row from which on JetStream counts as unavailable; a single one may be due to a busy
 * broker.
 */
const UNANSWERED = 2;

/**
 * Notices that JetStream replies again. It may also stop replying over an open connection, when the broker that led the records
 * dies: the consumers of this process's watches may have died with it, which nats.js would only notice after 10 s without a
 * heartbeat.
 */
class Silence {
  over: () => void = () => undefined;
  #unanswered = 0;

  unanswered(): void {
    this.#unanswered++;
  }

  answered(): void {
    const silent = this.#unanswered >= UNANSWERED;
    this.#unanswered = 0;
    if (silent) this.over();
  }
}

/** Connects, and retries while the broker accepts the connection but greets slowly. Does not wait for a broker that refuses. */
async function firstConnection({ transport }: NatsPackages, brokers: NatsOptions): Promise<NatsConnection> {
  const { accessOptions } = await import('../transports/nats/index.ts');
  const endsAt = performance.now() + FIRST_DIAL_MS;
  for (;;) {
    try {
      return await transport.connect({ ...accessOptions(transport, brokers), ...LASTING });
    } catch (error) {
      if (!(error instanceof transport.TimeoutError) || performance.now() >= endsAt) throw error;
    }
  }
}

/** Returns what the user can do about a failed first connection. */
function adviceFor(error: unknown): string {
  const text = String(error);
  if (/authorization|authentication/i.test(text))
    return 'Give this process its credentials for the brokers: user and pass, token, creds, or nkey';
  if (/certificate|TLS|SSL/i.test(text))
    return "Give this process the brokers' authority, tls: { ca }, and use the name in their certificate as their address";
  return 'Start the brokers first, and check their addresses';
}

/** Options of a connection that reconnects by itself, however long the brokers are unavailable. */
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
  readonly #silence: Silence;
  readonly #watches = new Set<KvWatch>();
  /** The running watches. */
  readonly #running = new Set<Promise<void>>();
  #kv: KV;

  static async open(
    connection: NatsConnection,
    packages: NatsPackages,
    name: string,
    options: NatsRegistryOptions,
    silence: Silence,
  ): Promise<KvBucket> {
    const kv = await openKv(connection, packages, name, options);
    return new KvBucket(connection, packages, { name, options, silence, kv });
  }

  private constructor(
    connection: NatsConnection,
    packages: NatsPackages,
    parts: {
      readonly name: string;
      readonly options: NatsRegistryOptions;
      readonly silence: Silence;
      readonly kv: KV;
    },
  ) {
    this.#connection = connection;
    this.#packages = packages;
    this.#name = parts.name;
    this.#options = parts.options;
    this.#silence = parts.silence;
    this.#kv = parts.kv;
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

  async entries(): Promise<readonly AgedEntry[]> {
    return await this.#ask(async (kv) => {
      const entries = new Map<string, KvWatchEntry>();
      // A single request, where one for each entry would take a round trip each. An entry that changes meanwhile may come twice.
      for await (const entry of await kv.history()) {
        if (entry.operation === 'PUT') entries.set(entry.key, entry);
        else entries.delete(entry.key);
      }
      const now = brokerMs(await kv.status());
      return [...entries.values()].map((entry) => ({
        ...entryOf(entry),
        ageMs: Math.max(0, now - entry.created.getTime()),
      }));
    });
  }

  watch(watcher: BucketWatcher, key = '>'): () => void {
    const watch = new KvWatch(
      () => this.#kv.watch({ key }),
      watcher,
      async (error) => await this.#reopenIfLost(error),
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

  /** Restarts watches, whose consumers may be lost with the broker. */
  beginAgain(): void {
    for (const watch of this.#watches) watch.restart();
  }

  /**
   * Ends the watches. Waits for one that is about to begin: if the connection were closed meanwhile, the NATS client would leave
   * a timer behind that keeps the process alive.
   */
  async close(): Promise<void> {
    for (const watch of this.#watches) watch.stop();
    this.#watches.clear();
    await Promise.all(this.#running);
  }

  async #ask<T>(ask: (kv: KV) => Promise<T>): Promise<T> {
    try {
      const answer = await ask(this.#kv);
      this.#silence.answered();
      return answer;
    } catch (error) {
      const number = apiNumber(error);
      if (WRONG_REVISION.has(number)) {
        this.#silence.answered();
        throw new RevisionConflict('the record has another revision', { cause: error });
      }
      this.#silence.unanswered();
      await this.#reopenIfLost(error);
      throw error;
    }
  }

  /** The brokers have lost their data, so there are no records any more. */
  async #reopenIfLost(error: unknown): Promise<void> {
    if (apiNumber(error) !== NO_STREAM) return;
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
    // Only the leader of a stream certainly knows its last record.
    allow_direct: false,
  });
}

/** Returns the number of a JetStream API error. */
function apiNumber(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/**
 * Returns the time of day by the clock that dates the records. Brokers before 2.10 do not report it; then returns that of this
 * machine.
 */
function brokerMs({ streamInfo }: KvStatus): number {
  const ms = Date.parse(String(Reflect.get(streamInfo, 'ts')));
  return Number.isNaN(ms) ? MACHINE_CLOCK.wallMs() : ms;
}
