import type { ActorDeath } from '../seam/errors.ts';

/** A host and its free slots. */
export interface HostReport {
  /** The host's process id. */
  readonly pid: number;
  /** The modules whose classes it spawns. */
  readonly modules: readonly string[];
  /** The labels that orders can require. */
  readonly labels: Readonly<Record<string, string>>;
  /** The maximum number of actors. */
  readonly slots: number;
  /** Slots without an actor. */
  readonly free: number;
  /** Whether the host accepts no more actors because it is about to end. */
  readonly draining: boolean;
}

/** The place of an actor on a host: its process and addresses. Plain data. */
export interface ActorPlace {
  /** The actor's id on its host. */
  readonly id: string;
  /** The identity of its process. */
  readonly instance: string;
  /** The addresses where the actor listens. */
  readonly endpoints: readonly string[];
  /** The actor's process id; `undefined` while it starts or restarts. */
  readonly pid: number | undefined;
  /** The name of the actor's class. */
  readonly className: string;
  /** The URL of the class's module. */
  readonly module: string;
}

/** How a process ended, as far as its host knows; `undefined` while it runs. Plain data. */
export type ActorFate = Pick<ActorDeath, 'exitCode' | 'signal'> | undefined;
