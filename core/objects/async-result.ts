import { checkedTimeoutMs } from '../seam/call-options.ts';
import { TimeoutError, UActorError } from '../seam/errors.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { currentCaller } from './caller.ts';
import { type Shared, sharedTypeid } from './shared-typeid.ts';
import { WaitingList } from './waiting-list.ts';

/** What `getValue` gives of a result that is still to come, or has come. */
export type AsyncResultState<T = unknown> =
  | { readonly is: 'pending' }
  | { readonly is: 'fulfilled'; readonly value: T }
  | { readonly is: 'rejected'; readonly error: unknown };

/**
 * A result that is still to come; after `multiprocessing.pool.AsyncResult`. It keeps the error of a method that failed
 * for whoever asks, so one that nobody asks for harms nobody.
 */
export class AsyncResult<T = unknown> {
  #outcome: AsyncResultState<T> = { is: 'pending' };
  readonly #waiting = new WaitingList<undefined, void>();

  /** Starts `run` at once; what it throws becomes the result as well. */
  constructor(run: () => T | PromiseLike<T>) {
    // The executor's own throw rejects the promise, and the listener below hears of every rejection.
    const running = new Promise<T>((resolve) => {
      resolve(run());
    });
    running.then(
      (value) => this.#settle({ is: 'fulfilled', value }),
      (error: unknown) => this.#settle({ is: 'rejected', error }),
    );
  }

  /** The object behind the result of a method: what the method gave, when that is one already. */
  static of(run: () => unknown): AsyncResult {
    const begun: { result?: AsyncResult } = {};
    const made = new AsyncResult(() => {
      const result = run();
      if (result instanceof AsyncResult) begun.result = result;
      return result;
    });
    return begun.result ?? made;
  }

  /** How it stands, without waiting. */
  get state(): AsyncResultState<T> {
    return this.#outcome;
  }

  /**
   * The result.
   *
   * @param timeout - Waits at most so many milliseconds; 0 or less does not wait, `undefined` waits without limit.
   * @throws {@link TimeoutError} when it is not there in that time, and what the method threw otherwise.
   */
  async get(timeout?: number): Promise<T> {
    await this.#settled(checkedTimeoutMs(timeout, 'get: timeout'));
    const outcome = this.#outcome;
    if (outcome.is === 'rejected') throw outcome.error;
    if (outcome.is === 'fulfilled') return outcome.value;
    throw new TimeoutError(`the result was not ready within ${timeout} ms: wait longer, or ask again later`, {
      executed: 'yes',
    });
  }

  /**
   * Waits until the method has ended, however it did.
   *
   * @param timeout - At most so many milliseconds; 0 or less does not wait, `undefined` waits without limit.
   * @returns whether it has ended in that time.
   */
  async wait(timeout?: number): Promise<boolean> {
    await this.#settled(checkedTimeoutMs(timeout, 'wait: timeout'));
    return this.ready();
  }

  /** Whether the method has ended. */
  ready(): boolean {
    return this.#outcome.is !== 'pending';
  }

  /**
   * Whether the method ended without an error.
   *
   * @throws {@link UActorError} `INVALID_STATE` while it has not ended.
   */
  successful(): boolean {
    if (this.#outcome.is !== 'pending') return this.#outcome.is === 'fulfilled';
    throw new UActorError('the result is not ready, so its success is not known yet: wait() for it', {
      executed: 'yes',
    });
  }

  #settle(outcome: AsyncResultState<T>): void {
    this.#outcome = outcome;
    this.#waiting.serveAll(() => undefined);
  }

  async #settled(timeoutMs: number | undefined): Promise<void> {
    if (this.ready()) return;
    await this.#waiting.wait(undefined, { timeoutMs, onGone: currentCaller().onGone });
  }
}

/** A proxy of a result that is still to come. */
export class AsyncResultProxy<T = unknown> extends BaseProxy {}
export interface AsyncResultProxy<T = unknown> extends Shared<AsyncResult<T>> {}

/** The typeid `AsyncResult`: a method listed under it in `methodToTypeid` is started, and its call answered at once. */
export const ASYNC_RESULT: Typeid = sharedTypeid<AsyncResult>({
  name: 'AsyncResult',
  cls: AsyncResult,
  hidden: ['state'],
  proxyClass: AsyncResultProxy,
  start: (run) => AsyncResult.of(run),
  working: true,
  copy: (result) => result.state,
});
