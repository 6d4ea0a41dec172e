import { BaseProxy } from '../proxy/base-proxy.ts';
import { type AcquireOptions, holdLock, type LockHold } from './lock-hold.ts';
import { take } from './take-ids.ts';

/** A proxy of a lock: of a `Lock`, an `RLock`, or what has the same members. The holder is this process. */
export class LockProxy extends BaseProxy {
  /**
   * Takes the lock, waiting for it if need be.
   *
   * @returns whether it was to be had in that time.
   */
  async acquire(options?: AcquireOptions): Promise<boolean> {
    return await take<boolean>(this, 'acquire', [options]);
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
   * Takes the lock until the end of a block: `await using held = await lock.hold()`.
   *
   * @throws {@link TimeoutError} when it was not to be had in that time.
   */
  async hold(options?: AcquireOptions): Promise<LockHold> {
    return await holdLock(this, options);
  }
}
