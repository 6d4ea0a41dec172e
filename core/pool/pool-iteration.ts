import type { Chunk, ChunkResult } from './pool-workers.ts';

/** How an iteration over the results of tasks goes about it. */
export interface IterationPlan {
  /** The argument lists, in chunks. */
  readonly chunks: AsyncIterable<Chunk>;
  run(chunk: Chunk): Promise<ChunkResult>;
  /** How many chunks may be under way or wait for the reader. */
  readonly window: number;
  /** Whether results come in the order of the tasks, or as soon as they are there. */
  readonly ordered: boolean;
}

/**
 * The results of tasks, one by one, while further tasks run: an async iterator. It begins at once, and goes ahead of its
 * reader by a limited number of chunks, so it can be used over a source without end.
 */
export class PoolIteration implements AsyncIterableIterator<unknown> {
  readonly #plan: IterationPlan;
  readonly #results: Promise<ChunkResult>[] = [];
  /** Chunks that were begun and not read. */
  #unread = 0;
  /** No more chunks will come; `failure` is what the source of the arguments threw. */
  #source: { readonly failure?: { readonly error: unknown } } | undefined;
  #left = false;
  #wake: (() => void)[] = [];
  readonly #reader: AsyncGenerator<unknown, void, undefined>;

  constructor(plan: IterationPlan) {
    this.#plan = plan;
    this.#reader = this.#read();
    void this.#feed();
  }

  next(): Promise<IteratorResult<unknown>> {
    return this.#reader.next();
  }

  /** Nobody reads on: no further task is begun. */
  async return(): Promise<IteratorResult<unknown>> {
    this.#left = true;
    this.#changed();
    return await this.#reader.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #feed(): Promise<void> {
    try {
      for await (const chunk of this.#plan.chunks) {
        if (this.#left) break;
        this.#begin(chunk);
        while (!this.#left && this.#unread >= this.#plan.window) await this.#change();
      }
      this.#source = {};
    } catch (error) {
      this.#source = { failure: { error } };
    }
    this.#changed();
  }

  #begin(chunk: Chunk): void {
    this.#unread++;
    const result = this.#plan.run(chunk);
    const add = (): void => {
      this.#results.push(result);
      this.#changed();
    };
    if (this.#plan.ordered) add();
    // Also keeps a failure that is not read yet, or never, from being an unhandled one.
    result.then(this.#plan.ordered ? undefined : add, this.#plan.ordered ? () => undefined : add);
  }

  async *#read(): AsyncGenerator<unknown, void, undefined> {
    for (;;) {
      const first = this.#results.shift();
      if (first) {
        const { values, failure } = await first;
        this.#unread--;
        this.#changed();
        yield* values;
        if (failure) throw failure.error;
      } else if (this.#source && this.#unread === 0) {
        if (this.#source.failure) throw this.#source.failure.error;
        return;
      } else {
        await this.#change();
      }
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake.push(resolve);
    });
  }

  #changed(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const goOn of wake) goOn();
  }
}
