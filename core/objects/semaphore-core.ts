import { UActorError } from '../seam/errors.ts';
import { asHolder, type Caller } from './caller.ts';
import { WaitingList } from './waiting-list.ts';

/** What distinguishes locks and semaphores. */
export interface SemaphorePolicy {
  /** What it is called in messages. */
  readonly name: string;
  /** How many there are at first. */
  readonly initial: number;
  /** Only the process that holds a permit may give it back. */
  readonly owned?: true;
  /** A process that holds the permit may take it again; it is free when it was given back as often. */
  readonly reentrant?: true;
  /** There are never more than at first. */
  readonly bounded?: true;
}

/** A permit that somebody holds. */
interface Grant {
  readonly instance: string | undefined;
  /** The number that its taker gave it. */
  readonly taking: number | undefined;
  /** Stops waiting for the holder's end. */
  callOff: () => void;
}

interface Request {
  readonly caller: Caller;
  readonly taking: number | undefined;
}

/**
 * SemaphoreCore that processes take and give back: what a lock, a semaphore and their kin are made of. Holders are processes,
 * not tasks. What a process took over a session comes back when that session ends.
 */
export class SemaphoreCore {
  readonly #policy: SemaphorePolicy;
  #free: number;
  readonly #grants = new Set<Grant>();
  readonly #waiting = new WaitingList<Request, void>();

  constructor(policy: SemaphorePolicy) {
    this.#policy = policy;
    this.#free = policy.initial;
  }

  /** How many can be had at once. */
  get free(): number {
    return this.#free;
  }

  /** Whether a process holds one. */
  isHeldBy({ instance }: Caller): boolean {
    return this.#newestOf(instance) !== undefined;
  }

  /**
   * Takes one, and waits for it if need be.
   *
   * @param taking - A number by which {@link undo} finds it.
   * @returns whether it was to be had in that time.
   */
  async acquire(caller: Caller, taking: number | undefined, timeoutMs: number | undefined): Promise<boolean> {
    if (this.#policy.reentrant && this.isHeldBy(caller)) {
      this.#grant(caller, taking);
      return true;
    }
    if (this.#free > 0) {
      this.#free--;
      this.#grant(caller, taking);
      return true;
    }
    const { late } = await this.#waiting.wait({ caller, taking }, { timeoutMs, onGone: caller.onGone });
    return !late;
  }

  /**
   * Gives some back: the caller's own, the newest first. Where anybody may do it, the oldest of the others come next.
   *
   * @throws {@link UActorError} `NOT_HELD` where only the holder may; `RangeError` when that would make too many.
   */
  release(caller: Caller, count: number): void {
    const { name, owned, bounded, initial } = this.#policy;
    if (owned) this.demandHeld(caller);
    if (bounded && count > this.#grants.size) {
      throw new RangeError(
        `this ${name} was released too often: it began with ${initial}, of which ${this.#grants.size} are held; ` +
          'release once per acquire',
      );
    }
    for (let left = count; left > 0; left--) {
      const [oldest] = this.#grants;
      const grant = this.#newestOf(caller.instance) ?? oldest;
      if (grant) {
        this.#takeBack(grant);
      } else if (this.#waiting.size > 0) {
        this.#giveOut();
      } else {
        this.#free += left;
        return;
      }
    }
  }

  /** Gives back what was taken under a number by that process, if it was taken. */
  undo(caller: Caller, taking: number): void {
    for (const grant of this.#grants) {
      if (grant.taking === taking && grant.instance === caller.instance) this.#takeBack(grant);
    }
  }

  /**
   * Gives back everything that the caller's process holds, for a while.
   *
   * @returns the numbers under which it was taken, for {@link acquireAll}.
   * @throws {@link UActorError} `NOT_HELD`
   */
  releaseAll(caller: Caller): readonly (number | undefined)[] {
    this.demandHeld(caller);
    const own = [...this.#grants].filter(({ instance }) => instance === caller.instance);
    for (const grant of own) this.#takeBack(grant);
    return own.map(({ taking }) => taking);
  }

  /** Takes again what {@link releaseAll} gave back; rejects when the caller is gone before. */
  async acquireAll(caller: Caller, takings: readonly (number | undefined)[]): Promise<void> {
    const [first, ...others] = takings;
    await this.acquire(caller, first, undefined);
    for (const taking of others) this.#grant(caller, taking);
  }

  /** @throws {@link UActorError} `NOT_HELD` unless the caller's process holds one. */
  demandHeld(caller: Caller): void {
    if (!this.isHeldBy(caller)) throw notHeld(this.#policy.name);
  }

  #newestOf(instance: string | undefined): Grant | undefined {
    return [...this.#grants].findLast((grant) => grant.instance === instance);
  }

  #grant(caller: Caller, taking: number | undefined): void {
    const grant: Grant = { instance: caller.instance, taking, callOff: () => undefined };
    this.#grants.add(grant);
    grant.callOff = asHolder(caller).onGone(() => this.#takeBack(grant));
  }

  #takeBack(grant: Grant): void {
    if (!this.#grants.delete(grant)) return;
    grant.callOff();
    if (this.#policy.reentrant && this.#newestOf(grant.instance)) return;
    this.#giveOut();
  }

  /** One more is to be had. */
  #giveOut(): void {
    const served = this.#waiting.serve(({ caller, taking }) => this.#grant(caller, taking));
    if (served === undefined) this.#free++;
    if (served === undefined || !this.#policy.reentrant) return;
    const { instance } = served.caller;
    this.#waiting.serveAll(
      ({ caller, taking }) => this.#grant(caller, taking),
      ({ caller }) => caller.instance === instance,
    );
  }
}

function notHeld(name: string): UActorError {
  return new UActorError(
    `this process does not hold the ${name}: acquire it before, and release it once per acquire, in the same process`,
    { code: 'NOT_HELD', executed: 'yes' },
  );
}
