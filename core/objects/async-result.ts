import { checkedTimeoutMs } from '../seam/call-options.ts';
import { TimeoutError, UActorError } from '../seam/errors.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { currentCaller } from './caller.ts';
import { type Shared, sharedTypeid } from './shared-typeid.ts';
import { WaitingList } from './waiting-list.ts';

/** The state that `getValue` returns for a pending or settled result. */
export type AsyncResultState<T = unknown> =
  | { readonly is: 'pending' }
  | { readonly is: 'fulfilled'; readonly value: T }
  | { readonly is: 'rejected'; readonly error: unknown };

/**
 * A pending or settled result; corresponds to `multiprocessing.pool.AsyncResult`. It keeps the error of a failed method for
 * callers that ask, so an unread error causes no unhandled rejection.
 */
export class AsyncResult<T = unknown> {
  #outcome: AsyncResultState<T> = { is: 'pending' };
  readonly #waiting = new WaitingList<undefined, void>();

  /** Starts `run` at once; an error that it throws becomes the result. */
  constructor(run: () => T | PromiseLike<T>) {
    // An error thrown by the executor rejects the promise, and the listener below receives every rejection.
    const running = new Promise<T>((resolve) => {
      resolve(run());
    });
    running.then(
      (value) => this.#settle({ is: 'fulfilled', value }),
      (error: unknown) => this.#settle({ is: 'rejected', error }),
    );
  }

  /** Returns the object behind a method's result: the method's own result if it is already an `AsyncResult`. */
  static of(run: () => unknown): AsyncResult {
    const begun: { result?: AsyncResult } = {};
    const made = new AsyncResult(() => {
      const result = run();
      if (result instanceof AsyncResult) begun.result = result;
      return result;
    });
    return begun.result ?? made;
  }

  /** The present state, without waiting. */
  get state(): AsyncResultState<T> {
    return this.#outcome;
  }

  /**
   * Waits for the result and returns it.
   *
   * @param timeout - The time limit in milliseconds; 0 or less does not wait, `undefined` waits without limit.
   * @throws {@link TimeoutError} when there is no result in time; otherwise the method's error.
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
   * Waits until the method has ended, with or without an error.
   *
   * @param timeout - The time limit in milliseconds; 0 or less does not wait, `undefined` waits without limit.
   * @returns whether it has ended in time.
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

/** A proxy of a pending or settled result. */
export class AsyncResultProxy<T = unknown> extends BaseProxy {}
export interface AsyncResultProxy<T = unknown> extends Shared<AsyncResult<T>> {}

/** The typeid `AsyncResult`: a method listed under it in `methodToTypeid` starts, and its call resolves at once. */
export const ASYNC_RESULT: Typeid = sharedTypeid<AsyncResult>({
  name: 'AsyncResult',
  cls: AsyncResult,
  hidden: ['state'],
  proxyClass: AsyncResultProxy,
  start: (run) => AsyncResult.of(run),
  working: true,
  copy: (result) => result.state,
});
