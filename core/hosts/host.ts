import { type AnyActorClass, asRemote, typeidsOf } from '../api/actor.ts';
import { callOptions, release } from '../api/proxy-functions.ts';
import type { Remote } from '../api/remote.ts';
import { type ActorConnectOptions, meetActor } from '../api/spawn-actor.ts';
import { type ActorHost, type SpawnOrder, keepAliveMs, limitsOf } from '../declaration/actor-options.ts';
import { declaringClass, moduleOf, readDeclaration } from '../declaration/declaration.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { proxyShare, proxyReference } from '../proxy/base-proxy.ts';
import { giveOwnership } from '../proxy/owned.ts';
import { Runtime } from '../runtime/runtime.ts';
import { misuse, ProxyError } from '../seam/errors.ts';
import { type Address, normaliseAddress } from '../declaration/address.ts';
import { Authkey } from '../trust/authkey.ts';
import { askHost, type RemoteHost, tellHost } from './ask-host.ts';
import { HostActor } from './host-actor.ts';
import type { ActorFate, ActorPlace, HostReport } from './host-report.ts';
import type { HostedActorReport } from './hosted-actor.ts';
import { withDeadline } from '../references/waiting.ts';
import { askFate, type EndWatch, endOf, FATE_MS, hostedProcess, isHostGone, withNews } from './hosted-process.ts';
import { moduleName } from './listed-modules.ts';
import { placeActor } from './place-actor.ts';
import { type HostServeOptions, type HostServer, serveHost } from './serve-host.ts';

/** Options of `Host.connect`. */
export type HostConnectOptions = Omit<ActorConnectOptions, 'capture'>;

/** @internal Options that a cluster adds. */
export interface HostMeetOptions extends HostConnectOptions {
  /** Reports ends of actors that the hosts themselves may not report. */
  readonly ends?: EndWatch;
}

/** The connection settings of a class's actors. */
type Spoken = Pick<SpawnOrder, 'name' | 'options' | 'typeids'>;

/**
 * A machine that spawns actors for callers with its key. Pass it as the class's option `on`; everything else works as with an
 * actor of this machine.
 *
 * An actor ends with its last proxy, in whatever process that is, or with its host. One with a `name` lives until it is stopped,
 * or the proxy from `spawn` shuts it down. After a lost connection, the next use connects again.
 *
 * @example
 * using host = await Host.connect('tcp://10.0.0.7:7000', { authkey });
 * await using far = await Counter.with({ on: host }).spawn();
 */
export class Host implements ActorHost, Disposable {
  /** The address of the host. */
  readonly address: string;
  readonly #actor: RemoteHost;
  readonly #options: HostMeetOptions;

  private constructor(address: string, actor: RemoteHost, options: HostMeetOptions) {
    this.address = address;
    this.#actor = actor;
    this.#options = options;
  }

  /**
   * Connects to a host: `uactor host`, or a program that called {@link Host.serve}.
   *
   * @throws {@link AuthkeyError}, {@link ActorUnreachableError}; `TypeError` when the listener is not a host.
   */
  static async connect(address: Address, options: HostConnectOptions = {}): Promise<Host> {
    const place = normaliseAddress(address, 'the address of Host.connect');
    const actor = await HostActor.connect(place, options);
    if (!proxyReference(actor).exposure.methods.includes('locate')) {
      release(actor);
      throw misuse(
        `Host.connect: the process that listens on ${place} is not a host: start one there with uactor host`,
      );
    }
    return new Host(place, actor, options);
  }

  /** @internal Asks a host, for a short time, how one of its actors ended. */
  static async fateAt(
    id: string,
    instance: string,
    endpoints: readonly string[],
    options: HostMeetOptions,
  ): Promise<ActorFate> {
    const asking = Host.meet(instance, endpoints, options).then(
      async (host) => {
        using met = host;
        return await askFate(met.#actor, id);
      },
      (error: unknown) => (isHostGone(error) ? { exitCode: undefined, signal: undefined } : undefined),
    );
    const fate = await withDeadline(asking, FATE_MS);
    return fate === 'late' ? undefined : fate.value;
  }

  /** @internal Connects to a host with a known instance, at the first of its endpoints that responds. */
  static async meet(instance: string, endpoints: readonly string[], options: HostMeetOptions): Promise<Host> {
    const { authkey, transport = {}, dial } = options;
    const proxy = await meetActor(instance, endpoints, {
      authkey: authkey === undefined ? Runtime.current.authkey : new Authkey(authkey),
      limits: {},
      keepAliveMs: keepAliveMs({}),
      transport,
      label: 'the host',
      classOf: typeidsOf(HostActor).proxyClass,
      policy: dial,
    });
    return new Host(endpoints[0] ?? '', asRemote<typeof HostActor>(proxy), options);
  }

  /**
   * Makes this process a host, until the server is closed or drained.
   *
   * @throws `TypeError` for invalid options; {@link AddressInUseError}.
   * @example
   * await using server = await Host.serve({ address: 'tcp://10.0.0.7:7000', authkey, modules: ['./actors.js'], slots: 8 });
   * await server.closed;
   */
  static async serve(options: HostServeOptions): Promise<HostServer> {
    return await serveHost(options);
  }

  /** {@link Host.address} */
  get name(): string {
    return this.address;
  }

  /** Returns the host's modules, labels and slots. */
  async describe(): Promise<HostReport> {
    return await askHost(this.#actor, this.address, async (host) => await host.describe());
  }

  /** Returns the host's actors. */
  async list(): Promise<readonly HostedActorReport[]> {
    return await askHost(this.#actor, this.address, async (host) => await host.list());
  }

  /**
   * Returns a proxy of the actor with this name. This process does not own the actor: disposing of the proxy releases a
   * reference, and {@link Host.stop} ends the actor.
   *
   * @throws {@link HostError} `NO_SUCH_ACTOR`; {@link ProxyError} `WRONG_ACTOR` when it is of another class.
   */
  async get<Class extends AnyActorClass>(actorClass: Class, name: string): Promise<Remote<Class>> {
    if (typeof actorClass !== 'function') throw misuse('Host.get: the first argument must be the class of the actor');
    const named = demandName(name, 'Host.get: the second argument must be the name of an actor');
    const place = await askHost(this.#actor, this.address, async (host) => await host.locate(named));
    const spoken = spokenAt(actorClass, named, place);
    const { proxy } = await this.#meet(place, spoken);
    return asRemote<Class>(proxy);
  }

  /**
   * @internal Returns a proxy of the named actor at a known place, without asking its host.
   *
   * @param fate - Asks the host how the actor ended.
   */
  static async getAt<Class extends AnyActorClass>(
    actorClass: Class,
    name: string,
    place: ActorPlace,
    options: HostMeetOptions,
    fate: () => Promise<ActorFate>,
  ): Promise<Remote<Class>> {
    return asRemote<Class>(await meetAt(place, spokenAt(actorClass, name, place), options, fate));
  }

  /**
   * Shuts an actor down: waits for its calls, runs its `shutdown` hook, and ends its process.
   *
   * @param actor - Its name, or its `id` in {@link Host.list}.
   * @throws {@link HostError} `NO_SUCH_ACTOR`; any error of the hook.
   */
  async stop(actor: string): Promise<void> {
    const named = demandName(actor, 'Host.stop: pass the name of the actor, or its id from list()');
    await tellHost(this.#actor, this.address, async () => await this.#actor.stop(named));
  }

  /**
   * Kills an actor's process.
   *
   * @param actor - Its name, or its `id` in {@link Host.list}.
   * @throws {@link HostError} `NO_SUCH_ACTOR`
   */
  async kill(actor: string): Promise<void> {
    const named = demandName(actor, 'Host.kill: pass the name of the actor, or its id from list()');
    await tellHost(this.#actor, this.address, async () => await this.#actor.kill(named));
  }

  /**
   * Drains the host: it accepts no more actors, waits for the calls of its actors, shuts them down and ends. Resolves when they
   * have ended.
   */
  async drain(): Promise<void> {
    await tellHost(this.#actor, this.address, async () => await this.#actor.drain());
  }

  /** Closes the connection. Spawned actors live on. */
  [Symbol.dispose](): void {
    this.#actor[Symbol.dispose]();
  }

  /** Called by `spawn` of a class whose option `on` is this host. */
  async place(order: SpawnOrder): Promise<ActorProxy> {
    const { proxy, host, place } = await placeActor(
      {
        actor: this.#actor,
        address: this.address,
        meet: async (at) => ({ ...(await this.#meet(at, order)), place: at }),
        drop: (met) => met.proxy[Symbol.dispose](),
      },
      order,
    );
    // A named actor lives on when its proxy is disposed of.
    const owned = hostedProcess(() => (proxyShare(host).reference ? host : this.#actor), this.address, place, proxy);
    giveOwnership(proxy, owned, order.options.name === undefined);
    return proxy;
  }

  async #meet(place: ActorPlace, spoken: Spoken): Promise<Met> {
    // A separate share, so that the host can be asked about the actor after this object was disposed of.
    const host = callOptions(this.#actor, {});
    try {
      const proxy = await meetAt(place, spoken, this.#options, () => askFate(host, place.id));
      void endOf(proxy).then(() => host[Symbol.dispose]());
      return { proxy, host };
    } catch (error) {
      host[Symbol.dispose]();
      throw error;
    }
  }
}

/** @throws {@link ProxyError} `WRONG_ACTOR` */
function spokenAt(actorClass: AnyActorClass, name: string, place: ActorPlace): Spoken {
  const { name: className, options } = readDeclaration(actorClass);
  demandClass(actorClass, className, { ...place, name });
  return { name: className, options, typeids: typeidsOf(actorClass) };
}

async function meetAt(
  place: ActorPlace,
  { name, options, typeids }: Spoken,
  { authkey, transport = {}, dial, ends }: HostMeetOptions,
  ask: () => Promise<ActorFate>,
): Promise<ActorProxy> {
  return await withNews(place.id, ends, ask, async (fate) =>
    meetActor(place.instance, place.endpoints, {
      authkey: authkey === undefined ? Runtime.current.authkey : new Authkey(authkey),
      limits: limitsOf(options),
      keepAliveMs: keepAliveMs(options),
      transport,
      label: name,
      classOf: typeids.proxyClass,
      policy: dial ?? options.dial,
      fate,
    }),
  );
}

function demandName(name: unknown, what: string): string {
  if (typeof name === 'string' && name !== '') return name;
  throw misuse(`${what}, a string`);
}

/** An actor on a host, held by a caller. */
interface Met {
  readonly proxy: ActorProxy;
  readonly host: RemoteHost;
}

/**
 * Rejects an actor of another class: a proxy would have the expected methods with another meaning.
 *
 * @throws {@link ProxyError} `WRONG_ACTOR`
 */
function demandClass(wanted: AnyActorClass, className: string, there: ActorPlace & { readonly name: string }): void {
  // A class without a module matches a class of that name in any module.
  const module = Object.hasOwn(declaringClass(wanted), 'module') ? moduleName(moduleOf(wanted)) : there.module;
  if (className === there.className && module === there.module) return;
  throw new ProxyError(
    `'${there.name}' is a ${there.className} of the module '${there.module}', not a ${className} of '${module}': get it with its own ` +
      'class; host.list() shows the class of each actor',
    { code: 'WRONG_ACTOR' },
  );
}
