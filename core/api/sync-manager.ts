import { misuse } from '../seam/errors.ts';
import { isOptionsObject } from '../seam/call-options.ts';
import type { BarrierOptions, BarrierProxy } from '../objects/barrier.ts';
import type { ConditionProxy } from '../objects/condition.ts';
import type { EventProxy } from '../objects/event.ts';
import type { LockProxy } from '../objects/lock.ts';
import type { AnyTasks, PoolProxy } from '../pool/pool-proxy.ts';
import type { PoolOptions } from '../pool/pool.ts';
import type { JoinableQueueProxy, QueueProxy } from '../objects/queue.ts';
import type { SemaphoreProxy } from '../objects/semaphore.ts';
import type { ArrayProxy } from '../objects/array.ts';
import type { DictEntries, DictProxy } from '../objects/dict.ts';
import type { ListProxy } from '../objects/list.ts';
import type { NamespaceProxy } from '../objects/namespace.ts';
import type { ValueProxy } from '../objects/value.ts';
import { taskModuleUrl } from '../pool/pool-chunks.ts';
import { BaseManager } from './base-manager.ts';

/**
 * A manager of shared objects, with one creating method per typeid. Corresponds to `multiprocessing.managers.SyncManager`.
 *
 * @example
 * await using manager = await SyncManager.start();
 * const queue = await manager.Queue<number>(10);
 * await queue.put(1); // from any process that has the proxy
 */
export class SyncManager extends BaseManager {
  /** Creates a queue; `put` waits while it holds `maxSize` items. Default 0: unlimited. */
  Queue<T = unknown>(maxSize = 0): Promise<QueueProxy<T>> {
    return this.create('Queue', maxSize);
  }

  /** Creates a queue whose consumers report when they have finished an item. */
  JoinableQueue<T = unknown>(maxSize = 0): Promise<JoinableQueueProxy<T>> {
    return this.create('JoinableQueue', maxSize);
  }

  /** Creates a flag that any number of callers can wait for. */
  Event(): Promise<EventProxy> {
    return this.create('Event');
  }

  /** Creates a lock that at most one process holds; it is not reentrant. */
  Lock(): Promise<LockProxy> {
    return this.create('Lock');
  }

  /** Creates a lock that its holder can acquire again. */
  RLock(): Promise<LockProxy> {
    return this.create('RLock');
  }

  /** Creates a semaphore with this number of permits. */
  Semaphore(value = 1): Promise<SemaphoreProxy> {
    return this.create('Semaphore', value);
  }

  /** Creates a semaphore that never has more permits than this number. */
  BoundedSemaphore(value = 1): Promise<SemaphoreProxy> {
    return this.create('BoundedSemaphore', value);
  }

  /** Creates a condition variable with a lock of this manager, by default its own `RLock`. */
  Condition(lock?: LockProxy): Promise<ConditionProxy> {
    return this.create('Condition', lock);
  }

  /**
   * Creates a pool of processes that run the exported functions of a module: `manager.Pool<typeof import('./tasks.ts')>({ module
   * })`. They end with the last proxy of the pool.
   *
   * @typeParam Tasks - The exported functions, by name.
   */
  async Pool<Tasks extends object = AnyTasks>(options: PoolOptions): Promise<PoolProxy<Tasks>> {
    if (!isOptionsObject(options)) {
      throw misuse("Pool: pass the module with the tasks: { module: new URL('./tasks.js', import.meta.url) }");
    }
    return await this.create('Pool', { ...options, module: taskModuleUrl(options.module) });
  }

  /** Creates a barrier at which `parties` processes or tasks wait for each other. */
  Barrier(parties: number, options?: BarrierOptions): Promise<BarrierProxy> {
    return this.create('Barrier', parties, options);
  }

  /** Creates a dictionary with these entries, based on a `Map`. */
  dict<K = unknown, V = unknown>(entries?: DictEntries<K, V>): Promise<DictProxy<K, V>>;
  dict<V>(entries: Readonly<Record<string, V>>): Promise<DictProxy<string, V>>;
  dict(entries: object = []): Promise<DictProxy> {
    return this.create('dict', entries);
  }

  /** Creates a list with these values. */
  list<T = unknown>(values: Iterable<T> | AsyncIterable<T> = []): Promise<ListProxy<T>> {
    return this.create('list', values);
  }

  /** Creates a shared copy of a typed array. */
  Array<A extends NodeJS.TypedArray>(elements: A): Promise<ArrayProxy<A>> {
    return this.create('Array', elements);
  }

  /** Creates a box that contains this value. */
  Value<T>(value: T): Promise<ValueProxy<T>> {
    return this.create('Value', value);
  }

  /** Creates a set of attributes with these initial values. */
  Namespace<T extends object = Record<string, unknown>>(attributes?: T): Promise<NamespaceProxy<T>> {
    return this.create('Namespace', attributes ?? {});
  }
}
