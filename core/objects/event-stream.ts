import { demandKnownNames } from '../seam/call-options.ts';
import { misuse } from '../seam/errors.ts';

/** Options for reading events with `for await`. */
export interface ListenOptions {
  /** How many events may wait to be read, in addition to those in transit. Default 1,024. */
  readonly maxBuffered?: number;
  /** What happens when more events would wait: the loop throws (`error`, the default), or the oldest waiting ones are dropped. */
  readonly whenFull?: 'error' | 'drop-oldest';
}

const MAX_BUFFERED = 1_024;

/** The events of one emitter, which another process reads one by one. */
export class EventStream implements AsyncIterator<readonly unknown[], undefined> {
  readonly #maxBuffered: number;
  readonly #whenFull: string;
  readonly #unlisten: () => void;
  #events: (readonly unknown[])[] = [];
  #state: 'open' | 'full' | 'closed' = 'open';
  /** Calls of `next` that wait; several may be in progress. */
  #waiting: (() => void)[] = [];

  /** @throws `TypeError` `MISUSE` for invalid options. */
  constructor(listen: (heard: (...args: readonly unknown[]) => void) => () => void, options: ListenOptions = {}) {
    demandKnownNames(options, ['maxBuffered', 'whenFull'], 'listen');
    const { maxBuffered = MAX_BUFFERED, whenFull = 'error' } = options;
    if (!Number.isInteger(maxBuffered) || maxBuffered < 1 || maxBuffered > 2 ** 20) {
      throw misuse('listen: maxBuffered must be a number of events from 1 to 1,048,576');
    }
    if (whenFull !== 'error' && whenFull !== 'drop-oldest') {
      throw misuse("listen: whenFull must be 'error' or 'drop-oldest'");
    }
    this.#maxBuffered = maxBuffered;
    this.#whenFull = whenFull;
    this.#unlisten = listen((...args) => this.#heard(args));
  }

  async next(): Promise<IteratorResult<readonly unknown[], undefined>> {
    for (;;) {
      const value = this.#events.shift();
      if (value !== undefined) return { value, done: false };
      if (this.#state === 'full') {
        this.#state = 'closed';
        throw new RangeError(
          `more than ${this.#maxBuffered} events waited to be read (maxBuffered): read them faster, or set ` +
            "whenFull: 'drop-oldest' to drop some",
        );
      }
      if (this.#state === 'closed') return { value: undefined, done: true };
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  return(): Promise<IteratorResult<readonly unknown[], undefined>> {
    this.#end('closed');
    this.#events = [];
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #heard(event: readonly unknown[]): void {
    if (this.#events.length >= this.#maxBuffered) {
      if (this.#whenFull === 'error') {
        this.#end('full');
        return;
      }
      this.#events.shift();
    }
    this.#events.push(event);
    this.#wake();
  }

  #end(state: 'full' | 'closed'): void {
    this.#state = state;
    this.#unlisten();
    this.#wake();
  }

  /** They take the events in the order of their calls; those without an event wait again. */
  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
