import { type Executed, TimeoutError } from '../seam/errors.ts';
import type { ReferenceSession } from '../references/remote-reference.ts';

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
