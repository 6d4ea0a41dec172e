import type { ActorDeath } from '../seam/errors.ts';

/** A host and what it has room for. */
export interface HostReport {
  /** The host's process id. */
  readonly pid: number;
  /** The modules whose classes it spawns. */
  readonly modules: readonly string[];
  /** The labels that orders can ask for. */
  readonly labels: Readonly<Record<string, string>>;
  /** How many actors it takes, and how many more at the moment. */
  readonly slots: number;
  /** Slots without an actor. */
  readonly free: number;
  /** Whether it takes no more, because it is about to end. */
  readonly draining: boolean;
}

/** Where a caller meets an actor that a host has started for it. Plain data. */
export interface ActorPlace {
  /** The actor's id on its host. */
  readonly id: string;
  /** The identity of its process. */
  readonly instance: string;
  /** The addresses where the actor listens. */
  readonly endpoints: readonly string[];
  /** The actor's process id; `undefined` while it starts or restarts. */
  readonly pid: number | undefined;
  /** The name of its class, and of the module that exports that. */
  readonly className: string;
  /** The URL of the class's module. */
  readonly module: string;
}

/** How a process ended, as far as its host knows; `undefined` while it runs. Plain data. */
export type ActorFate = Pick<ActorDeath, 'exitCode' | 'signal'> | undefined;
