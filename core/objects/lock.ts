import type { Typeid } from '../declaration/typeid-table.ts';
import { LockProxy } from './lock-proxy.ts';
import { Lockable, LOCKABLE_METHODS } from './lockable.ts';
import { SemaphoreCore } from './semaphore-core.ts';
import { sharedExposure } from './shared-exposure.ts';

/**
 * A lock that one process holds at a time; after `threading.Lock`. It is not reentrant: a process that holds it and
 * acquires it again waits. Only the process that holds it can release it.
 */
export class Lock extends Lockable {
  constructor() {
    super(new SemaphoreCore({ name: 'Lock', initial: 1, owned: true }));
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
