import { BaseProxy, proxyHold } from '../proxy/base-proxy.ts';
import { dropNow } from '../references/reference.ts';
import type { Typeid } from '../typeids.ts';
import { type Batch, ITERATOR_EXPOSURE } from './iterator-source.ts';

/** How many values are asked for at first, and at most, while a loop keeps up. */
const FIRST_CREDIT = 8;
const MAX_CREDIT = 256;

/**
 * A proxy of an iterator, a generator or an async generator. `for await` reads ahead, by more the longer the loop keeps
 * up; leaving the loop ends the iterator there. `next` alone goes step by step.
 *
 * The proxy is released when the iterator has ended.
 */
export class IteratorProxy<T = unknown, TReturn = unknown, TNext = unknown> extends BaseProxy {
  /** One step. The iterator does not run ahead. */
  async next(...args: readonly [] | readonly [TNext]): Promise<IteratorResult<T, TReturn>> {
    return this.#over(await this.callMethod<IteratorResult<T, TReturn>>('next', args));
  }

  /** Ends the iterator; its `finally` blocks run. */
  async return(value?: TReturn): Promise<IteratorResult<T, TReturn>> {
    return this.#over(await this.callMethod<IteratorResult<T, TReturn>>('return', [value]));
  }

  /** Throws into the iterator, at the place where it waits. */
  async throw(error: unknown): Promise<IteratorResult<T, TReturn>> {
    return this.#over(await this.callMethod<IteratorResult<T, TReturn>>('throw', [error]));
  }

  /** Reads everything, ahead of the reader. */
  async *#read(): AsyncGenerator<T, void, undefined> {
    let ended = false;
    try {
      let credit = FIRST_CREDIT;
      let coming = this.callMethod<Batch & { readonly values: readonly T[] }>('pull', [credit]);
      for (;;) {
        const { values, done } = await coming;
        ended = done;
        if (values.length >= credit) credit = Math.min(credit * 2, MAX_CREDIT);
        if (!done) {
          coming = this.callMethod('pull', [credit]);
          // Awaited when the values at hand have been read; until then nobody would hear of its failure.
          coming.catch(() => undefined);
        }
        yield* values;
        if (done) return;
      }
    } catch (error) {
      ended = true;
      throw error;
    } finally {
      if (!ended) await this.callMethod('return');
      dropNow(proxyHold(this));
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return this.#read();
  }

  #over(result: IteratorResult<T, TReturn>): IteratorResult<T, TReturn> {
    if (result.done === true) dropNow(proxyHold(this));
    return result;
  }
}

/** Any iterator. */
export const ITERATOR: Typeid = {
  name: 'Iterator',
  proxyClass: IteratorProxy,
  expose: () => ITERATOR_EXPOSURE,
};
