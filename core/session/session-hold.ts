import { MAX_TIMER_MS } from '../seam/call-options.ts';
import { clearInterval, setInterval, setTimeout, type Timer } from '../seam/environment.ts';
import type { Connection } from '../seam/transport.ts';

/** How long a connection keeps the process alive after its last call, in milliseconds, because calls often follow each other. */
const LET_GO_MS = 5;

/** Keeps the process alive while calls of a session are in progress. */
export class SessionHold {
  readonly #connection: Connection;
  /** Whether the connection holds the process; it is only told of changes. */
  #held = true;
  #wanted = true;
  #lettingGo = false;
  /** Holds the process instead of a connection that is about to go, while calls wait for its outcome. */
  #timer: Timer | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Sets whether calls are in progress. */
  want(wanted: boolean): void {
    this.#wanted = wanted;
    if (wanted === this.#held) return;
    if (wanted) this.#hold(true);
    else if (!this.#lettingGo) {
      this.#lettingGo = true;
      setTimeout(() => this.#letGo(), LET_GO_MS).unref();
    }
  }

  /** Called when the connection is about to go: waiting calls keep the process alive until their outcome is known. */
  outlive(wanted: boolean): void {
    this.#wanted = wanted;
    this.#hold(wanted);
    clearInterval(this.#timer);
    this.#timer = wanted ? setInterval(() => undefined, MAX_TIMER_MS) : undefined;
  }

  #letGo(): void {
    this.#lettingGo = false;
    if (!this.#wanted && this.#held) this.#hold(false);
  }

  #hold(wanted: boolean): void {
    this.#held = wanted;
    this.#connection.hold(wanted);
  }
}
