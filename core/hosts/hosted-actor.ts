import { shutdownTimeoutMs } from '../declaration/actor-options.ts';
import type { ActorProcess } from '../process/owner/actor-process.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { withDeadline } from '../references/deadlines.ts';
import { performance } from '../seam/environment.ts';
import type { ActorDeath } from '../seam/errors.ts';
import type { HostOrder } from './host-order.ts';

/** An actor of a host, as {@link Host.list} shows it. */
export interface HostedActorReport {
  /** What `stop` and `kill` take. */
  readonly id: string;
  /** Its name, if it was given one; they take that, too. */
  readonly name: string | undefined;
  /** The name of its class, and of the module that exports that. */
  readonly className: string;
  readonly module: string;
  readonly pid: number | undefined;
  /** How long it has been there, in milliseconds. */
  readonly uptimeMs: number;
  /** Where it can be reached. */
  readonly addresses: readonly string[];
}

/** Where a caller meets an actor that a host has started for it. Plain data. */
export interface ActorPlace {
  readonly id: string;
  /** The identity of its process. */
  readonly instance: string;
  readonly endpoints: readonly string[];
  readonly pid: number | undefined;
  /** The name of its class, and of the module that exports that. */
  readonly className: string;
  readonly module: string;
}

/** How a process ended, as far as its host knows; `undefined` while it runs. Plain data. */
export type ActorFate = Pick<ActorDeath, 'exitCode' | 'signal'> | undefined;

/** An actor that a host has spawned. */
export class HostedActor {
  readonly id: string;
  readonly name: string | undefined;
  readonly process: ActorProcess;
  readonly #className: string;
  readonly #module: string;
  readonly #startedAt: number = performance.now();
  readonly #graceMs: number | undefined;
  /** The construction of the actor, once it was begun. */
  #construction: Promise<unknown> | undefined;
  /** What keeps a named actor. */
  #kept: ActorProxy | undefined;

  constructor(id: string, process: ActorProcess, { name, className, module, options }: HostOrder) {
    this.id = id;
    this.process = process;
    this.name = name;
    this.#className = className;
    this.#module = module;
    this.#graceMs = shutdownTimeoutMs(options);
  }

  /** Whether the class's constructor may have run. */
  get begun(): boolean {
    return this.#construction !== undefined;
  }

  /** Builds the actor and resolves to its proxy; whatever `ActorProcess.construct` throws. */
  construct(args: readonly unknown[]): Promise<unknown> {
    const construction = this.process.construct(args);
    this.#construction = construction;
    return construction;
  }

  /**
   * Ends the actor in good order. One that is being built is built first, for as long as its class gives calls that are under way when
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

  /** Lets go of an actor whose process has ended. */
  forget(): void {
    this.#kept?.[Symbol.dispose]();
  }

  /** Where it listens; known when its process has greeted. */
  async place(): Promise<ActorPlace> {
    const { session, pid } = this.process;
    // Every answer comes after the greeting, which says where the process listens.
    await session.control('pid');
    const { instance, endpoints } = session.peer;
    return { id: this.id, instance, endpoints, pid, className: this.#className, module: this.#module };
  }

  report(): HostedActorReport {
    const { pid, session } = this.process;
    return {
      id: this.id,
      name: this.name,
      className: this.#className,
      module: this.#module,
      pid,
      uptimeMs: Math.round(performance.now() - this.#startedAt),
      addresses: session.peer.endpoints,
    };
  }
}
