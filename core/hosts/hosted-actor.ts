import { shutdownTimeoutMs } from '../declaration/actor-options.ts';
import type { ActorProcess } from '../process/owner/actor-process.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { withDeadline } from '../references/waiting.ts';
import { performance } from '../seam/environment.ts';
import type { ActorPlace } from './host-report.ts';
import type { ActorLease } from '../references/lease.ts';
import type { HostOrder } from './host-order.ts';
import type { ActorEnding, KeptActor, NameClaim } from './name-keeper.ts';

/** One actor of a host, as {@link Host.list} reports it. */
export interface HostedActorReport {
  /** The id that `stop` and `kill` accept. */
  readonly id: string;
  /** The actor's name, if it has one; `stop` and `kill` accept it too. */
  readonly name: string | undefined;
  /** The name of the actor's class. */
  readonly className: string;
  /** The URL of the class's module. */
  readonly module: string;
  /** The actor's process id; `undefined` while it starts or restarts. */
  readonly pid: number | undefined;
  /** The time since the actor's process started, in milliseconds. */
  readonly uptimeMs: number;
  /** The addresses at which the actor listens. */
  readonly addresses: readonly string[];
}

/** An actor that a host has spawned. */
export class HostedActor implements KeptActor {
  readonly id: string;
  readonly name: string | undefined;
  readonly process: ActorProcess;
  readonly order: HostOrder;
  /** The reason of the actor's end. */
  endedBy: ActorEnding['by'] = 'itself';
  readonly #claim: NameClaim | undefined;
  readonly #startedAt: number = performance.now();
  readonly #graceMs: number | undefined;
  /** The construction of the actor; `undefined` until it begins. */
  #construction: Promise<unknown> | undefined;
  /** The reference that keeps a named actor alive. */
  #kept: ActorProxy | undefined;

  /** @param claim - The actor's name as a cluster keeps it, if the host belongs to one. */
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

  /** Constructs the actor and resolves to its proxy. Rejects like `ActorProcess.construct`. */
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

  /** Allows the actor to begin calls until the lease ends. */
  async lease(lease: ActorLease): Promise<void> {
    await this.process.session.control('lease', [lease]);
  }

  /** Kills the process. */
  async kill(): Promise<void> {
    await this.process.kill();
  }

  /**
   * Shuts the actor down. If its constructor is running, waits until the actor is constructed, at most for the class's
   * `shutdownTimeout`. If construction has not begun, kills the process.
   */
  async stop(): Promise<void> {
    if (this.#construction === undefined) return await this.process.kill();
    await withDeadline(this.#construction, this.#graceMs).catch(() => undefined);
    await this.process.stop();
  }

  /** Holds a reference to a named actor. Only references of other processes keep an anonymous actor alive. */
  keep(proxy: ActorProxy): void {
    if (this.name === undefined) proxy[Symbol.dispose]();
    else this.#kept = proxy;
  }

  /** Releases the reference to an actor whose process has ended. */
  forget(): void {
    this.#kept?.[Symbol.dispose]();
  }

  /** Returns the actor's place. Known after the handshake with its process. */
  async place(): Promise<ActorPlace> {
    const { session, pid } = this.process;
    // The reply arrives after the greeting, which contains the endpoints of the process.
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
