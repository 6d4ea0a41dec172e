import type { Executed } from '../seam/errors.ts';
import { TimeoutError } from '../seam/errors.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { Reference } from '../references/reference.ts';
import { RemoteReference, type ReferenceSession } from '../references/remote-reference.ts';
import { take } from './take-ids.ts';

/** How `acquire` waits. */
export interface AcquireOptions {
  /** `false` does not wait at all. Default `true`. */
  readonly blocking?: boolean;
  /** At most so many milliseconds; 0 or less does not wait, `undefined` waits without limit. */
  readonly timeout?: number | undefined;
}

/** How a {@link LockHold} was come by, and how it is given back. */
export interface HeldPermit {
  readonly fencingNumber: number;
  /** The session that it was taken over; `undefined` within the lock's own process. */
  readonly session: ReferenceSession | undefined;
  release(): unknown;
}

/** The holds whose signals abort with a session. One listener each, because a listener stays until the session ends. */
const heldOver = new WeakMap<ReferenceSession, Map<LockHold, AbortController>>();

/** A lock or a permit, held until the end of a block: `await using held = await lock.hold()`. */
export class LockHold {
  /**
   * Grows with each time that the lock is handed out. Send it along with what you write elsewhere while you hold the lock:
   * a store that refuses numbers below the highest one it has seen refuses a holder that lost the lock without noticing.
   */
  readonly fencingNumber: number;
  #permit: HeldPermit | undefined;
  #signal: AbortSignal | undefined;

  /** @internal Holds come from `hold()`. */
  constructor(permit: HeldPermit) {
    this.fencingNumber = permit.fencingNumber;
    this.#permit = permit;
  }

  /** Aborts when the lock was lost because the connection that it was taken over has ended; the reason says why. */
  get signal(): AbortSignal {
    this.#signal ??= signalFor(this, this.#permit?.session);
    return this.#signal;
  }

  /** Gives it back. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    const permit = this.#permit;
    this.#permit = undefined;
    if (permit?.session) heldOver.get(permit.session)?.delete(this);
    await permit?.release();
  }
}

function signalFor(hold: LockHold, session: ReferenceSession | undefined): AbortSignal {
  const controller = new AbortController();
  if (session === undefined) return controller.signal;
  let holds = heldOver.get(session);
  if (holds === undefined) {
    holds = new Map();
    heldOver.set(session, holds);
    void session.ended.then((cause) => abortAll(session, cause));
  }
  holds.set(hold, controller);
  return controller.signal;
}

function abortAll(session: ReferenceSession, cause: (executed: Executed) => Error): void {
  const holds = heldOver.get(session);
  heldOver.delete(session);
  for (const controller of holds?.values() ?? []) controller.abort(cause('yes'));
}

/** @throws {@link TimeoutError} always: the permit was not to be had in time. */
export function notAcquired(): never {
  throw new TimeoutError(
    'hold() did not get it in that time: wait longer, or use acquire(), which answers with false',
    {
      executed: 'yes',
    },
  );
}

/** A proxy of a lock: a `Lock`, an `RLock`, or an object with the same members. The holder is this process's session. */
export class LockProxy extends BaseProxy {
  /**
   * Takes the lock, waiting for it if need be.
   *
   * @returns whether it was to be had in that time.
   */
  async acquire(options?: AcquireOptions): Promise<boolean> {
    return (await take<number | undefined>(this, 'take', [options])) !== undefined;
  }

  /**
   * Gives the lock back.
   *
   * @throws {@link UActorError} `NOT_HELD` when this process does not hold it.
   */
  release(): Promise<void> {
    return this.callMethod('release');
  }

  /** Whether an `acquire` by another process would have to wait. */
  locked(): Promise<boolean> {
    return this.callMethod('locked');
  }

  /**
   * The number of the present hold, which grows with each time that the lock is handed out; see {@link LockHold}.
   *
   * @throws {@link UActorError} `NOT_HELD` when this process does not hold it.
   */
  fencingNumber(): Promise<number> {
    return this.callMethod('fencingNumber');
  }

  /**
   * Takes the lock until the end of a block: `await using held = await lock.hold()`.
   *
   * @throws {@link TimeoutError} when it was not to be had in that time.
   */
  async hold(options?: AcquireOptions): Promise<LockHold> {
    let took: { readonly reference: Reference; readonly taking: number } | undefined;
    const fencingNumber = await take<number | undefined>(this, 'take', [options], (reference, taking) => {
      took = { reference, taking };
    });
    if (fencingNumber === undefined || took === undefined) return notAcquired();
    const { taking, reference } = took;
    return new LockHold({
      fencingNumber,
      session: reference instanceof RemoteReference ? reference.session : undefined,
      release: () => this.callMethod('releaseTaken', [taking]),
    });
  }
}
