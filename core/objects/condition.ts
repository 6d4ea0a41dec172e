import type { Typeid } from '../declaration/typeid-table.ts';
import { BaseProxy, proxyReference } from '../proxy/base-proxy.ts';
import { endingWith } from '../references/invoke.ts';
import { LocalReference } from '../references/local-reference.ts';
import { checkedTimeoutMs } from '../seam/call-options.ts';
import { performance } from '../seam/environment.ts';
import { misuse } from '../seam/errors.ts';
import { checkedCount, checkedTaking, checkedTakings } from './arguments.ts';
import { type Caller, currentCaller } from './caller.ts';
import { Deliveries } from './deliveries.ts';
import { Lock, Lockable, LockProxy, RLock } from './lock.ts';
import { type Shared, sharedTypeid } from './shared-typeid.ts';
import { newTakeId, Receipts } from './take-ids.ts';
import { WaitingList } from './waiting-list.ts';

/** What `waitFor` waits for: something that is true in the end. */
export type Predicate<T> = () => T | PromiseLike<T>;

/** What can be waited for again and again. */
interface Waitable {
  wait(timeout?: number): Promise<boolean>;
  fencingNumber(): number | Promise<number>;
}

/** Asks `predicate` now and after every notification, until it says yes or the time is over. */
export async function waitUntil<T>(condition: Waitable, predicate: Predicate<T>, timeout?: number): Promise<T> {
  const timeoutMs = checkedTimeoutMs(timeout, 'waitFor: timeout');
  const end = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
  // Without the lock a predicate that says yes at once would go unnoticed, and nothing would keep true what it said.
  await condition.fencingNumber();
  let said = await ask(predicate);
  while (!said) {
    const left = end === undefined ? undefined : end - performance.now();
    if (left !== undefined && left <= 0) break;
    await condition.wait(left);
    said = await ask(predicate);
  }
  return said;
}

/** Whatever a predicate throws, it has run: the error of a call that it made must not say `'no'` of the waiting. */
async function ask<T>(predicate: Predicate<T>): Promise<T> {
  try {
    return await predicate();
  } catch (error) {
    throw endingWith(error, 'yes');
  }
}

const NOTIFICATION: object = Object.freeze({});

/** A condition variable; after `threading.Condition`. */
export class Condition extends Lockable {
  readonly #waiting = new WaitingList<undefined, void>();
  /** Notifications on their way: one that does not arrive goes to the next who waits. */
  readonly #notified = new Deliveries<object>((lost) => this.#wake(lost.length));
  /** Waits from their beginning until their lock is held again, by the holder and the numbers of their calls. */
  readonly #waits = new Map<object, Map<number, Promise<unknown>>>();

  /** @param lock - The lock that belongs to it. Default: an `RLock` of its own. */
  constructor(lock: Lock | RLock = new RLock()) {
    super(lock.permits);
  }

  /**
   * Releases the lock, waits until it is notified, and takes the lock again, however the waiting ended.
   *
   * @param timeout - At most so many milliseconds; 0 or less does not wait, `undefined` waits without limit.
   * @param call - For proxies only.
   * @returns whether it was notified in that time.
   * @throws {@link UActorError} `NOT_HELD` without the lock.
   */
  async wait(timeout?: number, call?: number): Promise<boolean> {
    const timeoutMs = checkedTimeoutMs(timeout, 'wait: timeout');
    const number = checkedTaking(call);
    const caller = currentCaller();
    if (caller.session && number !== undefined) this.#notified.demandNew(caller.session, number);
    const waiting = this.#waitWithout(caller, this.permits.suspend(caller), timeoutMs, number);
    return await (number === undefined ? waiting : this.#remember(caller.holder, number, waiting));
  }

  /**
   * Waits until `predicate` says yes, which is asked now and after every notification; returns what it said last.
   *
   * @throws {@link UActorError} `NOT_HELD` without the lock.
   */
  async waitFor<T>(predicate: Predicate<T>, timeout?: number): Promise<T> {
    return await waitUntil(this, predicate, timeout);
  }

  /**
   * Wakes as many as `count` of those who wait, the longest waiting first.
   *
   * @throws {@link UActorError} `NOT_HELD` without the lock.
   */
  notify(count?: number): void {
    const most = checkedCount(count ?? 1, 'notify: count', 0);
    this.permits.demandHeld(currentCaller());
    this.#wake(most);
  }

  /** Wakes all who wait. */
  notifyAll(): void {
    this.notify(Number.MAX_SAFE_INTEGER);
  }

  /** A proxy gave up waiting: resolves when its lock is held again. @internal */
  async returned(call: number): Promise<void> {
    const { session, holder } = currentCaller();
    // The wait rejects when its caller gave it up, and holds the lock then, too.
    await Promise.allSettled([this.#waits.get(holder)?.get(call)]);
    if (session) this.#notified.giveBack(session, call);
  }

  /** Notifications arrived. @internal */
  acknowledge(numbers: unknown): void {
    const { session } = currentCaller();
    if (session) this.#notified.acknowledge(session, checkedTakings(numbers));
  }

  #wake(most: number): void {
    for (let woken = 0; woken < most; woken++) {
      if (this.#waiting.size === 0) return;
      this.#waiting.serve(() => undefined);
    }
  }

  async #waitWithout(
    caller: Caller,
    resume: () => Promise<void>,
    timeoutMs: number | undefined,
    call: number | undefined,
  ): Promise<boolean> {
    const [waited] = await Promise.allSettled([this.#waiting.wait(undefined, { timeoutMs, onGone: caller.onGone })]);
    const notified = waited.status === 'fulfilled' && !waited.value.late;
    try {
      // Not for as long as the call is wanted, but as long as its session lives: the holder will release the lock.
      await resume();
      if (notified && caller.session && call !== undefined) this.#notified.add(caller.session, call, NOTIFICATION);
    } catch (error) {
      // The session that was notified has ended: the notification goes to the next waiter.
      if (notified) this.#wake(1);
      throw error;
    }
    if (waited.status === 'rejected') throw waited.reason;
    return notified;
  }

  /** From this moment on {@link returned} finds the wait, so a `returned` right behind its call waits for it. */
  async #remember(holder: object, call: number, waiting: Promise<boolean>): Promise<boolean> {
    const waits = this.#waits.get(holder) ?? new Map<number, Promise<unknown>>();
    this.#waits.set(holder, waits.set(call, waiting));
    try {
      return await waiting;
    } finally {
      waits.delete(call);
      if (waits.size === 0) this.#waits.delete(holder);
    }
  }
}

/** A proxy of a condition. The lock's holder is this process. */
export class ConditionProxy extends LockProxy {
  readonly #receipts = new Receipts();

  /**
   * Releases the lock, waits until it is notified, and takes the lock again, however the waiting ended: a deadline of
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
   * @throws {@link UActorError} `NOT_HELD` without the lock.
   */
  async waitFor<T>(predicate: Predicate<T>, timeout?: number): Promise<T> {
    return await waitUntil(this, predicate, timeout);
  }
}
export interface ConditionProxy extends Shared<Condition, keyof LockProxy> {}

/** The lock given for a condition, from another process as a proxy that came home. */
function lockFor(lock: unknown): Lock | RLock | undefined {
  if (lock === undefined || lock === null) return undefined;
  const reference = BaseProxy.isProxy(lock) ? proxyReference(lock) : undefined;
  const object = reference instanceof LocalReference ? reference.entry.object : lock;
  if (object instanceof Lock || object instanceof RLock) return object;
  throw misuse('Condition: the lock must be a Lock or an RLock made by the same manager');
}

/** The typeid `Condition`. */
export const CONDITION: Typeid = sharedTypeid({
  name: 'Condition',
  cls: Condition,
  hidden: ['hold', 'waitFor'],
  proxyClass: ConditionProxy,
  create: (lock) => new Condition(lockFor(lock)),
  copy: (condition) => ({ locked: condition.locked() }),
});
