import type { Typeid } from '../declaration/typeid-table.ts';
import { checkedCount } from './arguments.ts';
import { currentCaller } from './caller.ts';
import { LockProxy } from './lock-proxy.ts';
import { Lockable, LOCKABLE_METHODS } from './lock.ts';
import { SemaphoreCore } from './semaphore-core.ts';
import { sharedExposure } from './shared-exposure.ts';

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
 * A count of permits; after `threading.Semaphore`. Any process may release. What a process acquired and nobody released
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
export class SemaphoreProxy extends LockProxy {
  /**
   * Gives permits back, those of this process first. Default 1.
   *
   * @throws `RangeError` when a bounded semaphore would have more than at first.
   */
  override release(count?: number): Promise<void> {
    return this.callMethod('release', [count]);
  }

  /** How many permits are free. */
  value(): Promise<number> {
    return this.callMethod('value');
  }
}

const METHODS: readonly string[] = [...LOCKABLE_METHODS, 'value'];

/** The typeid `Semaphore`. */
export const SEMAPHORE: Typeid = {
  name: 'Semaphore',
  proxyClass: SemaphoreProxy,
  create: (value) => new Semaphore(checkedCount(value ?? 1, 'Semaphore: value', 0)),
  expose: sharedExposure({ typeid: 'Semaphore', cls: Semaphore, methods: METHODS, copy: (object) => object.value() }),
};

/** The typeid `BoundedSemaphore`. */
export const BOUNDED_SEMAPHORE: Typeid = {
  name: 'BoundedSemaphore',
  proxyClass: SemaphoreProxy,
  create: (value) => new BoundedSemaphore(checkedCount(value ?? 1, 'BoundedSemaphore: value', 0)),
  expose: sharedExposure({
    typeid: 'BoundedSemaphore',
    cls: BoundedSemaphore,
    methods: METHODS,
    copy: (object) => object.value(),
  }),
};
