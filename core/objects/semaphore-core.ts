import { UActorError } from '../seam/errors.ts';
import { asHolder, type Caller } from './caller.ts';
import { WaitingList } from './waiting-list.ts';

/** The properties in which locks and semaphores differ. */
export interface SemaphorePolicy {
  /** Its name in messages. */
  readonly name: string;
  /** The initial number of permits. */
  readonly initial: number;
  /** Set if only a holder of a permit may release one. */
  readonly owned?: true;
  /** Set if a holder may acquire the permit again; it is then free after as many releases. */
  readonly reentrant?: true;
  /** Set if the number of permits never exceeds the initial one. */
  readonly bounded?: true;
}

/** A permit that is held. */
interface Grant {
  readonly holder: object;
  /** The number of the taking; `undefined` for a call without one. */
  readonly taking: number | undefined;
  readonly fencingNumber: number;
  /** Removes the listener for the holder's end. */
  unwatch: () => void;
}

/** Permits that a holder released temporarily and will reacquire: see {@link SemaphoreCore.suspend}. */
interface Suspended {
  readonly holder: object;
  takings: (number | undefined)[];
}

interface Request {
  readonly caller: Caller;
  /** The takings to grant: that of an `acquire`, or those of a suspended holder, which may become fewer while it waits. */
  readonly wanted: { readonly takings: readonly (number | undefined)[] };
}

/**
 * Permits that callers acquire and release: the part that locks, semaphores and conditions share. The holder of a permit is the
 * session over which it was acquired, or this process. All permits of a session return when it ends.
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

  /** The number of free permits. */
  get free(): number {
    return this.#free;
  }

  /**
   * Acquires a permit, waiting for it if necessary.
   *
   * @param taking - The number by which {@link undo} and {@link releaseTaken} find it.
   * @returns its fencing number, or `undefined` when there was none in time.
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
   * Releases permits, the caller's own first. If any process may release, the oldest permits of other holders come next, then new
   * ones.
   *
   * The caller's oldest permit goes first, because only that one has certainly arrived: replies of a session arrive in the order
   * of the grants, so a grant whose reply is in transit, and which its caller may be giving up, is never older than one that the
   * caller knows.
   *
   * @throws {@link UActorError} `NOT_HELD` if only a holder may release; `RangeError` when there would be too many.
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
   * Releases the permit of a taking. If an earlier {@link release} of the same holder already released that one, releases another
   * one of the holder's in its place.
   *
   * @throws the errors of {@link release}.
   */
  releaseTaken(caller: Caller, taking: number): void {
    if (!this.undo(caller, taking)) this.release(caller, 1);
  }

  /** Takes back the permits of a taking, if any; returns whether there were any. */
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
   * Releases everything that the caller holds, temporarily.
   *
   * @returns a function that reacquires it all; rejects when the caller is gone before.
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
   * Returns the fencing number of the caller's newest permit.
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

  /** Grants a permit to each wanted taking, or passes it on if none is wanted any more. */
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

  /** Passes a free permit to the next waiter. */
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
    `this process does not hold the ${name} over this connection: acquire it first, and release it once per acquire, ` +
      'over the same connection',
    { code: 'NOT_HELD', executed: 'yes' },
  );
}
