import type { Chunk, Outcome } from './pool-workers.ts';

/** How an iteration over task results proceeds. */
export interface IterationPlan {
  /** The argument lists, in chunks. */
  readonly chunks: AsyncIterable<Chunk>;
  run(chunk: Chunk): Promise<readonly Outcome[]>;
  /** The maximum number of chunks that are in progress or wait for the reader. */
  readonly window: number;
  /** Whether results come in the order of the tasks, or as soon as each arrives. */
  readonly ordered: boolean;
}

/**
 * The results of tasks as an async iterator, while further tasks run. It starts at once and stays a limited number of chunks
 * ahead of its reader, so the source may be endless. A failed task rejects its own `next`, and later results can still be read.
 */
export class PoolIteration implements AsyncIterableIterator<unknown> {
  readonly #plan: IterationPlan;
  readonly #results: Promise<readonly Outcome[]>[] = [];
  /** The number of chunks that were started and not yet read. */
  #unread = 0;
  /** Set when the source of the arguments has ended; `failure` is the error that it threw. */
  #source: { readonly failure?: { readonly error: unknown } } | undefined;
  #left = false;
  #wake: (() => void)[] = [];
  readonly #reader: AsyncGenerator<Outcome, void, undefined>;

  constructor(plan: IterationPlan) {
    this.#plan = plan;
    this.#reader = this.#read();
    void this.#feed();
  }

  async next(): Promise<IteratorResult<unknown>> {
    const step = await this.#reader.next();
    if (step.done === true) return { value: undefined, done: true };
    if ('error' in step.value) throw step.value.error;
    return { value: step.value.value, done: false };
  }

  /** Called when the reader stops: no further task starts. */
  async return(): Promise<IteratorResult<unknown>> {
    this.#left = true;
    this.#changed();
    await this.#reader.return();
    return { value: undefined, done: true };
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
    else void result.then(add);
  }

  async *#read(): AsyncGenerator<Outcome, void, undefined> {
    for (;;) {
      const first = this.#results.shift();
      if (first) {
        const outcomes = await first;
        this.#unread--;
        this.#changed();
        yield* outcomes;
      } else if (this.#source && this.#unread === 0) {
        if (this.#source.failure) yield this.#source.failure;
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
