import type { EndCause } from './outbound-context.ts';
import type { Farewell } from './session-text.ts';

/**
 * Where a session stands:
 *
 * - `open`: both ends talk;
 * - `ending`: this end has said good-bye, and its last messages leave;
 * - `left`: the other end has said good-bye;
 * - `closed`: the connection is gone, and the reason is being looked for;
 * - `over`: every call of the session rejects with the reason.
 */
export type SessionState =
  | { readonly is: 'open' }
  | { readonly is: 'ending'; readonly farewell: Farewell }
  | { readonly is: 'left'; readonly farewell: Farewell }
  | { readonly is: 'closed' }
  | { readonly is: 'over'; readonly cause: EndCause };

/** Every step that a session can take, by the state that it is in. */
export const SESSION_STEPS: { readonly [From in SessionState['is']]: readonly SessionState['is'][] } = {
  open: ['ending', 'left', 'closed'],
  ending: ['closed'],
  left: ['closed'],
  closed: ['over'],
  over: [],
};

/** The state of one session. It changes by {@link SESSION_STEPS} alone. */
export class SessionLife {
  #state: SessionState = { is: 'open' };

  get state(): SessionState {
    return this.#state;
  }

  /** Whether calls can be made. */
  get open(): boolean {
    return this.#state.is === 'open';
  }

  /** Takes a step. Returns `false`, and changes nothing, when the session cannot take it from where it stands. */
  step(to: SessionState): boolean {
    if (!SESSION_STEPS[this.#state.is].includes(to.is)) return false;
    this.#state = to;
    return true;
  }
}
