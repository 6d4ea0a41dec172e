import type { ActorLease } from '../references/lease.ts';
import type { ActorFate, ActorPlace, HostReport } from './host-report.ts';
import type { HostOrder } from './host-order.ts';

/** A named actor of a host, as its name keeper sees it. */
export interface KeptActor {
  /** The actor's id on its host. */
  readonly id: string;
  /** The order from which the actor was constructed. */
  readonly order: HostOrder;
  /** Returns the addresses and process of the actor. */
  place(): Promise<ActorPlace>;
  /** Allows the actor to begin calls until the lease ends. The first lease must come before construction. */
  lease(lease: ActorLease): Promise<void>;
  /** Kills the actor's process. */
  kill(): Promise<void>;
}

/** A host, as the keeper of its names sees it. */
export interface KeptHost {
  /** Returns the host's modules, labels and slots. */
  report(): HostReport;
  /** Returns the instance and the endpoints of the host's process. */
  place(): { readonly instance: string; readonly endpoints: readonly string[] };
  /**
   * Starts an actor for which no caller waits.
   *
   * @throws any error that prevents it; nothing is left behind then.
   */
  restore(order: HostOrder, args: readonly unknown[], claim: NameClaim): Promise<void>;
  /** Accepts no more actors, waits for the calls of all actors, and shuts them down. */
  drain(): Promise<void>;
}

/** The right of a host to use a name for one life of its actor. */
export interface NameClaim {
  /** Called before the actor is constructed; an error prevents the construction. */
  begin(actor: KeptActor, args: readonly unknown[]): Promise<void>;
  /** Called after the actor was constructed; an error ends it. */
  done(): Promise<void>;
  /** Called when the actor was not constructed, or is no longer wanted. */
  abandon(): Promise<void>;
}

/** How an actor ended, and why. */
export interface ActorEnding {
  /** The actor's id on its host. */
  readonly id: string;
  /** The actor's name; `undefined` for an anonymous one. */
  readonly name: string | undefined;
  /** The class's name. */
  readonly className: string;
  /** Exit code, signal, and the reason. */
  readonly fate: NonNullable<ActorFate>;
  /** `'told'`: a caller ended it. `'drained'`: the host is ending. `'itself'`: neither. */
  readonly by: 'told' | 'drained' | 'itself';
}

/**
 * Keeps the names of actors for several hosts: decides before each named actor is constructed whether its host may use the name,
 * and receives every end.
 */
export interface NameKeeper {
  /** Called with the host before its first actor. */
  attach(host: KeptHost): void;
  /**
   * Claims a name for one life of an actor.
   *
   * @throws {@link HostError} `NAME_TAKEN` when another actor has the name.
   */
  claim(order: HostOrder & { readonly name: string }): Promise<NameClaim>;
  /** Called when an actor has ended. The caller that ended it waits for this. */
  ended(ending: ActorEnding): Promise<void>;
  /** Called when all actors have ended and the host is about to end. */
  left(): Promise<void>;
}
