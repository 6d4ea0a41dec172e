import type { Typeid } from '../declaration/typeid-table.ts';
import { BaseProxy, callMethodAs } from '../proxy/base-proxy.ts';
import { type Reference, RemoteReference } from '../references/reference.ts';
import { checkedTaking, waitingTimeMs } from './arguments.ts';
import { currentCaller } from './caller.ts';
import { LockHold, notAcquired } from './lock-hold.ts';
import { SemaphoreCore } from './semaphore-core.ts';
import { makes, type Shared, sharedTypeid } from './shared-typeid.ts';
import { newTakeId, take } from './take-ids.ts';

/** Options of `acquire`. */
export interface AcquireOptions {
  /** Whether to wait. Default `true`. */
  readonly blocking?: boolean;
  /** The time limit in milliseconds; 0 or less does not wait, `undefined` waits without limit. */
  readonly timeout?: number | undefined;
}

/**
 * The members that locks, semaphores and conditions share. In direct calls of an actor, the actor's process is the holder; in
 * calls through a proxy, it is their session.
 */
export class Lockable {
  /** @internal */
  readonly permits: SemaphoreCore;

  /** @internal */
  constructor(permits: SemaphoreCore) {
    this.permits = permits;
  }

  /**
   * Acquires the lock or a permit, waiting if necessary.
   *
   * @returns whether it was acquired in time.
   */
  async acquire(options?: AcquireOptions): Promise<boolean> {
    return (await this.take(options)) !== undefined;
  }

  /**
   * Releases the lock.
   *
   * @throws {@link UActorError} `NOT_HELD` for a lock that this process does not hold.
   */
  release(): void {
    this.permits.release(currentCaller(), 1);
  }

  /** Whether an `acquire` by another process would have to wait. */
  locked(): boolean {
    return this.permits.free === 0;
  }

  /**
   * Returns the fencing number of this process's hold, which grows with each grant of the lock or a permit; see {@link LockHold}.
   *
   * @throws {@link UActorError} `NOT_HELD` when this process holds neither.
   */
  fencingNumber(): number {
    return this.permits.fencingNumber(currentCaller());
  }

  /** Acquires the lock or a permit until the end of a block: `await using held = await lock.hold()`. */
  async hold(options?: AcquireOptions): Promise<LockHold> {
    const caller = currentCaller();
    const taking = newTakeId();
    const fencingNumber = await this.take(options, taking);
    if (fencingNumber === undefined) return notAcquired();
    const release = (): void => this.permits.releaseTaken(caller, taking);
    return new LockHold({ fencingNumber, session: undefined, release });
  }

  /** {@link Lockable.acquire} for proxies. Returns the fencing number, or `undefined` when it was not acquired. @internal */
  async take(options?: AcquireOptions, taking?: number): Promise<number | undefined> {
    const timeoutMs = waitingTimeMs(options, 'blocking', 'acquire');
    return await this.permits.acquire(currentCaller(), checkedTaking(taking), timeoutMs);
  }

  /** Releases what a proxy acquired under that number. @internal */
  releaseTaken(taking: number): void {
    this.permits.releaseTaken(currentCaller(), taking);
  }

  /** Called when the proxy that acquired it did not receive the reply. @internal */
  giveBack(taking: number): void {
    this.permits.undo(currentCaller(), taking);
  }
}

/**
 * A lock that one client holds at a time; corresponds to `threading.Lock`. It is not reentrant: a client that holds it and
 * acquires it again waits. Only the client that holds it can release it.
 *
 * @example
 * const lock = await manager.Lock();
 * {
 *   await using held = await lock.hold();
 *   await counter.increment(); // no other holder of the lock runs meanwhile
 * }
 */
export class Lock extends Lockable {
  constructor() {
    super(new SemaphoreCore({ name: 'Lock', initial: 1, owned: true }));
  }
}

/**
 * A lock that its holder can acquire again; corresponds to `threading.RLock`. Each acquisition needs its own release. The holder is
 * the client's session, so two tasks of one process do not exclude each other.
 */
export class RLock extends Lockable {
  constructor() {
    super(new SemaphoreCore({ name: 'RLock', initial: 1, owned: true, reentrant: true }));
  }
}

/** A proxy of a lock: a `Lock`, an `RLock`, or an object with the same members. The holder is this process's session. */
export class LockProxy extends BaseProxy {
  /**
   * Acquires the lock, waiting if necessary.
   *
   * @returns whether it was acquired in time.
   */
  async acquire(options?: AcquireOptions): Promise<boolean> {
    return (await take<number | undefined>(this, 'acquire()', 'take', [options])) !== undefined;
  }

  /**
   * Acquires the lock until the end of a block: `await using held = await lock.hold()`.
   *
   * @throws {@link TimeoutError} when it was not acquired in time.
   */
  async hold(options?: AcquireOptions): Promise<LockHold> {
    let took: { readonly reference: Reference; readonly taking: number } | undefined;
    const fencingNumber = await take<number | undefined>(this, 'hold()', 'take', [options], (reference, taking) => {
      took = { reference, taking };
    });
    if (fencingNumber === undefined || took === undefined) return notAcquired();
    const { taking, reference } = took;
    return new LockHold({
      fencingNumber,
      session: reference instanceof RemoteReference ? reference.session : undefined,
      release: () => callMethodAs(this, 'the release of hold()', 'releaseTaken', [taking]),
    });
  }
}
export interface LockProxy extends Shared<Lockable> {}

/** The typeid `Lock`. */
export const LOCK: Typeid = sharedTypeid({
  name: 'Lock',
  cls: Lock,
  hidden: ['hold'],
  proxyClass: LockProxy,
  create: makes(Lock),
  copy: (lock) => ({ locked: lock.locked() }),
});

/** The typeid `RLock`. */
export const RLOCK: Typeid = sharedTypeid({
  name: 'RLock',
  cls: RLock,
  hidden: ['hold'],
  proxyClass: LockProxy,
  create: makes(RLock),
  copy: (lock) => ({ locked: lock.locked() }),
});
