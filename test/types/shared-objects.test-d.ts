import { expectTypeOf, test } from 'vitest';
import {
  Actor,
  Barrier,
  type BarrierProxy,
  type ConditionProxy,
  type DictProxy,
  JoinableQueue,
  type JoinableQueueProxy,
  Lock,
  type ListProxy,
  type LockHold,
  type LockProxy,
  type NamespaceProxy,
  Queue,
  QueueProxy,
  type Remote,
  type SemaphoreProxy,
  type SyncManager,
  type ValueProxy,
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

test('U33 each member of a proxy is the one of its object, as a message', () => {
  expectTypeOf<QueueProxy<Date>['put']>().parameter(0).toEqualTypeOf<Date>();
  expectTypeOf<QueueProxy['qsize']>().toEqualTypeOf<() => Promise<number>>();
  expectTypeOf<SemaphoreProxy['release']>().toEqualTypeOf<(count?: number) => Promise<void>>();
  expectTypeOf<ListProxy<Date>['length']>().toEqualTypeOf<Promise<number>>();
  expectTypeOf<ListProxy<Date>['push']>().toEqualTypeOf<(...values: readonly Date[]) => Promise<number>>();
  expectTypeOf((list: ListProxy<Date>) => list.pop(0)).returns.resolves.toEqualTypeOf<Date>();
  expectTypeOf((list: ListProxy<Date>) => list.pop()).returns.resolves.toEqualTypeOf<Date | undefined>();
  expectTypeOf((dict: DictProxy<string, Date>) => dict.get('a', 5)).returns.resolves.toEqualTypeOf<Date | number>();
  expectTypeOf<DictProxy<string, Date>['update']>().returns.toEqualTypeOf<Promise<void>>();
  expectTypeOf<DictProxy<string, Date>['copy']>().returns.resolves.toEqualTypeOf<
    Map<string, Date> | Record<string, Date>
  >();
  expectTypeOf((bag: NamespaceProxy<{ x: number }>) => bag.get('x')).returns.resolves.toEqualTypeOf<number>();
  expectTypeOf<ValueProxy<bigint>['add']>().toEqualTypeOf<(amount: bigint) => Promise<bigint>>();
  expectTypeOf<QueueProxy>().not.toHaveProperty('acknowledge');
  expectTypeOf<ListProxy>().not.toHaveProperty('iterate');
});

test('U33 a proxy of strings can stand for one of anything', () => {
  expectTypeOf<QueueProxy<string>>().toExtend<QueueProxy>();
  expectTypeOf<ListProxy<string>>().toExtend<ListProxy>();
  expectTypeOf<DictProxy<string, Date>>().toExtend<DictProxy>();
  expectTypeOf<JoinableQueueProxy<string>>().toExtend<QueueProxy>();
});

class Counting extends QueueProxy<string> {
  override readonly put = async (value: string): Promise<void> => await super.put(value.trim());

  async putAll(...values: readonly string[]): Promise<number> {
    for (const value of values) await this.put(value);
    return await this.qsize();
  }
}

test('U11 a class of proxies can extend one of the library, and replace a member', () => {
  expectTypeOf<Counting['put']>().toEqualTypeOf<(value: string) => Promise<void>>();
  expectTypeOf<Counting['get']>().returns.resolves.toEqualTypeOf<string>();
});
