import { type Executed, TimeoutError } from '../seam/errors.ts';
import type { ReferenceSession } from '../references/reference.ts';

/** How a {@link LockHold} was acquired, and how it is released. */
export interface HeldPermit {
  readonly fencingNumber: number;
  /** The session over which it was acquired; `undefined` within the lock's own process. */
  readonly session: ReferenceSession | undefined;
  release(): unknown;
}

/** The holds whose signals abort with a session. One listener per session, because a listener stays until the session ends. */
const heldOver = new WeakMap<ReferenceSession, Map<LockHold, AbortController>>();

/** A lock or a permit, held until the end of a block: `await using held = await lock.hold()`. */
export class LockHold {
  /**
   * A number that grows each time the lock is granted. Send it along with every write to another store while you hold the lock:
   * a store that rejects numbers below the highest one it has seen rejects a holder that lost the lock without noticing.
   */
  readonly fencingNumber: number;
  #permit: HeldPermit | undefined;
  #signal: AbortSignal | undefined;

  /** @internal Holds come from `hold()`. */
  constructor(permit: HeldPermit) {
    this.fencingNumber = permit.fencingNumber;
    this.#permit = permit;
  }

  /**
   * A signal that aborts when the lock was lost because the connection over which it was acquired has ended; the signal's reason
   * says why.
   */
  get signal(): AbortSignal {
    this.#signal ??= signalFor(this, this.#permit?.session);
    return this.#signal;
  }

  /** Releases the lock. Idempotent. */
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

/** @throws {@link TimeoutError} always: the permit could not be acquired in time. */
export function notAcquired(): never {
  throw new TimeoutError(
    'hold() did not acquire the lock or semaphore in time: wait longer, or use acquire(), which returns false',
    {
      executed: 'yes',
    },
  );
}
