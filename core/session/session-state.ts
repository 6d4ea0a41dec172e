import type { EndCause } from './outbound-context.ts';
import type { Farewell } from './session-text.ts';

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
