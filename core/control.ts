import { ProxyError } from './errors.ts';
import type { Host } from './host.ts';
import type { LocalExposure } from './references/exposure.ts';
import type { ObjectEntry } from './references/object-table.ts';
import { type DebugInfo, debugInfo } from './debug-info.ts';
import { type Stats, statsOf } from './stats.ts';
import { internExposure } from './typeids.ts';

/** What a process that merely connected may ask of an actor's process. */
export const CLIENT_CONTROL: LocalExposure = internExposure('control', ['actor', 'pid']);

/** What an owner may ask besides. */
export const OWNER_CONTROL: LocalExposure = internExposure('control', [
  'actor',
  'pid',
  'construct',
  'stop',
  'numberOfObjects',
  'debugInfo',
  'stats',
]);

/** What an actor may ask of a program that connected to it: nothing. */
export const NO_CONTROL: LocalExposure = internExposure('control', []);

/** The process itself, as its peers may address it. */
export class ClientControl {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** A proxy of the actor. */
  actor(): object {
    const { role } = this.#host;
    if (role?.entry) return this.#host.expose(role.entry.object, 'actor');
    throw new ProxyError('this process has no actor, or not yet', { code: 'OBJECT_GONE' });
  }

  /** The process id. */
  pid(): number {
    return process.pid;
  }
}

/** What an owner asks of an actor's process. */
export interface OwnedProcess {
  construct(args: readonly unknown[]): Promise<ObjectEntry>;
  stop(): Promise<void>;
}

/** An actor's process, as its owner may address it. */
export class OwnerControl extends ClientControl {
  readonly #host: Host;
  readonly #owned: OwnedProcess;

  constructor(host: Host, owned: OwnedProcess) {
    super(host);
    this.#host = host;
    this.#owned = owned;
  }

  /** Builds the actor and returns its proxy. */
  async construct(...args: readonly unknown[]): Promise<object> {
    await this.#owned.construct(args);
    return this.actor();
  }

  /** How many objects of the process somebody holds a proxy of. */
  numberOfObjects(): number {
    return this.#host.objects.size;
  }

  /** Who holds what. */
  debugInfo(): readonly DebugInfo[] {
    return debugInfo(this.#host);
  }

  /** What the process holds and has under way. */
  stats(): Stats {
    return statsOf(this.#host);
  }

  /** Runs the `shutdown` hook, then ends the process. */
  async stop(): Promise<void> {
    await this.#owned.stop();
  }
}
