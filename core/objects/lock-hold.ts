import { TimeoutError } from '../seam/errors.ts';

/** How `acquire` waits. */
export interface AcquireOptions {
  /** `false` does not wait at all. Default `true`. */
  readonly blocking?: boolean;
  /** At most so many milliseconds; 0 or less does not wait, `undefined` waits without limit. */
  readonly timeout?: number | undefined;
}

/** What {@link LockHold} holds. */
export interface Holdable {
  acquire(options?: AcquireOptions): Promise<boolean>;
  release(): unknown;
}

/**
 * A lock or a permit, held until the end of a block: `await using held = await lock.hold()`.
 */
export class LockHold {
  #lock: Holdable | undefined;

  /** @internal Holds come from `hold()`. */
  constructor(lock: Holdable) {
    this.#lock = lock;
  }

  /** Gives it back. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    const lock = this.#lock;
    this.#lock = undefined;
    await lock?.release();
  }
}

/**
 * Acquires, for `await using`.
 *
 * @throws {@link TimeoutError} when it was not to be had in that time.
 */
export async function holdLock(lock: Holdable, options: AcquireOptions | undefined): Promise<LockHold> {
  if (await lock.acquire(options)) return new LockHold(lock);
  throw new TimeoutError(
    'hold() did not get it in that time: wait longer, or use acquire(), which answers with false',
    {
      executed: 'yes',
    },
  );
}
