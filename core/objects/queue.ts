import type { Typeid } from '../declaration/typeid-table.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import { type CallerSession, ifUnsent } from '../references/current-call.ts';
import { ProxyError, QueueEmptyError, QueueFullError } from '../seam/errors.ts';
import { checkedCount, checkedTaking, checkedTakings, waitingTimeMs } from './arguments.ts';
import { type Caller, currentCaller } from './caller.ts';
import { Deliveries } from './deliveries.ts';
import { Fifo } from './fifo.ts';
import { makes, type Shared, sharedTypeid } from './shared-typeid.ts';
import { Receipts } from './take-ids.ts';
import { WaitingList } from './waiting-list.ts';

/** Options of `put` and `get`. */
export interface QueueOptions {
  /** Whether to wait. Default `true`. */
  readonly block?: boolean;
  /** The time limit in milliseconds; 0 or less does not wait, `undefined` waits without limit. */
  readonly timeout?: number | undefined;
}

/** A queue from which items are taken. */
interface Source<T> {
  get(): Promise<T>;
}

/** Takes items one at a time, until the queue is closed and empty. */
export async function* untilClosed<T>(source: Source<T>): AsyncGenerator<T, void, undefined> {
  for (;;) {
    let value: T;
    try {
      value = await source.get();
    } catch (error) {
      if (error instanceof QueueEmptyError && error.code === 'QUEUE_CLOSED') return;
      throw error;
    }
    yield value;
  }
}

/** An item in an object, so that `undefined` is an item like any other. */
interface Item<T> {
  readonly value: T;
}

/** A caller that waits for an item, and the number of its taking. */
interface Getter {
  readonly caller: Caller;
  readonly taking: number | undefined;
}

/**
 * A queue with any number of producers and consumers, each item going to one consumer; corresponds to `queue.Queue`. First in,
 * first out, for items and for waiting callers.
 *
 * An item sent to a client is kept until the client's process acknowledges it. If the client's connection ends before, the item
 * returns to the front.
 *
 * @example
 * const jobs = await manager.Queue<string>(100); // at most 100 items
 * await jobs.put('resize a.png');
 * const job = await jobs.get({ timeout: 1_000 }); // rejects with QueueEmptyError after a second
 */
export class Queue<T = unknown> {
  /** The number of items from which on `put` waits; 0 for no limit. */
  readonly #maxSize: number;
  readonly #items = new Fifo<Item<T>>();
  #closed = false;
  readonly #getters = new WaitingList<Getter, Item<T>>();
  readonly #putters = new WaitingList<Item<T>, void>();
  readonly #deliveries = new Deliveries<Item<T>>((items) => this.#takeBack(items));

  /** @param maxSize - The number of items from which on `put` waits. Default 0: no limit. */
  constructor(maxSize?: number) {
    this.#maxSize = checkedCount(maxSize ?? 0, `${new.target.name}: maxSize`, 0);
  }

  /**
   * Adds an item at the end, waiting for room if necessary.
   *
   * @throws {@link QueueFullError} `QUEUE_FULL` when there was no room in time, `QUEUE_CLOSED`.
   */
  async put(value: T, options?: QueueOptions): Promise<void> {
    const timeoutMs = waitingTimeMs(options, 'block', 'put');
    if (this.#closed) throw closedToPutters();
    const item = { value };
    if (this.full()) {
      const { late } = await this.#putters.wait(item, { timeoutMs, onGone: currentCaller().onGone });
      if (late) throw new QueueFullError(`the queue is full: it holds ${this.#maxSize} items (maxSize); take some out`);
      return;
    }
    this.#add(item);
  }

  /**
   * Takes the first item, waiting for one if necessary.
   *
   * @param taking - For proxies only.
   * @throws {@link QueueEmptyError} `QUEUE_EMPTY` when there was none in time, `QUEUE_CLOSED` when there will be none.
   */
  async get(options?: QueueOptions, taking?: number): Promise<T> {
    const timeoutMs = waitingTimeMs(options, 'block', 'get');
    const getter = { caller: currentCaller(), taking: checkedTaking(taking) };
    const { session } = getter.caller;
    if (session && taking !== undefined) {
      this.#deliveries.demandNew(session, taking);
      ifUnsent((reason) => this.#drop(session, taking, reason));
    }
    const first = this.#items.shift();
    if (first) {
      this.#hand(first, getter);
      this.#makeRoom();
      this.#endIfOver();
      return first.value;
    }
    if (this.#over) throw closedToGetters();
    const waited = await this.#getters.wait(getter, { timeoutMs, onGone: getter.caller.onGone });
    if (waited.late) throw new QueueEmptyError('the queue is empty: no item arrived in time');
    return waited.value.value;
  }

  /** {@link put} without waiting. */
  async putNowait(value: T): Promise<void> {
    await this.put(value, { block: false });
  }

  /** {@link get} without waiting. */
  async getNowait(): Promise<T> {
    return await this.get({ block: false });
  }

  /** Returns the number of items in the queue, without those in transit to a process. */
  qsize(): number {
    return this.#items.length;
  }

  /** Whether the queue is empty. */
  empty(): boolean {
    return this.#items.length === 0;
  }

  /** Whether `put` would have to wait. */
  full(): boolean {
    return this.#maxSize > 0 && this.#items.length >= this.#maxSize;
  }

  /** Closes the queue for new items. The remaining items can be taken; then `get` rejects and iterations end. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#putters.failAll(closedToPutters);
    this.#endIfOver();
  }

  /** Takes items one at a time, until the queue is closed and empty. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return untilClosed(this);
  }

  /** Returns the items in the queue, in order. @internal */
  items(): readonly T[] {
    return Array.from(this.#items, ({ value }) => value);
  }

  /** Called when items have arrived at the process that took them. @internal */
  acknowledge(numbers: unknown): void {
    const { session } = currentCaller();
    if (session) this.#deliveries.acknowledge(session, checkedTakings(numbers));
    this.#endIfOver();
  }

  /**
   * Called when the process that took an item did not receive it, or cannot use it: a useless item goes to the end, where it
   * blocks no other.
   *
   * @internal
   */
  giveBack(number: unknown, useless?: unknown): void {
    const { session } = currentCaller();
    const item = session && this.#deliveries.remove(session, number);
    if (item !== undefined && useless !== true) this.#takeBack([item]);
    else if (item !== undefined && !this.#serve(item)) this.#items.push(item);
    this.#endIfOver();
  }

  /** Whether no further item can be added; items in transit may still return. */
  get #over(): boolean {
    return this.#closed && this.#items.length === 0 && this.#deliveries.size === 0;
  }

  #endIfOver(): void {
    if (this.#over) this.#getters.failAll(closedToGetters);
  }

  /** Called when an item was added; for subclasses that count. @internal */
  entered(): void {}

  /** Called when an item left the queue without being delivered; for subclasses that count. @internal */
  dropped(): void {}

  #add(item: Item<T>): void {
    this.entered();
    if (!this.#serve(item)) this.#items.push(item);
  }

  #serve(item: Item<T>): boolean {
    const served = this.#getters.serve((getter) => {
      this.#hand(item, getter);
      return item;
    });
    return served !== undefined;
  }

  #hand(item: Item<T>, { caller, taking }: Getter): void {
    if (caller.session && taking !== undefined) this.#deliveries.add(caller.session, taking, item);
  }

  /**
   * Called when an item cannot be sent. It is dropped, because it would block all items behind it for good, unless the reason is
   * that its taker is full.
   */
  #drop(session: CallerSession, taking: number, reason: unknown): void {
    if (reason instanceof ProxyError && reason.code === 'TOO_MANY_REFERENCES') return;
    if (this.#deliveries.remove(session, taking) !== undefined) this.dropped();
    this.#endIfOver();
  }

  #makeRoom(): void {
    while (this.#putters.size > 0 && !this.full()) this.#putters.serve((item) => this.#add(item));
  }

  #takeBack(items: readonly Item<T>[]): void {
    this.#items.putBack(items);
    while (this.#getters.size > 0) {
      const first = this.#items.shift();
      if (first === undefined) break;
      this.#serve(first);
    }
    this.#endIfOver();
  }
}

/** A queue whose consumers report when they have finished an item; corresponds to `multiprocessing.JoinableQueue`. */
export class JoinableQueue<T = unknown> extends Queue<T> {
  #unfinished = 0;
  readonly #joining = new WaitingList<undefined, void>();

  /**
   * Reports that a taken item is finished.
   *
   * @throws `RangeError` when called more often than items were added.
   */
  taskDone(): void {
    if (this.#unfinished === 0) throw new RangeError('taskDone() was called too often: once for each item put in');
    this.#unfinished--;
    if (this.#unfinished === 0) this.#joining.serveAll(() => undefined);
  }

  /** Waits until every added item is finished. */
  async join(): Promise<void> {
    if (this.#unfinished === 0) return;
    await this.#joining.wait(undefined, { timeoutMs: undefined, onGone: currentCaller().onGone });
  }

  /** Called when an item was added. @internal */
  override entered(): void {
    this.#unfinished++;
  }

  /** Called when no consumer can receive an item. @internal */
  override dropped(): void {
    if (this.#unfinished > 0) this.taskDone();
  }
}

/** A proxy of a queue. */
export class QueueProxy<T = unknown> extends BaseProxy {
  readonly #receipts = new Receipts();

  /**
   * Takes the first item, waiting for one if necessary. An item that does not reach this process, because the call was given up
   * or the connection ended, stays in the queue.
   *
   * @throws {@link QueueEmptyError} `QUEUE_EMPTY` when there was none in time, `QUEUE_CLOSED` when there will be none.
   */
  async get(options?: QueueOptions): Promise<T> {
    return await this.#receipts.take<T>(this, 'get', [options]);
  }

  /** {@link get} without waiting. */
  async getNowait(): Promise<T> {
    return await this.get({ block: false });
  }

  /** Takes items one at a time, until the queue is closed and empty. Leaving the loop stops taking. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return untilClosed(this);
  }
}
export interface QueueProxy<T = unknown> extends Shared<Queue<T>, 'get' | 'getNowait'> {}

/** A proxy of a queue whose consumers report finished items. */
export class JoinableQueueProxy<T = unknown> extends QueueProxy<T> {}
export interface JoinableQueueProxy<T = unknown> extends Shared<JoinableQueue<T>, keyof QueueProxy> {}

function closedToPutters(): QueueFullError {
  return new QueueFullError('the queue is closed: put items before close()', { code: 'QUEUE_CLOSED' });
}

function closedToGetters(): QueueEmptyError {
  return new QueueEmptyError('the queue is closed, and all its items were taken', { code: 'QUEUE_CLOSED' });
}

/** The typeid `Queue`. */
export const QUEUE: Typeid = sharedTypeid<Queue>({
  name: 'Queue',
  cls: Queue,
  hidden: ['getNowait', 'items', 'entered', 'dropped'],
  proxyClass: QueueProxy,
  create: makes(Queue),
  copy: (queue) => queue.items(),
});

/** The typeid `JoinableQueue`. */
export const JOINABLE_QUEUE: Typeid = sharedTypeid<JoinableQueue>({
  name: 'JoinableQueue',
  cls: JoinableQueue,
  hidden: ['getNowait', 'items', 'entered', 'dropped'],
  proxyClass: JoinableQueueProxy,
  create: makes(JoinableQueue),
  copy: (queue) => queue.items(),
});
