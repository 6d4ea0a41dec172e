/** How many pings a second are answered; keeping a connection alive takes far fewer. */
const PINGS_PER_SECOND = 100;

/** Tells pings that watch over a connection from a flood of them. */
export class PingBudget {
  #second = 0;
  #count = 0;

  /** Counts a ping that came at `nowMs`. Returns `false` when it is one too many. */
  take(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    this.#count++;
    return this.#count <= PINGS_PER_SECOND;
  }
}
