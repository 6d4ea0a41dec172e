import { Actor } from '../api/actor.ts';
import type { ActorOptions } from '../declaration/actor-options.ts';
import { actorTypeids } from '../declaration/typeid-table.ts';
import { ActorProcess } from '../process/owner/actor-process.ts';
import { reportHookError } from '../process/actor/actor-life.ts';
import { ActorProxy } from '../proxy/actor-proxy.ts';
import { own } from '../proxy/owned.ts';
import { currentCall } from '../references/current-call.ts';
import { spokenSerializers } from '../runtime/registry.ts';
import { Runtime } from '../runtime/runtime.ts';
import { process } from '../seam/environment.ts';
import { HostError } from '../seam/errors.ts';
import { withDeadline } from '../references/waiting.ts';
import { handOver, isDraining, type Reached } from './hand-over.ts';
import { HostedActor, type HostedActorReport } from './hosted-actor.ts';
import type { ActorFate, ActorPlace, HostReport } from './host-report.ts';
import { checkedOrder, type HostOrder, notAnOrder } from './host-order.ts';
import type { ListedModules } from './listed-modules.ts';
import type { KeptHost, NameClaim, NameKeeper } from './name-keeper.ts';

/** The settings of a host. */
export interface HostPlan {
  readonly modules: ListedModules;
  readonly slots: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The addresses at which its actors listen, and the transport options. */
  readonly actors: Pick<ActorOptions, 'addresses' | 'transport'>;
  /** Called when the host has been drained. */
  readonly drained: () => void;
  /** Shares the names of the host's actors with other hosts. */
  readonly keeper: NameKeeper | undefined;
}

/** How many ends of actors the host remembers, for callers that ask how their actor ended. */
const MAX_FATES = 1_000;

/** How long a caller waits at most for an end that it has already noticed, in milliseconds. */
const FATE_MS = 2_000;

/**
 * Spawns actors of listed modules in processes of its machine, for callers with its key. It owns the processes, which end with
 * it. Callers use it through {@link Host}.
 */
export class HostActor extends Actor {
  static override readonly exposed = ['spawn', 'describe', 'list', 'locate', 'fate', 'stop', 'kill', 'drain'] as const;
  readonly #plan: HostPlan;
  readonly #actors = new Map<string, HostedActor>();
  /** Per ended actor: resolves when its end has been handled. */
  readonly #endings = new Map<HostedActor, Promise<void>>();
  readonly #fates = new Map<string, Exclude<ActorFate, undefined>>();
  /** The orders of actors that have no process yet. */
  readonly #starting = new Set<{ readonly name: string | undefined }>();
  readonly #draining = new AbortController();
  #spawned = 0;
  #ending: Promise<void> | undefined;

  constructor(plan: HostPlan) {
    super();
    this.#plan = plan;
    const host: KeptHost = {
      report: () => this.describe(),
      place: () => ({ instance: Runtime.current.instance, endpoints: Runtime.current.endpoints }),
      restore: (order, args, claim) => this.#restore(order, args, claim),
      drain: () => this.drain(),
    };
    plan.keeper?.attach(host);
  }

  /**
   * Starts a process for a caller's actor, and constructs the actor when the caller confirms the order. Until then no code of the
   * class runs here, so the caller may also ask another host.
   *
   * @throws {@link HostError} when this host refuses the actor; any error of `Class.spawn`.
   */
  async spawn(order: HostOrder, reached: Reached): Promise<void> {
    const { signal } = currentCall();
    const checked = checkedOrder(order);
    if (typeof reached !== 'function') throw notAnOrder();
    this.#demandRoom(checked);
    const starting = { name: checked.name };
    this.#starting.add(starting);
    let claim: NameClaim | undefined;
    try {
      const module = await this.#plan.modules.find(checked);
      claim = await this.#claim(checked);
      const hosted = this.#begin(await this.#start(checked, module), checked, claim);
      this.#starting.delete(starting);
      await handOver(hosted, { reached, signal, draining: this.#draining.signal });
    } catch (error) {
      await claim?.abandon();
      throw error;
    } finally {
      this.#starting.delete(starting);
    }
  }

  async #claim(order: HostOrder): Promise<NameClaim | undefined> {
    const { name } = order;
    return name === undefined ? undefined : await this.#plan.keeper?.claim({ ...order, name });
  }

  async #restore(order: HostOrder, args: readonly unknown[], claim: NameClaim): Promise<void> {
    const checked = checkedOrder(order);
    this.#demandRoom(checked);
    const starting = { name: checked.name };
    this.#starting.add(starting);
    let hosted: HostedActor | undefined;
    try {
      const module = await this.#plan.modules.find(checked);
      hosted = this.#begin(await this.#start(checked, module), checked, claim);
      this.#starting.delete(starting);
      const actor = await hosted.construct(args);
      if (!(actor instanceof ActorProxy)) throw notAnOrder();
      hosted.keep(actor);
    } catch (error) {
      await hosted?.process.kill();
      throw error;
    } finally {
      this.#starting.delete(starting);
    }
  }

  /** Returns the host's modules, labels and slots. */
  describe(): HostReport {
    const { modules, labels, slots } = this.#plan;
    return {
      pid: process.pid,
      modules: modules.names,
      labels,
      slots,
      free: Math.max(0, slots - this.#taken),
      draining: this.#draining.signal.aborted,
    };
  }

  /** Returns the actors that run on the host. */
  list(): readonly HostedActorReport[] {
    return [...this.#actors.values()].map((actor) => actor.report());
  }

  /** Returns the place of the actor with this name. */
  async locate(name: string): Promise<ActorPlace> {
    return await this.#find(name).place();
  }

  /**
   * Tells how an actor ended; `undefined` while its process runs. An unknown id belongs to an earlier host at this address, with
   * which the actor ended.
   */
  async fate(id: string): Promise<ActorFate> {
    const running = this.#actors.get(id);
    if (running !== undefined && (await withDeadline(running.process.exit, FATE_MS)) === 'late') return undefined;
    return this.#fates.get(id) ?? { exitCode: undefined, signal: undefined };
  }

  /** Shuts an actor down: waits for its calls, runs its hook, and ends its process. */
  async stop(actor: string): Promise<void> {
    const hosted = this.#find(actor);
    hosted.endedBy = 'told';
    await hosted.stop();
    await this.#endings.get(hosted);
  }

  /** Kills an actor's process. */
  async kill(actor: string): Promise<void> {
    const hosted = this.#find(actor);
    hosted.endedBy = 'told';
    await hosted.kill();
    await this.#endings.get(hosted);
  }

  /** Accepts no more actors, waits for the calls of all actors, and shuts them down. The host then ends. */
  async drain(): Promise<void> {
    await this.#end();
    this.#plan.drained();
  }

  /**
   * Runs when the server ends. A caller that calls it drains the host, as with {@link HostActor.drain}, because a host without
   * its actors has ended.
   */
  override async shutdown(): Promise<void> {
    await this.drain();
  }

  get #taken(): number {
    return this.#actors.size + this.#starting.size;
  }

  /** @throws {@link HostError} */
  #demandRoom({ className, name, label }: HostOrder): void {
    this.#demandUnended();
    const { slots, labels } = this.#plan;
    const missing = Object.entries(label).find(([key, value]) => !Object.hasOwn(labels, key) || labels[key] !== value);
    if (missing !== undefined) {
      const [key, value] = missing;
      const present = Object.entries(labels).map(([its, has]) => `${its}=${has}`);
      throw new HostError(
        `${className} needs a host with the label ${key}=${value}, and this host has ${present.join(', ') || 'none'}: start a host ` +
          `with --label ${key}=${value}`,
        { code: 'LABEL_MISMATCH' },
      );
    }
    const names = [...this.#actors.values(), ...this.#starting].map((actor) => actor.name);
    if (name !== undefined && names.includes(name)) {
      throw new HostError(
        `this host already has an actor named '${name}': get() of the host or cluster returns it, stop() ends it`,
        {
          code: 'NAME_TAKEN',
        },
      );
    }
    if (this.#taken < slots) return;
    throw new HostError(`all ${slots} slots of this host are in use: release actors, raise --slots, or add a host`, {
      code: 'NO_SLOTS',
    });
  }

  #demandUnended(): void {
    if (this.#draining.signal.aborted) throw isDraining();
  }

  async #start({ className, serializers, options }: HostOrder, module: string): Promise<ActorProcess> {
    const actorProcess = await ActorProcess.start({
      runtime: Runtime.current,
      module,
      name: className,
      named: true,
      ...spokenSerializers({ serializers }),
      options: { ...options, ...this.#plan.actors },
      classOf: actorTypeids({}).proxyClass,
    });
    own(actorProcess.session, actorProcess);
    if (!this.#draining.signal.aborted) return actorProcess;
    await actorProcess.kill();
    throw isDraining();
  }

  #begin(actorProcess: ActorProcess, order: HostOrder, claim: NameClaim | undefined): HostedActor {
    // The instance keeps ids of an earlier host at this address from matching.
    const id = `${Runtime.current.instance.slice(0, 8)}-${++this.#spawned}`;
    const hosted = new HostedActor(id, actorProcess, order, claim);
    this.#actors.set(id, hosted);
    const ending = this.#forgetWhenEnded(hosted).finally(() => this.#endings.delete(hosted));
    this.#endings.set(hosted, ending);
    return hosted;
  }

  async #forgetWhenEnded(hosted: HostedActor): Promise<void> {
    const { exitCode, signal } = await hosted.process.exit;
    this.#actors.delete(hosted.id);
    hosted.forget();
    this.#fates.set(hosted.id, { exitCode, signal });
    for (const oldest of this.#fates.keys()) {
      if (this.#fates.size <= MAX_FATES) break;
      this.#fates.delete(oldest);
    }
    const { id, name, order, endedBy } = hosted;
    await this.#plan.keeper?.ended({
      id,
      name,
      className: order.className,
      fate: { exitCode, signal },
      by: this.#draining.signal.aborted ? 'drained' : endedBy,
    });
  }

  /** @throws {@link HostError} `NO_SUCH_ACTOR` */
  #find(wanted: string): HostedActor {
    const found =
      this.#actors.get(wanted) ?? [...this.#actors.values()].find(({ name }) => name !== undefined && name === wanted);
    if (found) return found;
    throw new HostError(`this host has no actor '${wanted}': host.list() lists its actors`, {
      code: 'NO_SUCH_ACTOR',
    });
  }

  #end(): Promise<void> {
    this.#ending ??= this.#stopAll();
    return this.#ending;
  }

  async #stopAll(): Promise<void> {
    this.#draining.abort();
    const actors = [...this.#actors.values()];
    await Promise.all(actors.map((actor) => actor.stop().catch(reportHookError)));
    await Promise.all(this.#endings.values());
    await this.#plan.keeper?.left();
  }
}
