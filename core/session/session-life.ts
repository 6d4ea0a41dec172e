import { MAX_TIMER_MS } from '../seam/call-options.ts';
import { clearInterval, setInterval, setTimeout, type Timer } from '../seam/environment.ts';
import { ConnectionLostError, type Executed } from '../seam/errors.ts';
import type { Connection } from '../seam/transport.ts';
import type { Farewell } from './session-terms.ts';

/** Returns the error that ends a call, given whether its method ran. */
export type EndCause = (executed: Executed) => Error;

/**
 * The states of a session:
 *
 * - `open`: both ends may send;
 * - `ending`: this end has sent END, and its last messages leave;
 * - `left`: the peer has sent END;
 * - `closed`: the connection is gone, and its cause is being determined;
 * - `over`: every call of the session rejects with the cause.
 */
export type SessionState =
  | { readonly is: 'open' }
  | { readonly is: 'ending'; readonly farewell: Farewell }
  | { readonly is: 'left'; readonly farewell: Farewell }
  | { readonly is: 'closed' }
  | { readonly is: 'over'; readonly cause: EndCause };

/** The legal transitions, by present state. */
export const SESSION_STEPS: { readonly [From in SessionState['is']]: readonly SessionState['is'][] } = {
  open: ['ending', 'left', 'closed'],
  ending: ['closed'],
  left: ['closed'],
  closed: ['over'],
  over: [],
};

/** The state of one session. It changes only by {@link SESSION_STEPS}. */
export class SessionLife {
  #state: SessionState = { is: 'open' };

  get state(): SessionState {
    return this.#state;
  }

  /** Whether calls can be made. */
  get open(): boolean {
    return this.#state.is === 'open';
  }

  /** Makes a transition. Returns `false` and changes nothing if it is illegal in the present state. */
  step(to: SessionState): boolean {
    if (!SESSION_STEPS[this.#state.is].includes(to.is)) return false;
    this.#state = to;
    return true;
  }
}

/** Listeners that are called once when a session's connection is gone. */
export class EndListeners {
  #listeners: Set<() => void> | undefined = new Set();

  /** Adds a listener, which is called at once if the connection is already gone. Returns a function that removes it. */
  add(listener: () => void): () => void {
    const listeners = this.#listeners;
    if (listeners === undefined) {
      listener();
      return () => undefined;
    }
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Called when the connection is gone. */
  tell(): void {
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const listener of listeners ?? []) listener();
  }
}

/** Returns the error for the end of a session of which only the peer's farewell and the end of the connection are known. */
export function connectionLostError(label: string, farewell: Farewell | undefined, cause: Error | undefined): EndCause {
  const ended = farewell && `it was ended: ${farewell.reason}`;
  const why = farewell?.message ?? ended ?? cause?.message ?? 'the other end has ended';
  const code = codeOf(farewell);
  return (executed) =>
    new ConnectionLostError(`the connection to ${label} was lost: ${why}`, {
      executed,
      ...(code && { code }),
      ...(cause && { cause }),
    });
}

function codeOf(farewell: Farewell | undefined): string | undefined {
  if (farewell?.reason === 'protocol') return 'PROTOCOL';
  if (farewell?.reason === 'overloaded') return 'OVERLOADED';
  return farewell?.reason === 'slow consumer' ? 'SLOW_CONSUMER' : undefined;
}

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
