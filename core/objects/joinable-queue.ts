import type { Typeid } from '../declaration/typeid-table.ts';
import { checkedCount } from './arguments.ts';
import { currentCaller } from './caller.ts';
import { JoinableQueueProxy } from './queue-proxy.ts';
import { Queue, QUEUE_METHODS } from './queue.ts';
import { sharedExposure } from './shared-exposure.ts';
import { WaitingList } from './waiting-list.ts';

/** A queue whose takers say when they are done with an item; after `multiprocessing.JoinableQueue`. */
export class JoinableQueue<T = unknown> extends Queue<T> {
  #unfinished = 0;
  readonly #joining = new WaitingList<undefined, void>();

  /**
   * Says that an item which was taken is dealt with.
   *
   * @throws `RangeError` when that was said more often than items were put in.
   */
  taskDone(): void {
    if (this.#unfinished === 0) throw new RangeError('taskDone() was called too often: once for each item put in');
    this.#unfinished--;
    if (this.#unfinished === 0) this.#joining.serveAll(() => undefined);
  }

  /** Waits until every item that was put in is dealt with. */
  async join(): Promise<void> {
    if (this.#unfinished === 0) return;
    await this.#joining.wait(undefined, { timeoutMs: undefined, onGone: currentCaller().onGone });
  }

  /** An item is in the queue, or on its way out of it. */
  protected override entered(): void {
    this.#unfinished++;
  }
}

/** The typeid `JoinableQueue`. */
export const JOINABLE_QUEUE: Typeid = {
  name: 'JoinableQueue',
  proxyClass: JoinableQueueProxy,
  create: (maxSize) => new JoinableQueue(checkedCount(maxSize ?? 0, 'JoinableQueue: maxSize', 0)),
  expose: sharedExposure<JoinableQueue>({
    typeid: 'JoinableQueue',
    cls: JoinableQueue,
    methods: [...QUEUE_METHODS, 'taskDone', 'join'],
    copy: (queue) => queue.items(),
  }),
};
