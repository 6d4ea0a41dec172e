import { MAX_TIMER_MS } from '../seam/call-options.ts';
import { clearInterval, setInterval, setTimeout, type Timer } from '../seam/environment.ts';
import type { Connection } from '../seam/transport.ts';

/** How long a connection keeps the process alive after its last call, in milliseconds: calls often follow each other. */
const LET_GO_MS = 5;

/** Keeps the process alive while calls of a session are in progress. */
export class SessionHold {
  readonly #connection: Connection;
  /** Whether the connection does; it is asked on a change alone. */
  #held = true;
  #wanted = true;
  #lettingGo = false;
  /** In place of a connection that is about to go, while calls wait for what became of it. */
  #timer: Timer | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Calls are in progress, or none is any more. */
  want(wanted: boolean): void {
    this.#wanted = wanted;
    if (wanted === this.#held) return;
    if (wanted) this.#hold(true);
    else if (!this.#lettingGo) {
      this.#lettingGo = true;
      setTimeout(() => this.#letGo(), LET_GO_MS).unref();
    }
  }

  /** The connection is about to go: calls wait for what became of it, and the process with them. */
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
