import type { Typeid } from '../declaration/typeid-table.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { Reference } from '../references/reference.ts';
import { RemoteReference } from '../references/remote-reference.ts';
import { checkedTaking, waitingTimeMs } from './arguments.ts';
import { currentCaller } from './caller.ts';
import { LockHold, notAcquired } from './lock-hold.ts';
import { SemaphoreCore } from './semaphore-core.ts';
import { makes, type Shared, sharedTypeid } from './shared-typeid.ts';
import { newTakeId, take } from './take-ids.ts';

/** How `acquire` waits. */
export interface AcquireOptions {
  /** `false` does not wait at all. Default `true`. */
  readonly blocking?: boolean;
  /** At most so many milliseconds; 0 or less does not wait, `undefined` waits without limit. */
  readonly timeout?: number | undefined;
}

/**
 * The members that locks, semaphores and conditions share. An actor's own calls take for the actor's process; calls through
 * a proxy take for the session that they come over.
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
   * @returns whether it was to be had in that time.
   */
  async acquire(options?: AcquireOptions): Promise<boolean> {
    return (await this.take(options)) !== undefined;
  }

  /**
   * Gives it back.
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
   * The number of the present hold, which grows with each time that it is handed out; see {@link LockHold}.
   *
   * @throws {@link UActorError} `NOT_HELD` when this process does not hold it.
   */
  fencingNumber(): number {
    return this.permits.fencingNumber(currentCaller());
  }

  /** Takes it until the end of a block: `await using held = await lock.hold()`. */
  async hold(options?: AcquireOptions): Promise<LockHold> {
    const caller = currentCaller();
    const taking = newTakeId();
    const fencingNumber = await this.take(options, taking);
    if (fencingNumber === undefined) return notAcquired();
    const release = (): void => this.permits.releaseTaken(caller, taking);
    return new LockHold({ fencingNumber, session: undefined, release });
  }

  /** {@link Lockable.acquire} for proxies: the fencing number, or `undefined` when it was not to be had. @internal */
  async take(options?: AcquireOptions, taking?: number): Promise<number | undefined> {
    const timeoutMs = waitingTimeMs(options, 'blocking', 'acquire');
    return await this.permits.acquire(currentCaller(), checkedTaking(taking), timeoutMs);
  }

  /** Gives back what a proxy took under that number. @internal */
  releaseTaken(taking: number): void {
    this.permits.releaseTaken(currentCaller(), taking);
  }

  /** The proxy that took it did not get the answer. @internal */
  giveBack(taking: number): void {
    this.permits.undo(currentCaller(), taking);
  }
}

/**
 * A lock that one client holds at a time; after `threading.Lock`. It is not reentrant: a client that holds it and acquires
 * it again waits. Only the client that holds it can release it.
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
 * A lock that the client which holds it can acquire again; after `threading.RLock`. It is free after as many releases. The
 * owner is the client's session: two tasks of one process do not exclude each other.
 */
export class RLock extends Lockable {
  constructor() {
    super(new SemaphoreCore({ name: 'RLock', initial: 1, owned: true, reentrant: true }));
  }
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
