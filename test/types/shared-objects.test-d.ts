import { expectTypeOf, test } from 'vitest';
import {
  Actor,
  Barrier,
  type BarrierProxy,
  type ConditionProxy,
  JoinableQueue,
  type JoinableQueueProxy,
  Lock,
  type LockHold,
  type LockProxy,
  Queue,
  type QueueProxy,
  type Remote,
  type SemaphoreProxy,
  type SyncManager,
} from 'uactor';

class Shop extends Actor {
  static override readonly methodToTypeid = {
    orders: 'Queue',
    jobs: 'JoinableQueue',
    door: 'Lock',
    gate: 'Barrier',
  } as const;
  orders(): Queue<string> {
    return new Queue();
  }
  async jobs(): Promise<JoinableQueue<number>> {
    return new JoinableQueue();
  }
  door(): Lock {
    return new Lock();
  }
  gate(): Barrier {
    return new Barrier(2);
  }
}

type Manager = InstanceType<typeof SyncManager>;

test('U33 a manager makes proxies of the right types', () => {
  expectTypeOf<Manager['Lock']>().returns.resolves.toEqualTypeOf<LockProxy>();
  expectTypeOf<Manager['BoundedSemaphore']>().returns.resolves.toEqualTypeOf<SemaphoreProxy>();
  expectTypeOf<Manager['Condition']>().returns.resolves.toEqualTypeOf<ConditionProxy>();
  expectTypeOf((manager: Manager) => manager.Queue<Date>(1)).returns.resolves.toEqualTypeOf<QueueProxy<Date>>();
  expectTypeOf<QueueProxy<Date>['get']>().returns.resolves.toEqualTypeOf<Date>();
  expectTypeOf<LockProxy['hold']>().returns.resolves.toEqualTypeOf<LockHold>();
});

test('U21 an actor hands out proxies of the right types, those of the items kept', () => {
  expectTypeOf<Remote<typeof Shop>['orders']>().returns.resolves.toEqualTypeOf<QueueProxy<string>>();
  expectTypeOf<Remote<typeof Shop>['jobs']>().returns.resolves.toEqualTypeOf<JoinableQueueProxy<number>>();
  expectTypeOf<Remote<typeof Shop>['door']>().returns.resolves.toEqualTypeOf<LockProxy>();
  expectTypeOf<Remote<typeof Shop>['gate']>().returns.resolves.toEqualTypeOf<BarrierProxy>();
  expectTypeOf<BarrierProxy['parties']>().resolves.toEqualTypeOf<number>();
});
