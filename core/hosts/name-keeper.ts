import type { ActorLease } from '../references/lease.ts';
import type { ActorFate, ActorPlace, HostReport } from './host-report.ts';
import type { HostOrder } from './host-order.ts';

/** A named actor of a host, as the keeper of its name has to do with it. */
export interface KeptActor {
  /** The actor's id on its host. */
  readonly id: string;
  /** What the actor is built from. */
  readonly order: HostOrder;
  /** Where it listens. */
  place(): Promise<ActorPlace>;
  /** Lets it begin calls for so long. The first one has to come before it is built. */
  lease(lease: ActorLease): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** A host, as the keeper of its names has to do with it. */
export interface KeptHost {
  /** What the host offers, and how much of it is free. */
  report(): HostReport;
  /** The identity of its process, and where that listens. */
  place(): { readonly instance: string; readonly endpoints: readonly string[] };
  /**
   * Starts an actor that no caller waits for.
   *
   * @throws whatever prevents it; nothing is left then.
   */
  restore(order: HostOrder, args: readonly unknown[], claim: NameClaim): Promise<void>;
  /** Takes no more actors, lets the calls of all end, and stops them. */
  drain(): Promise<void>;
}

/** A name that a host may use for one life of its actor. */
export interface NameClaim {
  /** The actor is about to be built; what this throws prevents it. */
  begin(actor: KeptActor, args: readonly unknown[]): Promise<void>;
  /** It has been built; what this throws ends it. */
  done(): Promise<void>;
  /** It was not constructed, or is no longer wanted. */
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
  /** `'told'`: a caller asked for it. `'drained'`: the host ends. `'itself'`: neither. */
  readonly by: 'told' | 'drained' | 'itself';
}

/**
 * Keeps the names of a host's actors for several hosts: says before each named actor is built whether the name may be used, and hears of
 * every end.
 */
export interface NameKeeper {
  /** Gives the keeper the host whose names it keeps, before the first actor. */
  attach(host: KeptHost): void;
  /** @throws {@link HostError} `NAME_TAKEN` when it may not. */
  claim(order: HostOrder & { readonly name: string }): Promise<NameClaim>;
  /** An actor has ended. The requester of its end waits for this. */
  ended(ending: ActorEnding): Promise<void>;
  /** All actors have ended, and so will the host. */
  left(): Promise<void>;
}
