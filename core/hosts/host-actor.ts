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
import { withDeadline } from '../references/deadlines.ts';
import { handOver, isDraining, type Reached } from './hand-over.ts';
import { HostedActor, type HostedActorReport } from './hosted-actor.ts';
import type { ActorFate, ActorPlace, HostReport } from './host-report.ts';
import { checkedOrder, type HostOrder, notAnOrder } from './host-order.ts';
import type { ListedModules } from './listed-modules.ts';
import type { KeptHost, NameClaim, NameKeeper } from './name-keeper.ts';

/** What a host is served with. */
export interface HostPlan {
  readonly modules: ListedModules;
  readonly slots: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Where its actors listen, and how. */
  readonly actors: Pick<ActorOptions, 'addresses' | 'transport'>;
  /** It was drained, and has no more to do. */
  readonly drained: () => void;
  /** What shares the names of its actors with other hosts. */
  readonly keeper: NameKeeper | undefined;
}

/** How many ends of actors are remembered, for callers that ask what became of theirs. */
const MAX_FATES = 1_000;

/** How long a caller waits at most for an end that it has noticed already, in milliseconds. */
const FATE_MS = 2_000;

/**
 * Spawns actors of listed modules in processes of its machine, for callers that know its key. It owns the processes: they end with
 * it. Callers use it by way of {@link Host}.
 */
export class HostActor extends Actor {
  static override readonly exposed = ['spawn', 'describe', 'list', 'locate', 'fate', 'stop', 'kill', 'drain'] as const;
  readonly #plan: HostPlan;
  readonly #actors = new Map<string, HostedActor>();
  /** Resolve when all is done that the ends of actors ask for. */
  readonly #endings = new Map<HostedActor, Promise<void>>();
  readonly #fates = new Map<string, Exclude<ActorFate, undefined>>();
  /** Actors that are being started and have no process yet, by the name that they will have. */
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
   * Starts a process for an actor of the caller, and has the caller say when it is to be built: until then a caller may ask another
   * host as well, because nothing of the class has run here.
   *
   * @throws {@link HostError} when this host does not take it; whatever `Class.spawn` throws.
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

  /** What the host offers, and how much of it is free. */
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

  /** The actors that run on the host. */
  list(): readonly HostedActorReport[] {
    return [...this.#actors.values()].map((actor) => actor.report());
  }

  /** Where the actor of that name is. */
  async locate(name: string): Promise<ActorPlace> {
    return await this.#find(name).place();
  }

  /** How an actor ended; `undefined` while its process runs. One that this host knows nothing of was another host's, and ended with it. */
  async fate(id: string): Promise<ActorFate> {
    const running = this.#actors.get(id);
    if (running !== undefined && (await withDeadline(running.process.exit, FATE_MS)) === 'late') return undefined;
    return this.#fates.get(id) ?? { exitCode: undefined, signal: undefined };
  }

  /** Lets the calls of an actor end, runs its hook, and ends its process. */
  async stop(actor: string): Promise<void> {
    const hosted = this.#find(actor);
    hosted.endedBy = 'told';
    await hosted.stop();
    await this.#endings.get(hosted);
  }

  /** Ends the process of an actor at once. */
  async kill(actor: string): Promise<void> {
    const hosted = this.#find(actor);
    hosted.endedBy = 'told';
    await hosted.kill();
    await this.#endings.get(hosted);
  }

  /** Takes no more actors, lets the calls of all end, and stops them. The host is over then. */
  async drain(): Promise<void> {
    await this.#end();
    this.#plan.drained();
  }

  /** The end of the server, and the same as {@link HostActor.drain} when a caller asks for it: without its actors a host is over. */
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
        `${className} wants a host with the label ${key}=${value}, and this one has ${present.join(', ') || 'none'}: start one ` +
          `with --label ${key}=${value}`,
        { code: 'LABEL_MISMATCH' },
      );
    }
    const names = [...this.#actors.values(), ...this.#starting].map((actor) => actor.name);
    if (name !== undefined && names.includes(name)) {
      throw new HostError(
        `an actor named '${name}' is already on this host: get() of the host or cluster returns it, stop() ends it`,
        {
          code: 'NAME_TAKEN',
        },
      );
    }
    if (this.#taken < slots) return;
    throw new HostError(
      `all ${slots} slots of this host are in use: release some, give it more with --slots, or add a host`,
      { code: 'NO_SLOTS' },
    );
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
    // Ids of another host at this address are not mistaken for this one's.
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
    throw new HostError(`no actor '${wanted}' is on this host: host.list() shows those that are`, {
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
