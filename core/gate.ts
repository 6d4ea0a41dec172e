/** Lets so many calls run at a time; the rest wait, in order. */
export class Gate {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs `start` when it is its turn; `start` calls what it is given when the call has ended. */
  enter(start: (leave: () => void) => void): void {
    if (this.#running >= this.#limit) {
      this.#waiting.push(() => this.#run(start));
    } else {
      this.#run(start);
    }
  }

  #run(start: (leave: () => void) => void): void {
    this.#running++;
    start(() => {
      this.#running--;
      this.#waiting.shift()?.();
    });
  }
}
