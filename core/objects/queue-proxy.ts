import { QueueEmptyError } from '../seam/errors.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import { Receipts } from './take-ids.ts';

/** How `put` and `get` wait. */
export interface QueueOptions {
  /** `false` does not wait at all. Default `true`. */
  readonly block?: boolean;
  /** At most so many milliseconds; 0 or less does not wait, `undefined` waits without limit. */
  readonly timeout?: number | undefined;
}

/** What items are taken out of. */
interface Source<T> {
  get(): Promise<T>;
}

/** Takes item after item, one at a time, until the queue is closed and empty. */
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

/** A proxy of a queue. */
export class QueueProxy<T = unknown> extends BaseProxy {
  readonly #receipts = new Receipts();

  /**
   * Puts an item in at the end, waiting for room if need be.
   *
   * @throws {@link QueueFullError} `QUEUE_FULL` when there was no room in that time, `QUEUE_CLOSED`.
   */
  put(value: T, options?: QueueOptions): Promise<void> {
    return this.callMethod('put', [value, options]);
  }

  /**
   * Takes the first item out, waiting for one if need be. An item that does not reach this process, because the call was
   * given up or the connection ended, stays in the queue.
   *
   * @throws {@link QueueEmptyError} `QUEUE_EMPTY` when there was none in that time, `QUEUE_CLOSED` when there will be none.
   */
  async get(options?: QueueOptions): Promise<T> {
    return await this.#receipts.take<T>(this, 'get', [options]);
  }

  /** {@link put} without waiting. */
  async putNowait(value: T): Promise<void> {
    await this.put(value, { block: false });
  }

  /** {@link get} without waiting. */
  async getNowait(): Promise<T> {
    return await this.get({ block: false });
  }

  /** How many items are in the queue; those on their way to a process are not. */
  qsize(): Promise<number> {
    return this.callMethod('qsize');
  }

  /** Whether nothing is in the queue. */
  empty(): Promise<boolean> {
    return this.callMethod('empty');
  }

  /** Whether `put` would have to wait. */
  full(): Promise<boolean> {
    return this.callMethod('full');
  }

  /** Lets nothing more in. What is in the queue can be taken, then `get` rejects and iterations end. Idempotent. */
  close(): Promise<void> {
    return this.callMethod('close');
  }

  /** Takes item after item, one at a time, until the queue is closed and empty. Leaving the loop takes no more. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return untilClosed(this);
  }
}

/** A proxy of a queue whose items are reported as done. */
export class JoinableQueueProxy<T = unknown> extends QueueProxy<T> {
  /**
   * Says that an item which was taken is dealt with.
   *
   * @throws `RangeError` when that was said more often than items were put in.
   */
  taskDone(): Promise<void> {
    return this.callMethod('taskDone');
  }

  /** Waits until every item that was put in is dealt with. */
  join(): Promise<void> {
    return this.callMethod('join');
  }
}
