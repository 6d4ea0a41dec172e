import { checkedTimeoutMs } from '../seam/call-options.ts';
import { proxyReference } from '../proxy/base-proxy.ts';
import { LockProxy } from './lock-proxy.ts';
import { newTakeId, Receipts } from './take-ids.ts';
import { performance } from '../seam/environment.ts';

/** What `waitFor` waits for: something that is true in the end. */
export type Predicate<T> = () => T | PromiseLike<T>;

/** What can be waited for again and again. */
interface Waitable {
  wait(timeout?: number): Promise<boolean>;
}

/** Asks `predicate` now and after every notification, until it says yes or the time is over. */
export async function waitUntil<T>(condition: Waitable, predicate: Predicate<T>, timeout?: number): Promise<T> {
  const timeoutMs = checkedTimeoutMs(timeout, 'waitFor: timeout');
  const end = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
  let said = await predicate();
  while (!said) {
    const left = end === undefined ? undefined : end - performance.now();
    if (left !== undefined && left <= 0) break;
    await condition.wait(left);
    said = await predicate();
  }
  return said;
}

/** A proxy of a condition. The lock's holder is this process. */
export class ConditionProxy extends LockProxy {
  readonly #receipts = new Receipts();

  /**
   * Lets go of the lock, waits until it is notified, and takes the lock again, however the waiting ended: a deadline of
   * `callOptions` rejects, too, only when this process has the lock again.
   *
   * @param timeout - At most so many milliseconds; 0 or less does not wait, `undefined` waits without limit.
   * @returns whether it was notified in that time.
   * @throws {@link UActorError} `NOT_HELD` without the lock.
   */
  async wait(timeout?: number): Promise<boolean> {
    const call = newTakeId();
    const reference = proxyReference(this);
    // Held until the end: a proxy that is released meanwhile must still be able to ask for the lock.
    reference.addProxy();
    try {
      const notified = await this.callMethod<boolean>('wait', [timeout, call]);
      if (notified) this.#receipts.acknowledge(reference, call);
      return notified;
    } catch (error) {
      // Whatever ended the call here, the lock may be on its way back there. It is not when the session has ended, which
      // is the one way in which this call fails.
      const back = reference.call(reference.exposure.methods.indexOf('returned'), [call], undefined);
      await Promise.allSettled([back]);
      throw error;
    } finally {
      reference.dropProxy();
    }
  }

  /**
   * Waits until `predicate` says yes. It is asked here, now and after every notification, while this process has the
   * lock.
   *
   * @returns what it said last: when the time was over, that is no.
   */
  async waitFor<T>(predicate: Predicate<T>, timeout?: number): Promise<T> {
    return await waitUntil(this, predicate, timeout);
  }

  /**
   * Wakes as many as `count` of those who wait, the longest waiting first. Default 1.
   *
   * @throws {@link UActorError} `NOT_HELD` without the lock.
   */
  notify(count?: number): Promise<void> {
    return this.callMethod('notify', [count]);
  }

  /** Wakes all who wait. */
  notifyAll(): Promise<void> {
    return this.callMethod('notifyAll');
  }
}
