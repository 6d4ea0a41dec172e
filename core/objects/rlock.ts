import type { Typeid } from '../declaration/typeid-table.ts';
import { LockProxy } from './lock-proxy.ts';
import { Lockable, LOCKABLE_METHODS } from './lockable.ts';
import { SemaphoreCore } from './semaphore-core.ts';
import { sharedExposure } from './shared-exposure.ts';

/**
 * A lock that the process which holds it can acquire again; after `threading.RLock`. It is free when it was released as
 * often. The owner is the process: two tasks of one process do not exclude each other.
 */
export class RLock extends Lockable {
  constructor() {
    super(new SemaphoreCore({ name: 'RLock', initial: 1, owned: true, reentrant: true }));
  }
}

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
