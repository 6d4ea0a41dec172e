import { UActorError } from '../seam/errors.ts';
import { Backoff, type BackoffSpan } from '../process/owner/backoff.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { processOf } from '../proxy/owned.ts';
import { clearTimeout, setTimeout } from '../seam/environment.ts';

/** How a dead member is replaced. */
export interface Replacement {
  readonly backoff: BackoffSpan;
  /** After this many deaths in a row, without a successful call in between, the member is not replaced. */
  readonly maxRestarts: number;
}

/** The parts of its pool that a member uses. */
export interface MemberContext<A extends ActorProxy> extends Replacement {
  spawn(): Promise<A>;
  /** Called when the member's state has changed. */
  changed(): void;
}

type State<A> =
  | { readonly is: 'coming'; readonly actor: Promise<A> }
  | { readonly is: 'alive'; readonly actor: A }
  | { readonly is: 'resting'; readonly timer: NodeJS.Timeout }
  | { readonly is: 'lost'; readonly error: unknown }
  | { readonly is: 'ended' };

/** One member of a pool with its actor, which is replaced when it dies. */
export class PoolMember<A extends ActorProxy> {
  readonly #context: MemberContext<A>;
  #state: State<A>;
  #inFlight = 0;
  /** A successful call resets it. */
  readonly #backoff: Backoff;

  constructor(context: MemberContext<A>) {
    this.#context = context;
    this.#backoff = new Backoff(context.backoff);
    this.#state = { is: 'coming', actor: context.spawn() };
  }

  /** Waits for the first actor of this member. Rejects if it does not start; there is no further attempt. */
  async begin(): Promise<void> {
    if (this.#state.is === 'coming') this.#welcome(await this.#state.actor);
  }

  /** The actor, if it is present. */
  get actor(): A | undefined {
    if (this.#state.is !== 'alive') return undefined;
    const { actor } = this.#state;
    // A connection ends before the exit status is known; a call made in between would be lost.
    return processOf(actor)?.session.open === false ? undefined : actor;
  }

  /** The reason why no further actor will start, if so. */
  get loss(): { readonly error: unknown } | undefined {
    return this.#state.is === 'lost' ? this.#state : undefined;
  }

  /** The number of its calls in progress. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Makes a call, which counts as in progress until it has ended. */
  async call(actor: A, name: string, args: readonly unknown[]): Promise<unknown> {
    this.#inFlight++;
    try {
      const method: unknown = Reflect.get(actor, name);
      if (typeof method !== 'function') throw new UActorError(`the actor has no method ${name}()`);
      const result: unknown = await Reflect.apply(method, actor, args);
      this.#backoff.reset();
      return result;
    } finally {
      this.#inFlight--;
    }
  }

  /** Called when a call waits for the next actor: keeps the process alive until that actor has started. */
  awaited(): void {
    if (this.#state.is === 'resting') this.#state.timer.ref();
  }

  /** Shuts the actor down, even one that is still starting, and starts no replacement. */
  async end(): Promise<void> {
    const state = this.#state;
    this.#state = { is: 'ended' };
    if (state.is === 'resting') clearTimeout(state.timer);
    if (state.is === 'alive') await state.actor.shutdown();
    if (state.is === 'coming') await endLate(state.actor);
  }

  #welcome(actor: A): void {
    if (this.#state.is !== 'coming') return;
    this.#state = { is: 'alive', actor };
    const owned = processOf(actor);
    if (owned) void owned.session.ended.then(() => this.#died(actor));
    this.#context.changed();
  }

  #died(actor: A): void {
    if (this.#state.is === 'alive' && this.#state.actor === actor) {
      this.#rest(new UActorError('an actor of the pool ended right after it had started'));
    }
  }

  #rest(error: unknown): void {
    if (this.#backoff.inARow >= this.#context.maxRestarts) {
      this.#state = { is: 'lost', error };
    } else {
      const timer = setTimeout(() => void this.#restart(), this.#backoff.next());
      timer.unref();
      this.#state = { is: 'resting', timer };
    }
    this.#context.changed();
  }

  async #restart(): Promise<void> {
    const coming = this.#context.spawn();
    this.#state = { is: 'coming', actor: coming };
    try {
      this.#welcome(await coming);
    } catch (error) {
      if (this.#state.is === 'coming') this.#rest(error);
    }
  }
}

async function endLate<A extends ActorProxy>(coming: Promise<A>): Promise<void> {
  const [outcome] = await Promise.allSettled([coming]);
  // An actor that did not start has nothing to shut down.
  if (outcome.status === 'fulfilled') await outcome.value.shutdown();
}
