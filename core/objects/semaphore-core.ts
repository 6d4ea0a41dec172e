import { UActorError } from '../seam/errors.ts';
import { asHolder, type Caller } from './caller.ts';
import { WaitingList } from './waiting-list.ts';

/** The difference between locks and semaphores. */
export interface SemaphorePolicy {
  /** Its name in messages. */
  readonly name: string;
  /** How many permits there are at first. */
  readonly initial: number;
  /** Only a holder of a permit may release one. */
  readonly owned?: true;
  /** A holder may acquire the permit again; the permit is free after as many releases. */
  readonly reentrant?: true;
  /** There are never more permits than at first. */
  readonly bounded?: true;
}

/** A permit that is held. */
interface Grant {
  readonly holder: object;
  /** The number that its taker gave it; `undefined` for a call that named none. */
  readonly taking: number | undefined;
  readonly fencingNumber: number;
  /** Stops waiting for the holder's end. */
  unwatch: () => void;
}

/** What a holder gave back for a while and is going to take again: see {@link SemaphoreCore.suspend}. */
interface Suspended {
  readonly holder: object;
  takings: (number | undefined)[];
}

interface Request {
  readonly caller: Caller;
  /** The numbers to grant: the one of an `acquire`, or those of a suspended holder, which may become fewer while it waits. */
  readonly wanted: { readonly takings: readonly (number | undefined)[] };
}

/**
 * Permits that callers take and give back: the part that locks, semaphores and conditions share. The holder of a permit is
 * the session that it was taken over, or this process; all permits of a session come back when it ends.
 */
export class SemaphoreCore {
  readonly #policy: SemaphorePolicy;
  #free: number;
  #lastFencingNumber = 0;
  /** In the order in which they were granted. */
  readonly #grants = new Set<Grant>();
  readonly #suspended = new Set<Suspended>();
  readonly #waiting = new WaitingList<Request, number>();

  constructor(policy: SemaphorePolicy) {
    this.#policy = policy;
    this.#free = policy.initial;
  }

  /** How many permits are free. */
  get free(): number {
    return this.#free;
  }

  /**
   * Takes a permit, and waits for it if need be.
   *
   * @param taking - A number by which {@link undo} and {@link releaseTaken} find it.
   * @returns its fencing number, or `undefined` when there was none within that time.
   */
  async acquire(
    caller: Caller,
    taking: number | undefined,
    timeoutMs: number | undefined,
  ): Promise<number | undefined> {
    const request = { caller, wanted: { takings: [taking] } };
    if (this.#policy.reentrant && this.#oldestOf(caller.holder)) return this.#grantAll(request);
    if (this.#free > 0) {
      this.#free--;
      return this.#grantAll(request);
    }
    const waited = await this.#waiting.wait(request, { timeoutMs, onGone: caller.onGone });
    return waited.late ? undefined : waited.value;
  }

  /**
   * Gives permits back: the caller's own first. Without an owner the oldest permits of others come next, then new ones.
   *
   * The oldest of the caller's own goes first, because only that one is sure to have arrived: the answers of a session
   * arrive in the order of the grants, so a grant whose reply is still on its way, and which its caller may be giving up
   * in this moment, is never older than one that the caller knows of.
   *
   * @throws {@link UActorError} `NOT_HELD` where only a holder may; `RangeError` when that would make too many.
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
      const grant = this.#oldestOf(caller.holder) ?? oldest;
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

  /**
   * Gives back the permit taken under a number. When an earlier {@link release} of the same holder gave that one back,
   * another one of the holder's stands for it.
   *
   * @throws what {@link release} throws.
   */
  releaseTaken(caller: Caller, taking: number): void {
    if (!this.undo(caller, taking)) this.release(caller, 1);
  }

  /** Gives back what this caller took under a number, if anything; returns whether there was something. */
  undo(caller: Caller, taking: number): boolean {
    for (const grant of this.#grants) {
      if (grant.taking !== taking || grant.holder !== caller.holder) continue;
      this.#takeBack(grant);
      return true;
    }
    for (const suspended of this.#suspended) {
      if (suspended.holder !== caller.holder || !suspended.takings.includes(taking)) continue;
      suspended.takings = suspended.takings.filter((each) => each !== taking);
      return true;
    }
    return false;
  }

  /**
   * Gives back everything that the caller holds, for a while.
   *
   * @returns what takes it all again; it rejects when the caller is gone before.
   * @throws {@link UActorError} `NOT_HELD`
   */
  suspend(caller: Caller): () => Promise<void> {
    this.demandHeld(caller);
    const own = [...this.#grants].filter(({ holder }) => holder === caller.holder);
    const suspended = { holder: caller.holder, takings: own.map(({ taking }) => taking) };
    this.#suspended.add(suspended);
    for (const grant of own) this.#takeBack(grant);
    return async () => {
      try {
        await this.#resume(asHolder(caller), suspended);
      } finally {
        this.#suspended.delete(suspended);
      }
    };
  }

  /** @throws {@link UActorError} `NOT_HELD` unless the caller holds a permit. */
  demandHeld(caller: Caller): void {
    this.fencingNumber(caller);
  }

  /**
   * The fencing number of the caller's newest permit.
   *
   * @throws {@link UActorError} `NOT_HELD` unless the caller holds a permit.
   */
  fencingNumber({ holder }: Caller): number {
    const newest = [...this.#grants].findLast((grant) => grant.holder === holder);
    if (newest) return newest.fencingNumber;
    throw notHeld(this.#policy.name);
  }

  async #resume(caller: Caller, wanted: Suspended): Promise<void> {
    const request = { caller, wanted };
    if (this.#policy.reentrant && this.#oldestOf(caller.holder)) {
      this.#grantAll(request);
    } else if (this.#free > 0) {
      this.#free--;
      this.#grantAll(request);
    } else {
      await this.#waiting.wait(request, { timeoutMs: undefined, onGone: caller.onGone });
    }
  }

  #oldestOf(holder: object): Grant | undefined {
    for (const grant of this.#grants) {
      if (grant.holder === holder) return grant;
    }
    return undefined;
  }

  /** Hands a permit over under each of the numbers that are wanted, and passes it on when there is none any more. */
  #grantAll({ caller, wanted }: Request): number {
    const { holder } = caller;
    const held = this.#policy.reentrant ? this.#oldestOf(holder) : undefined;
    const fencingNumber = held?.fencingNumber ?? ++this.#lastFencingNumber;
    const grants = wanted.takings.map((taking): Grant => ({ holder, taking, fencingNumber, unwatch: () => undefined }));
    for (const grant of grants) this.#grants.add(grant);
    for (const grant of grants) this.#watch(grant, caller);
    if (grants.length === 0 && held === undefined) this.#giveOut();
    return fencingNumber;
  }

  #watch(grant: Grant, caller: Caller): void {
    grant.unwatch = asHolder(caller).onGone(() => this.#takeBack(grant));
  }

  #takeBack(grant: Grant): void {
    if (!this.#grants.delete(grant)) return;
    grant.unwatch();
    if (this.#policy.reentrant && this.#oldestOf(grant.holder)) return;
    this.#giveOut();
  }

  /** Hands a permit that has become free to the next waiter. */
  #giveOut(): void {
    const served = this.#waiting.serve((request) => this.#grantAll(request));
    if (served === undefined) {
      this.#free++;
    } else if (this.#policy.reentrant) {
      const { holder } = served.caller;
      if (this.#oldestOf(holder) === undefined) return;
      this.#waiting.serveAll(
        (request) => this.#grantAll(request),
        ({ caller }) => caller.holder === holder,
      );
    }
  }
}

function notHeld(name: string): UActorError {
  return new UActorError(
    `this process does not hold the ${name} over this connection: acquire it before, and release it once per acquire, ` +
      'over the same connection',
    { code: 'NOT_HELD', executed: 'yes' },
  );
}
