import type { Typeid } from '../declaration/typeid-table.ts';
import { checkedCount } from './arguments.ts';
import { currentCaller } from './caller.ts';
import { Lockable, LockProxy } from './lock.ts';
import { SemaphoreCore } from './semaphore-core.ts';
import { makes, type Shared, sharedTypeid } from './shared-typeid.ts';

/** The members of both kinds of semaphores. */
class Counted extends Lockable {
  /**
   * Releases permits.
   *
   * @throws `RangeError` when a bounded semaphore would exceed its initial number.
   */
  override release(count?: number): void {
    this.permits.release(currentCaller(), checkedCount(count ?? 1, 'release: count', 1));
  }

  /** Returns the number of free permits. */
  value(): number {
    return this.permits.free;
  }
}

/**
 * A number of permits; corresponds to `threading.Semaphore`. Any process may release permits. Unreleased permits of a process
 * return when its connection ends.
 */
export class Semaphore extends Counted {
  /** @param value - The initial number of permits. Default 1. */
  constructor(value?: number) {
    super(new SemaphoreCore({ name: 'Semaphore', initial: checkedCount(value ?? 1, 'Semaphore: value', 0) }));
  }
}

/** A semaphore that never exceeds its initial number of permits; corresponds to `threading.BoundedSemaphore`. */
export class BoundedSemaphore extends Counted {
  /** @param value - The number of permits. Default 1. */
  constructor(value?: number) {
    const initial = checkedCount(value ?? 1, 'BoundedSemaphore: value', 0);
    super(new SemaphoreCore({ name: 'BoundedSemaphore', initial, bounded: true }));
  }
}

/** A proxy of a semaphore, bounded or not. This process holds the permits that it acquires. */
export class SemaphoreProxy extends LockProxy {}
export interface SemaphoreProxy extends Shared<Counted, keyof LockProxy> {
  /**
   * Releases permits, those of this process first. Default 1.
   *
   * @throws `RangeError` when a bounded semaphore would exceed its initial number.
   */
  readonly release: (count?: number) => Promise<void>;
}

/** The typeid `Semaphore`. */
export const SEMAPHORE: Typeid = sharedTypeid({
  name: 'Semaphore',
  cls: Semaphore,
  hidden: ['hold'],
  proxyClass: SemaphoreProxy,
  create: makes(Semaphore),
  copy: (semaphore) => semaphore.value(),
});

/** The typeid `BoundedSemaphore`. */
export const BOUNDED_SEMAPHORE: Typeid = sharedTypeid({
  name: 'BoundedSemaphore',
  cls: BoundedSemaphore,
  hidden: ['hold'],
  proxyClass: SemaphoreProxy,
  create: makes(BoundedSemaphore),
  copy: (semaphore) => semaphore.value(),
});
