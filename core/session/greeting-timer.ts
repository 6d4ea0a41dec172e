import { clearTimeout, setTimeout, type Timer } from '../seam/environment.ts';

/** Runs until a peer that has proved itself greets: one that does not counts like one that did not finish the handshake. */
export class GreetingTimer {
  readonly #handshakeMs: number;
  readonly #silent: (message: string) => void;
  #timer: Timer | undefined;

  /** @param silent - Told why the session ends. */
  constructor(handshakeMs: number, silent: (message: string) => void) {
    this.#handshakeMs = handshakeMs;
    this.#silent = silent;
  }

  start(): void {
    const message = `the other end did not greet within ${this.#handshakeMs} ms (limits.handshakeMs)`;
    this.#timer = setTimeout(() => this.#silent(message), this.#handshakeMs);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
