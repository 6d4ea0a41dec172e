import { shutdownTimeoutMs } from '../declaration/actor-options.ts';
import type { ActorProcess } from '../process/owner/actor-process.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { withDeadline } from '../references/deadlines.ts';
import { performance } from '../seam/environment.ts';
import type { ActorPlace } from './host-report.ts';
import type { ActorLease } from '../references/lease.ts';
import type { HostOrder } from './host-order.ts';
import type { ActorEnding, KeptActor, NameClaim } from './name-keeper.ts';

/** An actor of a host, as {@link Host.list} shows it. */
export interface HostedActorReport {
  /** What `stop` and `kill` take. */
  readonly id: string;
  /** Its name, if it was given one; they take that, too. */
  readonly name: string | undefined;
  /** The name of its class, and of the module that exports that. */
  readonly className: string;
  /** The URL of the class's module. */
  readonly module: string;
  /** The actor's process id; `undefined` while it starts or restarts. */
  readonly pid: number | undefined;
  /** How long it has been there, in milliseconds. */
  readonly uptimeMs: number;
  /** Where it can be reached. */
  readonly addresses: readonly string[];
}

/** An actor that a host has spawned. */
export class HostedActor implements KeptActor {
  readonly id: string;
  readonly name: string | undefined;
  readonly process: ActorProcess;
  readonly order: HostOrder;
  /** The requester of its end, if any. */
  endedBy: ActorEnding['by'] = 'itself';
  readonly #claim: NameClaim | undefined;
  readonly #startedAt: number = performance.now();
  readonly #graceMs: number | undefined;
  /** The construction of the actor, once it was begun. */
  #construction: Promise<unknown> | undefined;
  /** What keeps a named actor. */
  #kept: ActorProxy | undefined;

  /** @param claim - Its name as several hosts keep it, if they do. */
  constructor(id: string, process: ActorProcess, order: HostOrder, claim: NameClaim | undefined) {
    this.id = id;
    this.process = process;
    this.name = order.name;
    this.order = order;
    this.#claim = claim;
    this.#graceMs = shutdownTimeoutMs(order.options);
  }

  /** Whether the class's constructor may have run. */
  get begun(): boolean {
    return this.#construction !== undefined;
  }

  /** Builds the actor and resolves to its proxy; whatever `ActorProcess.construct` throws. */
  construct(args: readonly unknown[]): Promise<unknown> {
    const construction = this.#construct(args);
    this.#construction = construction;
    return construction;
  }

  async #construct(args: readonly unknown[]): Promise<unknown> {
    const claim = this.#claim;
    if (claim === undefined) return await this.process.construct(args);
    await claim.begin(this, args);
    const actor = await this.process.construct(args);
    await claim.done();
    return actor;
  }

  /** Lets the actor begin calls for so long. */
  async lease(lease: ActorLease): Promise<void> {
    await this.process.session.control('lease', [lease]);
  }

  /** Ends its process at once. */
  async kill(): Promise<void> {
    await this.process.kill();
  }

  /**
   * Ends the actor in an orderly way. One that is being built is built first, for as long as its class gives calls that are in progress when
   * it is shut down; one that was not begun has nothing to put in order.
   */
  async stop(): Promise<void> {
    if (this.#construction === undefined) return await this.process.kill();
    await withDeadline(this.#construction, this.#graceMs).catch(() => undefined);
    await this.process.stop();
  }

  /** Holds a named actor; an anonymous one lives by the references of others. */
  keep(proxy: ActorProxy): void {
    if (this.name === undefined) proxy[Symbol.dispose]();
    else this.#kept = proxy;
  }

  /** Releases an actor whose process has ended. */
  forget(): void {
    this.#kept?.[Symbol.dispose]();
  }

  /** Where it listens; known when its process has greeted. */
  async place(): Promise<ActorPlace> {
    const { session, pid } = this.process;
    // Every answer comes after the greeting, which says where the process listens.
    await session.control('pid');
    const { instance, endpoints } = session.peer;
    const { className, module } = this.order;
    return { id: this.id, instance, endpoints, pid, className, module };
  }

  report(): HostedActorReport {
    const { pid, session } = this.process;
    return {
      id: this.id,
      name: this.name,
      className: this.order.className,
      module: this.order.module,
      pid,
      uptimeMs: Math.round(performance.now() - this.#startedAt),
      addresses: session.peer.endpoints,
    };
  }
}
