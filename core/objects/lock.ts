import type { Typeid } from '../declaration/typeid-table.ts';
import { checkedTaking, waitingTimeMs } from './arguments.ts';
import { currentCaller } from './caller.ts';
import { type AcquireOptions, LockHold, LockProxy, notAcquired } from './lock-proxy.ts';
import { SemaphoreCore } from './semaphore-core.ts';
import { sharedExposure } from './shared-exposure.ts';
import { newTakeId } from './take-ids.ts';

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

/** The methods of {@link Lockable} that proxies call. */
export const LOCKABLE_METHODS: readonly string[] = Object.freeze([
  'acquire',
  'release',
  'locked',
  'fencingNumber',
  'take',
  'releaseTaken',
  'giveBack',
]);

/**
 * A lock that one client holds at a time; after `threading.Lock`. It is not reentrant: a client that holds it and acquires
 * it again waits. Only the client that holds it can release it.
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

/** The typeid `Lock`. */
export const LOCK: Typeid = {
  name: 'Lock',
  proxyClass: LockProxy,
  create: () => new Lock(),
  expose: sharedExposure({
    typeid: 'Lock',
    cls: Lock,
    methods: LOCKABLE_METHODS,
    copy: (lock) => ({ locked: lock.locked() }),
  }),
};

/** The typeid `RLock`. */
export const RLOCK: Typeid = {
  name: 'RLock',
  proxyClass: LockProxy,
  create: () => new RLock(),
  expose: sharedExposure({
    typeid: 'RLock',
    cls: RLock,
    methods: LOCKABLE_METHODS,
    copy: (lock) => ({ locked: lock.locked() }),
  }),
};
