import { ProxyError } from '../seam/errors.ts';
import type { LocalExposure } from '../references/exposure.ts';
import type { ActorLease } from '../references/lease.ts';
import type { ObjectEntry } from '../references/object-table.ts';
import { type ActorReport, actorReport, type ReportedProcess } from './actor-report.ts';
import { type DebugInfo, debugInfo } from './debug-info.ts';
import { type Stats, statsOf } from './stats.ts';
import { internExposure } from '../declaration/typeid-table.ts';
import { process } from '../seam/environment.ts';

/** What is asked of a process itself is no work of its actor's. */
function controlExposure(methods: readonly string[]): LocalExposure {
  return Object.freeze({ ...internExposure('control', methods), waits: true });
}

/** What two processes that share a session may ask of each other, whichever of them connected. */
export const CLIENT_CONTROL: LocalExposure = controlExposure(['actor', 'pid', 'report']);

/** What an owner may ask of an actor's process besides. */
export const OWNER_CONTROL: LocalExposure = controlExposure([
  'actor',
  'pid',
  'report',
  'construct',
  'stop',
  'numberOfObjects',
  'debugInfo',
  'stats',
  'prepared',
  'lease',
]);

/** A process whose peers ask something of it. */
export interface ControlledProcess extends ReportedProcess {
  /** What is written for an object of the process that is handed out at once. */
  expose(value: unknown, typeid: string): object;
}

/** The process itself, as its peers may address it. */
export class ClientControl {
  readonly #runtime: ControlledProcess;

  constructor(runtime: ControlledProcess) {
    this.#runtime = runtime;
  }

  /** A proxy of the actor; waits until there is one. */
  async actor(): Promise<object> {
    const { role } = this.#runtime;
    if (role === undefined) throw new ProxyError('this process has no actor', { code: 'OBJECT_GONE' });
    const { object } = await role.ready;
    return this.#runtime.expose(object, 'actor');
  }

  /** What the process holds and has in progress, if it lets everybody know who may call it. */
  report(): ActorReport {
    const { role } = this.#runtime;
    if (role?.inspectable) return actorReport(this.#runtime);
    throw new ProxyError(
      'this actor does not allow inspection: give it the option inspectable: true (uactor serve --inspectable)',
    );
  }

  /** The process id. */
  pid(): number {
    return process.pid;
  }
}

/** What an owner asks of an actor's process. */
export interface OwnedProcess {
  prepared(): void;
  construct(args: readonly unknown[]): Promise<ObjectEntry>;
  stop(): Promise<void>;
  lease(lease: ActorLease): void;
}

/** An actor's process, as its owner may address it. */
export class OwnerControl extends ClientControl {
  readonly #runtime: ControlledProcess;
  readonly #owned: OwnedProcess;

  constructor(runtime: ControlledProcess, owned: OwnedProcess) {
    super(runtime);
    this.#runtime = runtime;
    this.#owned = owned;
  }

  /** Resolves when the actor can be built; nothing of its class has run then. */
  prepared(): void {
    this.#owned.prepared();
  }

  /** Builds the actor and returns its proxy. */
  async construct(...args: readonly unknown[]): Promise<object> {
    // What lies on the stack now lies there once more for the constructor.
    await Promise.resolve();
    await this.#owned.construct(args);
    return await this.actor();
  }

  /** Lets the actor begin calls for so long. One that was never told of a lease needs none. */
  lease(lease: ActorLease): void {
    this.#owned.lease(lease);
  }

  /** The number of objects of the process with at least one proxy. */
  numberOfObjects(): number {
    return this.#runtime.objects.size;
  }

  /** Who holds what. */
  debugInfo(): readonly DebugInfo[] {
    return debugInfo(this.#runtime);
  }

  /** What the process holds and has in progress. */
  stats(): Stats {
    return statsOf(this.#runtime);
  }

  /** Runs the `shutdown` hook, then ends the process. */
  async stop(): Promise<void> {
    await this.#owned.stop();
  }
}
