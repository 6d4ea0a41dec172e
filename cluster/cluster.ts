import {
  ActorUnreachableError,
  type AnyActorClass,
  HostError,
  type HostServer,
  misuse,
  type Remote,
  type RemoteArguments,
  type SpawnableClass,
  spawnWith,
  TransportError,
  UActorError,
} from '../index.ts';
import { Deaths } from './deaths.ts';
import { type ClusterEvents, hear } from './events.ts';
import { type ClusterHost, hostOf, type NamedActor, namedOf } from './listing.ts';
import { Meetings } from './meetings.ts';
import { NamedActors } from './named-actors.ts';
import { NatsRegistry } from './nats-registry.ts';
import { type CheckedOptions, type ClusterOptions, checkedOptions } from './options.ts';
import { Placement } from './placement.ts';
import { readName } from './records.ts';
import type { AgedEntry, Registry } from './registry.ts';
import { Seal } from './seal.ts';
import { listHosts, otherKey, type SeenHost, sortHosts } from './seen-hosts.ts';
import { type ClusterServeOptions, serveClusterHost } from './serve-host.ts';
import { encodeArguments } from './stored-arguments.ts';

/**
 * A group of hosts that share named actors: `spawn` finds a host, `get` finds the actor wherever it runs, and if its host dies,
 * another host restarts the actor. NATS brokers store the names; calls go directly from process to process where possible.
 *
 * ```ts
 * await using cluster = await Cluster.connect({ servers: 'localhost:4222', namespace: 'shop', authkey });
 * const index = await cluster.spawn(Index.with({ label: { disk: 'ssd' }, restart: 'always' }), 'index', '/var/index');
 * ```
 *
 * It keeps the process alive until it is closed. Its proxies continue to work afterwards, as long as they need no other host.
 */
export class Cluster implements AsyncDisposable {
  /** The namespace that separates this cluster from others on the same brokers. */
  readonly namespace: string;
  readonly #options: CheckedOptions;
  readonly #registry: Registry;
  readonly #seal: Seal;
  readonly #deaths: Deaths;
  readonly #meetings: Meetings;
  readonly #named: NamedActors;
  readonly #servers: HostServer[] = [];
  readonly #closed = new AbortController();

  private constructor(options: CheckedOptions, registry: Registry) {
    this.namespace = options.namespace;
    this.#options = options;
    this.#registry = registry;
    this.#seal = new Seal(options.authkey, options.namespace);
    this.#deaths = new Deaths(registry, this.#seal);
    this.#meetings = new Meetings(options.authkey, this.#deaths);
    this.#named = new NamedActors({
      namespace: options.namespace,
      registry,
      seal: this.#seal,
      deaths: this.#deaths,
      meetings: this.#meetings,
      patienceMs: options.patienceMs,
      closed: this.#closed.signal,
    });
  }

  /**
   * Connects to the brokers of a cluster.
   *
   * @throws `TypeError` for invalid options; `TransportError` when no broker can be reached, or when the NATS packages are not
   * installed; `AuthkeyError` when the hosts of the namespace have another authkey.
   */
  static async connect(options: ClusterOptions): Promise<Cluster> {
    const checked = checkedOptions(options);
    const { brokers, brokersName, namespace, replicas, ttlMs } = checked;
    const { setNatsBrokers } = await import('../transports/nats/index.ts');
    setNatsBrokers(brokersName, brokers);
    const registry = await NatsRegistry.connect({
      brokers,
      namespace,
      replicas,
      timeoutMs: Math.min(5_000, ttlMs / 4),
    });
    const cluster = new Cluster(checked, registry);
    try {
      await cluster.#answer('connect', async () => cluster.#own(await listHosts(registry)));
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /**
   * Makes this process a host of the cluster: `Host.serve`, with names shared by all hosts. It lives until the server is
   * closed or drained, or the cluster is closed.
   *
   * @throws any error of `Host.serve`.
   */
  async serve(options: ClusterServeOptions): Promise<HostServer> {
    const server = await serveClusterHost(options, this.#options, { registry: this.#registry, seal: this.#seal });
    this.#servers.push(server);
    return server;
  }

  /**
   * Starts an actor under a name, on the host with the class's labels and the most free slots. It lives until it is stopped, and is
   * restarted according to its `restart`. The arguments are stored for that, so they must be plain values.
   *
   * @returns a proxy that follows the name; its `shutdown` stops the actor for good, its disposal does not.
   * @throws `HostError` `NAME_TAKEN`, `NO_HOST`, or the error of the only suitable host; `SerializerError` for arguments that cannot be
   * stored, before a process is started; any error of `spawn`.
   */
  async spawn<Class extends SpawnableClass>(
    actorClass: Class,
    name: string,
    ...args: RemoteArguments<ConstructorParameters<Class>>
  ): Promise<Remote<Class>> {
    demandClass(actorClass, 'spawn');
    demandName(name, 'spawn');
    // The host repeats this; here it comes before a process is started.
    await encodeArguments(args, name);
    await this.#answer('spawn', () => this.#named.demandFree(name));
    const on = new Placement(
      this.namespace,
      await this.#hosts(),
      async (host, use) => await this.#meetings.withHost(host, use),
    );
    const spawned = await spawnWith(actorClass, { on, name }, args);
    this.#named.follow(spawned, actorClass, name, true);
    return spawned;
  }

  /**
   * Resolves to the actor of that name, wherever it runs. If it is being moved, waits for it.
   *
   * @returns a proxy that follows the name; shutting it down or disposing of it only releases a reference.
   * @throws `HostError` `NO_SUCH_ACTOR`; `ProxyError` `WRONG_ACTOR` when it is of another class; {@link ActorUnreachableError}
   * when no host ran it in time.
   */
  async get<Class extends AnyActorClass>(actorClass: Class, name: string): Promise<Remote<Class>> {
    demandClass(actorClass, 'get');
    demandName(name, 'get');
    const proxy = await this.#named.find(actorClass, name);
    this.#named.follow(proxy, actorClass, name, false);
    return proxy;
  }

  /**
   * Returns the hosts of the cluster. A host that has just died may be among them; it is `lost` when it has not renewed its lease
   * in time.
   */
  async hosts(): Promise<readonly ClusterHost[]> {
    const hosts = await this.#answer('hosts', () => this.#hosts());
    return hosts.map(hostOf).toSorted((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** Returns all names, with the locations of their actors. */
  async names(): Promise<readonly NamedActor[]> {
    const [entries, hosts] = await this.#answer('names', () =>
      Promise.all([this.#registry.names.entries(), this.#hosts()]),
    );
    const byEpoch = new Map(hosts.map((host) => [host.epoch, host]));
    return entries
      .map((entry) => readName(this.#seal, entry)?.record)
      .filter((record) => record !== undefined)
      .map((record) => namedOf(record, byEpoch.get(record.owner?.epoch ?? '')))
      .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }

  /**
   * Ends a host in an orderly way: it accepts no more actors, lets calls finish, and stops its actors. Other hosts take over their
   * names.
   *
   * @param host - Its id.
   * @throws `HostError` `NO_HOST` when the cluster has no host of that id.
   */
  async drain(host: string): Promise<void> {
    const record = (await this.#answer('drain', () => this.#hosts())).find(({ id }) => id === host);
    if (record === undefined) {
      throw new HostError(
        `the cluster '${this.namespace}' has no host '${host}': cluster.hosts(), or uactor cluster hosts, lists its hosts`,
        {
          code: 'NO_HOST',
        },
      );
    }
    await this.#meetings.withHost(record, async (met) => await met.drain());
  }

  /**
   * Ends a named actor for good, in an orderly way, and frees the name.
   *
   * @throws `HostError` `NO_SUCH_ACTOR`; the error of its `shutdown` hook.
   */
  async stop(name: string): Promise<void> {
    const checked = demandName(name, 'stop');
    await this.#answer('stop', () => this.#named.end(checked, 'stop'));
  }

  /**
   * Calls the listener for later events of the cluster: `'death'` for each end of an actor or a host, `'host'` for hosts that come
   * and go. Events during a broker outage are not reported later.
   *
   * @returns a function that removes the listener.
   */
  on<Name extends keyof ClusterEvents>(event: Name, listener: (event: ClusterEvents[Name]) => void): () => void {
    if (event !== 'death' && event !== 'host') throw misuse("cluster.on: the events are 'death' and 'host'");
    if (typeof listener !== 'function') throw misuse('cluster.on: the second argument must be a function');
    return hear(this.#registry, this.#seal, event, listener);
  }

  /** Closes the hosts that this process serves, and then the connection to the brokers. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.splice(0).map((server) => server.close()));
    this.#closed.abort(new ActorUnreachableError(`this process has left the cluster '${this.namespace}'`));
    this.#deaths.close();
    await this.#registry.close();
  }

  /** {@link Cluster.close} */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @throws {@link TransportError} when the brokers do not reply, or refuse it: the NATS client has its own errors for that. */
  async #answer<T>(what: string, ask: () => Promise<T>): Promise<T> {
    this.#closed.signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (error instanceof UActorError || error instanceof TypeError) throw error;
      const brokers = `the brokers of the cluster '${this.namespace}'`;
      const text = String(error);
      const why = /permissions violation/i.test(text)
        ? `${brokers} refused it: ${text}. Give this process the permission: docs/cluster.md lists those of hosts and clients`
        : `${brokers} did not reply: ${text}. Try again when they are available`;
      throw new TransportError(`cluster.${what}: ${why}`, { cause: error });
    }
  }

  async #hosts(): Promise<readonly SeenHost[]> {
    return this.#own(await this.#registry.hosts.entries());
  }

  /** @throws {@link AuthkeyError} when all hosts have another authkey. */
  #own(entries: readonly AgedEntry[]): readonly SeenHost[] {
    const { own, foreign } = sortHosts(this.#seal, entries);
    if (own.length === 0 && foreign.length > 0) throw otherKey(this.namespace, foreign);
    return own;
  }
}

function demandClass(actorClass: unknown, verb: string): void {
  if (typeof actorClass !== 'function')
    throw misuse(`cluster.${verb}: the first argument must be the class of the actor`);
}

function demandName(name: unknown, verb: string): string {
  if (typeof name === 'string' && name !== '' && name.length <= 128) return name;
  throw misuse(`cluster.${verb}: the name of an actor must be a string of 1 to 128 characters`);
}
