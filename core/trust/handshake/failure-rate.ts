import { performance } from '../../seam/environment.ts';

const INTERVAL_MS = 1_000;

/**
 * Counts the failed handshakes of each address, second by second: a proof or a channel that comes to nothing costs this process more
 * than the other end, and an address that makes many of them gets no more for the rest of the second.
 */
export class FailureRate {
  readonly #mostPerSecond: number;
  /** Of the present second only, so that it is never longer than what can fail in one. */
  readonly #failures = new Map<string, number>();
  #endsAtMs = Number.NEGATIVE_INFINITY;

  constructor(mostPerSecond: number) {
    this.#mostPerSecond = mostPerSecond;
  }

  count(address: string): void {
    this.#turn();
    this.#failures.set(address, (this.#failures.get(address) ?? 0) + 1);
  }

  /** Whether as many have failed as may. */
  isReached(address: string): boolean {
    this.#turn();
    return (this.#failures.get(address) ?? 0) >= this.#mostPerSecond;
  }

  #turn(): void {
    const nowMs = performance.now();
    if (nowMs < this.#endsAtMs) return;
    this.#endsAtMs = nowMs + INTERVAL_MS;
    this.#failures.clear();
  }
}
