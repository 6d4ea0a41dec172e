import type { Farewell } from './session-text.ts';
import type { EndCause } from './outbound-calls.ts';

/** Where a session stands: it is open, its connection is gone and the reason is being looked for, or it is over. */
export type SessionState =
  | { readonly is: 'open' }
  | { readonly is: 'leaving'; readonly farewell: Farewell }
  | { readonly is: 'closed' }
  | { readonly is: 'over'; readonly cause: EndCause };
