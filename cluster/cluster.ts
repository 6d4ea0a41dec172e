import { setTimeout as delay } from 'node:timers/promises';
import {
  type ActorProxy,
  ActorUnreachableError,
  type AnyActorClass,
  AuthkeyError,
  ConnectionLostError,
  followName,
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
import { taken } from './held-name.ts';
import { type ClusterHost, hostOf, type NamedActor, namedOf } from './listing.ts';
import { Meetings } from './meetings.ts';
import { NatsRegistry } from './nats-registry.ts';
import { type CheckedOptions, checkedOptions, type ClusterOptions } from './options.ts';
import { Placement } from './placement.ts';
import { type HostRecord, keyOf, type NameRecord, type Read, readHost, readName } from './records.ts';
import { type Registry, RevisionConflict } from './registry.ts';
import { Seal } from './seal.ts';
import { type ClusterServeOptions, serveClusterHost } from './serve-host.ts';

/** The interval for checking whether an actor that is being moved has arrived, in milliseconds. */
const LOOK_MS = 100;

/**
 * A group of hosts that share named actors: `spawn` finds a host, `get` finds the actor wherever it runs, and if its host dies, the
 * actor is restarted on another one. NATS brokers store the names; calls go directly from process to process where possible.
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
  readonly #servers: HostServer[] = [];
  readonly #closed = new AbortController();

  private constructor(options: CheckedOptions, registry: Registry) {
    this.namespace = options.namespace;
    this.#options = options;
    this.#registry = registry;
    this.#seal = new Seal(options.authkey, options.namespace);
    this.#deaths = new Deaths(registry, this.#seal);
    this.#meetings = new Meetings(options.authkey, this.#deaths);
  }

  /**
   * Connects to the brokers of a cluster.
   *
   * @throws `TypeError` for invalid options; `TransportError` when no broker can be reached, or when the NATS packages are not
   * installed.
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
    return new Cluster(checked, registry);
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
   * @throws `HostError` `NAME_TAKEN`, `NO_HOST`, or the error of the only suitable host; any error of `spawn`.
   */
  async spawn<Class extends SpawnableClass>(
    actorClass: Class,
    name: string,
    ...args: RemoteArguments<ConstructorParameters<Class>>
  ): Promise<Remote<Class>> {
    demandClass(actorClass, 'spawn');
    demandName(name, 'spawn');
    if ((await this.#answer('spawn', () => this.#registry.names.get(keyOf(name)))) !== undefined) {
      // The requested host decides; checking first spares the others the request.
      const read = await this.#read(name);
      if (read?.record.owner !== undefined && (await this.#hostOf(read.record)) !== undefined) throw taken(name);
    }
    const on = new Placement(
      this.namespace,
      await this.#hosts(),
      async (host, use) => await this.#meetings.withHost(host, use),
    );
    const spawned = await spawnWith(actorClass, { on, name }, args);
    this.#follow(spawned, actorClass, name, true);
    return spawned;
  }

  /**
   * The actor of that name, wherever it runs. If it is being moved, this waits for it.
   *
   * @returns a proxy that follows the name; shutting it down or disposing of it only releases a reference.
   * @throws `HostError` `NO_SUCH_ACTOR`; `ProxyError` `WRONG_ACTOR` when it is of another class;
   * {@link ActorUnreachableError} when no host had it in time.
   */
  async get<Class extends AnyActorClass>(actorClass: Class, name: string): Promise<Remote<Class>> {
    demandClass(actorClass, 'get');
    demandName(name, 'get');
    const proxy = await this.#find(actorClass, name, this.#closed.signal);
    this.#follow(proxy, actorClass, name, false);
    return proxy;
  }

  /** The hosts that hold a lease. A host that has just died may be among them. */
  async hosts(): Promise<readonly ClusterHost[]> {
    const hosts = await this.#answer('hosts', () => this.#hosts());
    return hosts.map(hostOf).toSorted((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** All names, with the locations of their actors. */
  async names(): Promise<readonly NamedActor[]> {
    const [entries, hosts] = await this.#answer('names', () =>
      Promise.all([this.#registry.names.entries(), this.#hosts()]),
    );
    const living = new Set(hosts.map(({ epoch }) => epoch));
    return entries
      .map((entry) => readName(this.#seal, entry)?.record)
      .filter((record) => record !== undefined)
      .map((record) => namedOf(record, living))
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
        `no host '${host}' is in the cluster '${this.namespace}': cluster.hosts() shows those that are`,
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
    await this.#answer('stop', () => this.#end(checked, 'stop'));
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

  /** @throws {@link TransportError} when the brokers do not answer: the client of NATS says so in words of its own. */
  async #answer<T>(what: string, ask: () => Promise<T>): Promise<T> {
    this.#closed.signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (error instanceof UActorError || error instanceof TypeError) throw error;
      throw new TransportError(
        `cluster.${what}: the brokers of the cluster '${this.namespace}' did not answer: ${String(error)}. Try again when they are back`,
        { cause: error },
      );
    }
  }

  async #hosts(): Promise<readonly HostRecord[]> {
    const entries = await this.#registry.hosts.entries();
    const hosts = entries.map((entry) => readHost(this.#seal, entry)?.record).filter((host) => host !== undefined);
    if (hosts.length === 0 && entries.length > 0) throw this.#otherKey();
    return hosts;
  }

  async #read(name: string): Promise<Read<NameRecord> | undefined> {
    const entry = await this.#registry.names.get(keyOf(name));
    if (entry === undefined) return undefined;
    const read = readName(this.#seal, entry);
    if (read === undefined) throw this.#otherKey();
    return read;
  }

  /** The host that owns a name, if it still holds its lease. */
  async #hostOf({ owner }: NameRecord): Promise<HostRecord | undefined> {
    const entry = owner && (await this.#registry.hosts.get(owner.host));
    const host = entry && readHost(this.#seal, entry)?.record;
    return host?.epoch === owner?.epoch ? host : undefined;
  }

  /** Waits for the actor of a name, through restarts and broker outages. */
  async #find<Class extends AnyActorClass>(
    actorClass: Class,
    name: string,
    signal: AbortSignal,
  ): Promise<Remote<Class>> {
    const { patienceMs } = this.#options;
    const endsAt = performance.now() + patienceMs;
    let failure: unknown;
    do {
      signal.throwIfAborted();
      try {
        const record = await this.#present(name);
        const host = await this.#hostOf(record);
        const { place } = record;
        if (host !== undefined && place !== undefined) {
          return await this.#meetings.actorAt(actorClass, name, place, host);
        }
      } catch (error) {
        if (!mayPass(error)) throw error;
        failure = error;
      }
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    } while (performance.now() < endsAt);
    throw new ActorUnreachableError(
      `no host of the cluster '${this.namespace}' had '${name}' within ${patienceMs} ms: cluster.names() says whether it waits for a ` +
        'host with its labels and a free slot',
      { cause: failure },
    );
  }

  async #present(name: string): Promise<NameRecord> {
    const read = await this.#read(name);
    if (read !== undefined) return read.record;
    throw new HostError(
      `the cluster '${this.namespace}' has no actor '${name}': cluster.names() shows those that it has`,
      {
        code: 'NO_SUCH_ACTOR',
      },
    );
  }

  #follow(proxy: ActorProxy, actorClass: AnyActorClass, name: string, owned: boolean): void {
    const move = followName(proxy, {
      name,
      next: async (signal) => await this.#find(actorClass, name, AbortSignal.any([signal, this.#closed.signal])),
      released: () => stop(),
      end: owned ? async (how) => await this.#end(name, how) : undefined,
    });
    const stop = this.#watchPlace(name, () => {
      // What is called while the old life still answers, and refuses, would not look for the new one by itself.
      void this.#find(actorClass, name, this.#closed.signal)
        .then(move)
        .catch(() => undefined);
    });
  }

  /** Calls `moved` whenever the actor of a name has changed its location. */
  #watchPlace(name: string, moved: () => void): () => void {
    let present: string | undefined;
    return this.#registry.names.watch(
      {
        restarted: () => undefined,
        deleted: () => undefined,
        changed: (entry) => {
          const id = readName(this.#seal, entry)?.record.place?.id;
          if (id === undefined || id === present) return;
          const before = present;
          present = id;
          if (before === undefined) return;
          this.#deaths.followed(before);
          moved();
        },
      },
      keyOf(name),
    );
  }

  async #end(name: string, how: 'stop' | 'kill'): Promise<void> {
    const endsAt = performance.now() + this.#options.patienceMs;
    let begun = false;
    for (;;) {
      try {
        const record = await this.#present(name);
        const host = await this.#hostOf(record);
        if (host === undefined) return await this.#forget(name);
        return await this.#meetings.withHost(host, async (met) => await met[how](name));
      } catch (error) {
        const gone = error instanceof HostError && error.code === 'NO_SUCH_ACTOR';
        // The host ended in the middle, and had done it.
        if (gone && (await this.#read(name)) === undefined) {
          if (begun) return;
          throw error;
        }
        begun ||= error instanceof UActorError && error.executed === 'maybe';
        // It moves at this moment.
        const moves = gone || error instanceof RevisionConflict || error instanceof ConnectionLostError;
        if (!(moves || error instanceof ActorUnreachableError) || performance.now() >= endsAt) throw error;
      }
      await delay(LOOK_MS);
    }
  }

  /** Frees a name that no host owns. */
  async #forget(name: string): Promise<void> {
    const read = await this.#read(name);
    if (read === undefined) return;
    if ((await this.#hostOf(read.record)) !== undefined) throw new RevisionConflict(`'${name}' was taken over`);
    await this.#registry.names.delete(read.key, read.revision);
  }

  #otherKey(): AuthkeyError {
    return new AuthkeyError(
      `the records of the cluster '${this.namespace}' were written with another authkey: give the one that its hosts have`,
    );
  }
}

/** Whether an attempt to reach an actor may succeed a little later. */
function mayPass(error: unknown): boolean {
  if (error instanceof AuthkeyError || error instanceof TypeError) return false;
  if (error instanceof HostError) return false;
  // An error from outside this library comes from the NATS client.
  return !(error instanceof UActorError) || error.code !== 'WRONG_ACTOR';
}

function demandClass(actorClass: unknown, verb: string): void {
  if (typeof actorClass !== 'function')
    throw misuse(`cluster.${verb}: the first argument must be the class of the actor`);
}

function demandName(name: unknown, verb: string): string {
  if (typeof name === 'string' && name !== '' && name.length <= 128) return name;
  throw misuse(`cluster.${verb}: the name of an actor must be a text of 1 to 128 characters`);
}
