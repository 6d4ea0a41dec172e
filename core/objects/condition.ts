import type { Typeid } from '../declaration/typeid-table.ts';
import { BaseProxy, callMethodAs, proxyReference } from '../proxy/base-proxy.ts';
import { endingWith } from '../references/current-call.ts';
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

/** The condition for `waitFor`: returns a truthy value in the end. */
export type Predicate<T> = () => T | PromiseLike<T>;

/** An object that can be waited for repeatedly. */
interface Waitable {
  wait(timeout?: number): Promise<boolean>;
  fencingNumber(): number | Promise<number>;
}

/** Calls `predicate` now and after every notification, until it returns a truthy value or the time is over. */
export async function waitUntil<T>(condition: Waitable, predicate: Predicate<T>, timeout?: number): Promise<T> {
  const timeoutMs = checkedTimeoutMs(timeout, 'waitFor: timeout');
  const end = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
  // Checks that the lock is held: otherwise a predicate that is true at once would hide the mistake, and could become false at
  // once.
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

/**
 * Calls the predicate. An error of a call that the predicate made must not claim `executed: 'no'` for the waiting, because the
 * predicate ran.
 */
async function ask<T>(predicate: Predicate<T>): Promise<T> {
  try {
    return await predicate();
  } catch (error) {
    throw endingWith(error, 'yes');
  }
}

const NOTIFICATION: object = Object.freeze({});

/** A condition variable; corresponds to `threading.Condition`. */
export class Condition extends Lockable {
  readonly #waiting = new WaitingList<undefined, void>();
  /** Notifications in transit. One that does not arrive goes to the next waiter. */
  readonly #notified = new Deliveries<object>((lost) => this.#wake(lost.length));
  /** Waits until their lock is reacquired, by holder and call number. */
  readonly #waits = new Map<object, Map<number, Promise<unknown>>>();

  /** @param lock - The condition's lock. Default: its own `RLock`. */
  constructor(lock: Lock | RLock = new RLock()) {
    super(lock.permits);
  }

  /**
   * Releases the lock, waits for a notification, and reacquires the lock, however the wait ended.
   *
   * @param timeout - The time limit in milliseconds; 0 or less does not wait, `undefined` waits without limit.
   * @param call - For proxies only.
   * @returns whether it was notified in time.
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
   * Calls `predicate` now and after every notification, until it returns a truthy value. Resolves to its last result.
   *
   * @throws {@link UActorError} `NOT_HELD` without the lock.
   */
  async waitFor<T>(predicate: Predicate<T>, timeout?: number): Promise<T> {
    return await waitUntil(this, predicate, timeout);
  }

  /**
   * Wakes up to `count` waiters, the longest waiting first.
   *
   * @throws {@link UActorError} `NOT_HELD` without the lock.
   */
  notify(count?: number): void {
    const most = checkedCount(count ?? 1, 'notify: count', 0);
    this.permits.demandHeld(currentCaller());
    this.#wake(most);
  }

  /** Wakes all waiters. */
  notifyAll(): void {
    this.notify(Number.MAX_SAFE_INTEGER);
  }

  /** Resolves when the lock of a wait that a proxy gave up is held again. @internal */
  async returned(call: number): Promise<void> {
    const { session, holder } = currentCaller();
    // A wait that its caller gave up rejects, and then also holds the lock.
    await Promise.allSettled([this.#waits.get(holder)?.get(call)]);
    if (session) this.#notified.giveBack(session, call);
  }

  /** Called when notifications have arrived. @internal */
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
      // Reacquires the lock even if the caller gave up, as long as its session lives: the holder will release it.
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

  /** Registers the wait synchronously, so that a {@link returned} directly behind its call finds it. */
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
   * Releases the lock, waits for a notification, and reacquires the lock, however the wait ended. Even a deadline of
   * `callOptions` rejects only when this process holds the lock again.
   *
   * @param timeout - The time limit in milliseconds; 0 or less does not wait, `undefined` waits without limit.
   * @returns whether it was notified in time.
   * @throws {@link UActorError} `NOT_HELD` without the lock.
   */
  async wait(timeout?: number): Promise<boolean> {
    const call = newTakeId();
    const reference = proxyReference(this);
    // Held until the end: if the proxy is released meanwhile, the lock must still be requested.
    reference.addProxy();
    try {
      const notified = await this.callMethod<boolean>('wait', [timeout, call]);
      if (notified) this.#receipts.acknowledge(reference, call);
      return notified;
    } catch (error) {
      // However the call ended here, the object may still be reacquiring the lock. Not if the session has ended, the only reason
      // for which this call fails.
      const back = reference.call(reference.exposure.methods.indexOf('returned'), [call], undefined);
      await Promise.allSettled([back]);
      throw error;
    } finally {
      reference.dropProxy();
    }
  }

  /**
   * Calls `predicate` in this process, now and after every notification, while this process holds the lock, until it returns a
   * truthy value.
   *
   * @returns its last result, which is falsy when the time was over.
   * @throws {@link UActorError} `NOT_HELD` without the lock.
   */
  async waitFor<T>(predicate: Predicate<T>, timeout?: number): Promise<T> {
    const fencingNumber = (): Promise<number> => callMethodAs(this, 'waitFor()', 'fencingNumber');
    return await waitUntil({ wait: (ms) => this.wait(ms), fencingNumber }, predicate, timeout);
  }
}
export interface ConditionProxy extends Shared<Condition, keyof LockProxy> {}

/** Returns the lock for a condition. A lock passed by another process arrives as a proxy of this process's own object. */
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
