import type { ActorDeath } from '../seam/errors.ts';

/** A host and what it has room for. */
export interface HostReport {
  readonly pid: number;
  /** The modules whose classes it spawns. */
  readonly modules: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** How many actors it takes, and how many more at the moment. */
  readonly slots: number;
  readonly free: number;
  /** Whether it takes no more, because it is about to end. */
  readonly draining: boolean;
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
