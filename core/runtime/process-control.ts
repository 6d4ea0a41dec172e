import { ProxyError } from '../seam/errors.ts';
import type { LocalExposure } from '../references/exposure.ts';
import type { ActorLease } from '../references/lease.ts';
import type { ObjectEntry } from '../references/object-table.ts';
import { type ActorReport, actorReport, type ReportedProcess } from './actor-report.ts';
import { type DebugInfo, debugInfo, type Stats, statsOf } from './stats.ts';
import { internExposure } from '../declaration/typeid-table.ts';
import { process } from '../seam/environment.ts';

/** Control calls do not count as actor work. */
function controlExposure(methods: readonly string[]): LocalExposure {
  return Object.freeze({ ...internExposure('control', methods), waits: true });
}

/** The calls that two processes with a shared session may make to each other, whichever of them connected. */
export const CLIENT_CONTROL: LocalExposure = controlExposure(['actor', 'pid', 'report']);

/** The further calls that an owner may make to an actor's process. */
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

/** A process that receives control calls. */
export interface ControlledProcess extends ReportedProcess {
  /** Returns the form in which an object of the process is written when it is handed out at once. */
  expose(value: unknown, typeid: string): object;
}

/** The control calls of any peer. */
export class ClientControl {
  readonly #runtime: ControlledProcess;

  constructor(runtime: ControlledProcess) {
    this.#runtime = runtime;
  }

  /** Returns a proxy of the actor, after it is constructed. */
  async actor(): Promise<object> {
    const { role } = this.#runtime;
    if (role === undefined) throw new ProxyError('this process has no actor', { code: 'OBJECT_GONE' });
    const { object } = await role.ready;
    return this.#runtime.expose(object, 'actor');
  }

  /** Reports what the process holds and has in progress, if its actor is `inspectable`. */
  report(): ActorReport {
    const { role } = this.#runtime;
    if (role?.inspectable) return actorReport(this.#runtime);
    throw new ProxyError(
      'this actor does not allow inspection: set the option inspectable: true (uactor serve --inspectable)',
    );
  }

  /** Returns the process id. */
  pid(): number {
    return process.pid;
  }
}

/** The control calls of an owner. */
export interface OwnedProcess {
  prepared(): void;
  construct(args: readonly unknown[]): Promise<ObjectEntry>;
  stop(): Promise<void>;
  lease(lease: ActorLease): void;
}

/** The control calls that an owner may make to its actor's process. */
export class OwnerControl extends ClientControl {
  readonly #runtime: ControlledProcess;
  readonly #owned: OwnedProcess;

  constructor(runtime: ControlledProcess, owned: OwnedProcess) {
    super(runtime);
    this.#runtime = runtime;
    this.#owned = owned;
  }

  /** Resolves when the actor can be constructed; no code of its class has run then. */
  prepared(): void {
    this.#owned.prepared();
  }

  /** Constructs the actor and returns its proxy. */
  async construct(...args: readonly unknown[]): Promise<object> {
    // Otherwise the present stack would be the beginning of the constructor's.
    await Promise.resolve();
    await this.#owned.construct(args);
    return await this.actor();
  }

  /** Allows the actor to begin calls until the lease ends. An actor that never received a lease needs none. */
  lease(lease: ActorLease): void {
    this.#owned.lease(lease);
  }

  /** Returns the number of objects of the process with at least one proxy. */
  numberOfObjects(): number {
    return this.#runtime.objects.size;
  }

  /** Returns the holders of each object. */
  debugInfo(): readonly DebugInfo[] {
    return debugInfo(this.#runtime);
  }

  /** Returns the counts of what the process holds and has in progress. */
  stats(): Stats {
    return statsOf(this.#runtime);
  }

  /** Runs the `shutdown` hook, then ends the process. */
  async stop(): Promise<void> {
    await this.#owned.stop();
  }
}
