import { Line } from './waiting.ts';

/** Limits how many calls run at a time; the others wait, in order. */
export class CallLimiter {
  readonly #limit: number;
  readonly #waiting = new Line<() => void>();
  #running = 0;
  #starting = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Calls `start` when it is its turn; `start` must call `leave` when the call has ended.
   *
   * @returns a function that gives the turn up; it has no effect after `start` was called.
   */
  enter(start: (leave: () => void) => void): () => void {
    const run = (): void => this.#run(start);
    if (this.#running < this.#limit && this.#waiting.length === 0) {
      run();
      return () => undefined;
    }
    const place = this.#waiting.add(run);
    return () => {
      this.#waiting.leave(place);
    };
  }

  #run(start: (leave: () => void) => void): void {
    this.#running++;
    let left = false;
    start(() => {
      if (left) return;
      left = true;
      this.#running--;
      this.#startWaiting();
    });
  }

  /** Starts waiting calls in a loop: calls that end while they start would otherwise start each other recursively. */
  #startWaiting(): void {
    if (this.#starting) return;
    this.#starting = true;
    try {
      while (this.#running < this.#limit) {
        const next = this.#waiting.shift();
        if (next === undefined) break;
        next();
      }
    } finally {
      this.#starting = false;
    }
  }
}
