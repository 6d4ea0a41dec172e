import { BaseProxy, callMethodAs, proxyShare } from '../proxy/base-proxy.ts';
import { dropNow } from '../references/reference.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { type Batch, ITERATOR_EXPOSURE } from './iterator-source.ts';

/** The initial number of requested values; it grows up to a maximum while the loop keeps up. */
const FIRST_CREDIT = 8;
const MAX_CREDIT = 256;

/**
 * A proxy of an iterator, a generator or an async generator. `for await` reads ahead, by more the longer the loop keeps up;
 * leaving the loop ends the iterator in its process. `next` makes single steps.
 *
 * The proxy is released when the iterator has ended.
 */
export class IteratorProxy<T = unknown, TReturn = unknown, TNext = unknown> extends BaseProxy {
  /** Whether the iterator was read to its end, or ended. Like a local iterator, it then stays ended. */
  #ended = false;

  /** Makes one step. The iterator does not run ahead. */
  async next(...args: readonly [] | readonly [TNext]): Promise<IteratorResult<T, TReturn | undefined>> {
    if (this.#ended) return { value: undefined, done: true };
    return this.#over(await this.callMethod<IteratorResult<T, TReturn>>('next', args));
  }

  /** Ends the iterator; its `finally` blocks run. */
  async return(value?: TReturn): Promise<IteratorResult<T, TReturn | undefined>> {
    if (this.#ended) return { value, done: true };
    return this.#over(await this.callMethod<IteratorResult<T, TReturn>>('return', [value]));
  }

  /** Throws an error into the iterator, at the point where it waits. */
  async throw(error: unknown): Promise<IteratorResult<T, TReturn | undefined>> {
    if (this.#ended) throw error;
    return this.#over(await this.callMethod<IteratorResult<T, TReturn>>('throw', [error]));
  }

  /** Yields all values, requested ahead of the reader. */
  async *#read(): AsyncGenerator<T, void, undefined> {
    if (this.#ended) return;
    let ended = false;
    try {
      let credit = FIRST_CREDIT;
      let coming = this.#pull(credit);
      for (;;) {
        const { values, done } = await coming;
        ended = done;
        if (values.length >= credit) credit = Math.min(credit * 2, MAX_CREDIT);
        if (!done) {
          coming = this.#pull(credit);
          // Awaited after the available values were read; until then a rejection would be unhandled.
          coming.catch(() => undefined);
        }
        yield* values;
        if (done) return;
      }
    } catch (error) {
      ended = true;
      throw error;
    } finally {
      // Releasing the proxy would also end the iterator, but the loop must wait until its `finally` has run.
      if (!ended && !this.#ended) await this.callMethod('return');
      this.#end();
    }
  }

  /** Yields the values, each requested when the loop needs it. The end of the loop closes the generator. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return this.#read();
  }

  #pull(credit: number): Promise<Batch & { readonly values: readonly T[] }> {
    return callMethodAs(this, 'the iteration', 'pull', [credit]);
  }

  #over(result: IteratorResult<T, TReturn>): IteratorResult<T, TReturn> {
    if (result.done === true) this.#end();
    return result;
  }

  #end(): void {
    this.#ended = true;
    dropNow(proxyShare(this));
  }
}

/** The typeid `Iterator`: any iterator. */
export const ITERATOR: Typeid = {
  name: 'Iterator',
  proxyClass: IteratorProxy,
  expose: () => ITERATOR_EXPOSURE,
};
