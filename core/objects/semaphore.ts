import type { Typeid } from '../declaration/typeid-table.ts';
import { checkedCount } from './arguments.ts';
import { currentCaller } from './caller.ts';
import { Lockable, LockProxy } from './lock.ts';
import { SemaphoreCore } from './semaphore-core.ts';
import { makes, type Shared, sharedTypeid } from './shared-typeid.ts';

/** What both kinds have in common. */
class Counted extends Lockable {
  /**
   * Gives permits back.
   *
   * @throws `RangeError` when a bounded semaphore would have more than at first.
   */
  override release(count?: number): void {
    this.permits.release(currentCaller(), checkedCount(count ?? 1, 'release: count', 1));
  }

  /** How many permits are free. */
  value(): number {
    return this.permits.free;
  }
}

/**
 * A count of permits; after `threading.Semaphore`. Any process may release. Permits that a process acquired and that were not released
 * comes back when its connection ends.
 */
export class Semaphore extends Counted {
  /** @param value - How many permits there are at first. Default 1. */
  constructor(value?: number) {
    super(new SemaphoreCore({ name: 'Semaphore', initial: checkedCount(value ?? 1, 'Semaphore: value', 0) }));
  }
}

/** A semaphore that never has more permits than at first; after `threading.BoundedSemaphore`. */
export class BoundedSemaphore extends Counted {
  /** @param value - How many permits there are. Default 1. */
  constructor(value?: number) {
    const initial = checkedCount(value ?? 1, 'BoundedSemaphore: value', 0);
    super(new SemaphoreCore({ name: 'BoundedSemaphore', initial, bounded: true }));
  }
}

/** A proxy of a semaphore, bounded or not. What it acquires, this process holds. */
export class SemaphoreProxy extends LockProxy {}
export interface SemaphoreProxy extends Shared<Counted, keyof LockProxy> {
  /**
   * Gives permits back, those of this process first. Default 1.
   *
   * @throws `RangeError` when a bounded semaphore would have more than at first.
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
