/** Lets so many calls run at a time; the rest wait, in order. */
export class CallLimiter {
  readonly #limit: number;
  /** In the order in which they came; a set, so that one of many can go without the others being moved. */
  readonly #waiting = new Set<() => void>();
  #running = 0;

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
    if (this.#running < this.#limit) run();
    else this.#waiting.add(run);
    return () => {
      this.#waiting.delete(run);
    };
  }

  #run(start: (leave: () => void) => void): void {
    this.#running++;
    start(() => {
      this.#running--;
      for (const next of this.#waiting) {
        this.#waiting.delete(next);
        next();
        break;
      }
    });
  }
}
