import { Line } from './line.ts';

/** Lets so many calls run at a time; the rest wait, in order. */
export class CallLimiter {
  readonly #limit: number;
  readonly #waiting = new Line<() => void>();
  #running = 0;
  #starting = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Runs `start` when it is its turn; `start` calls what it is given when the call has ended.
   *
   * @returns what gives the turn up before it came; it does nothing afterwards.
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

  /** In a loop: calls that end while they start would otherwise start each other, deeper and deeper in the stack. */
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
