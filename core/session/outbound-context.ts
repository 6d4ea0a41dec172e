import type { Deadlines } from '../references/deadlines.ts';
import type { Executed } from '../seam/errors.ts';
import type { Limits } from '../seam/limits.ts';
import type { ReceivedProxies } from './inbound-context.ts';
import type { Outbox } from './outbox.ts';

/** The error that ends calls for good, given what became of them. */
export type EndCause = (executed: Executed) => Error;

/** What the calls of this end need of their session. */
export interface OutboundContext {
  readonly outbox: Outbox;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly extensions: ReceivedProxies;
  /** Keeps the process alive while a call is in progress, or releases it. */
  hold(wanted: boolean): void;
  /** No call is in progress any more. */
  idle(): void;
  /** The peer broke the protocol. */
  violation(what: string): void;
}
