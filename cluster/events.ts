import type { Registry } from './registry.ts';
import type { Seal } from './seal.ts';

/** The end of an actor or of a host. */
export interface DeathEvent {
  /** `'host'` when the whole host died. */
  readonly kind: 'actor' | 'host';
  /** The actor's id on its host, or the host's. */
  readonly id: string;
  /** The id of the actor's host, or of the host that ended. */
  readonly host: string;
  /** The name of the actor, if it has one. */
  readonly name?: string | undefined;
  /** The actor's class; absent for a host. */
  readonly className?: string | undefined;
  /** How the actor's process ended, as far as its host knows. */
  readonly exitCode?: number | null | undefined;
  /** The signal that ended the process, if one did. */
  readonly signal?: NodeJS.Signals | null | undefined;
  /**
   * `'told'`: a caller ended it. `'drained'`: its host was drained. `'itself'`: neither. `'lost'`: the host did not renew its
   * lease in time; its actors are lost with it.
   */
  readonly by: 'told' | 'drained' | 'itself' | 'lost';
}

/** A host joined the cluster or left it. */
export interface HostEvent {
  /** The host's id. */
  readonly id: string;
  /** `'left'` after a drain or a stop; `'lost'` when its lease ran out. */
  readonly event: 'joined' | 'left' | 'lost';
}

/** The events of a cluster, by name. */
export interface ClusterEvents {
  /** An actor or a host died. */
  readonly death: DeathEvent;
  /** A host joined, left or was lost. */
  readonly host: HostEvent;
}

/** Calls the listener for events from hosts of this cluster. Returns a function that removes it. */
export function hear<Name extends keyof ClusterEvents>(
  registry: Registry,
  seal: Seal,
  event: Name,
  listener: (event: ClusterEvents[Name]) => void,
): () => void {
  return registry.subscribe(event, (id, message) => {
    const told = seal.open(`${event}/${id}`, message);
    believeEvent<ClusterEvents[Name]>(told);
    // An event under another key belongs to another cluster.
    if (told !== undefined) listener(told);
  });
}

// The seal proves that a host of this cluster wrote the event.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the event is known by its name only
function believeEvent<Event>(_told: unknown): asserts _told is Event | undefined {}
