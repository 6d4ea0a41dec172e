import { checkedTaking, waitingTimeMs } from './arguments.ts';
import { currentCaller } from './caller.ts';
import { type AcquireOptions, holdLock, type LockHold } from './lock-hold.ts';
import type { SemaphoreCore } from './semaphore-core.ts';

/**
 * What locks, semaphores and conditions have in common. An actor's own calls take for the actor's process; calls through
 * a proxy take for the process that makes them.
 */
export class Lockable {
  /** @internal */
  readonly permits: SemaphoreCore;

  /** @internal */
  constructor(permits: SemaphoreCore) {
    this.permits = permits;
  }

  /**
   * Takes it, waiting for it if need be.
   *
   * @param taking - For proxies only.
   * @returns whether it was to be had in that time.
   */
  async acquire(options?: AcquireOptions, taking?: number): Promise<boolean> {
    const timeoutMs = waitingTimeMs(options, 'blocking', 'acquire');
    return await this.permits.acquire(currentCaller(), checkedTaking(taking), timeoutMs);
  }

  /**
   * Gives it back.
   *
   * @throws {@link UActorError} `NOT_HELD` for a lock that this process does not hold.
   */
  release(): void {
    this.permits.release(currentCaller(), 1);
  }

  /** Whether an `acquire` by somebody new would have to wait. */
  locked(): boolean {
    return this.permits.free === 0;
  }

  /** Takes it until the end of a block: `await using held = await lock.hold()`. */
  async hold(options?: AcquireOptions): Promise<LockHold> {
    return await holdLock(this, options);
  }

  /** The proxy that took it did not get the answer. @internal */
  giveBack(taking: number): void {
    this.permits.undo(currentCaller(), taking);
  }
}

/** The methods of {@link Lockable} that proxies call. */
export const LOCKABLE_METHODS: readonly string[] = Object.freeze(['acquire', 'release', 'locked', 'giveBack']);
