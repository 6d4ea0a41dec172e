import type { Deadlines } from '../references/deadlines.ts';
import type { Executed } from '../seam/errors.ts';
import type { Limits } from '../seam/limits.ts';
import type { ReceivedProxies } from './inbound-context.ts';
import type { Outbox } from './outbox.ts';

/** Returns the error that ends a call, given whether its method ran. */
export type EndCause = (executed: Executed) => Error;

/** The parts of the session that its outbound calls use. */
export interface OutboundContext {
  readonly outbox: Outbox;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly extensions: ReceivedProxies;
  /** Sets whether a call in progress keeps the process alive. */
  hold(wanted: boolean): void;
  /** Called when no call is in progress any more. */
  idle(): void;
  /** Called when the peer broke the protocol. */
  violation(what: string): void;
}
