import type { Limits } from '../seam/limits.ts';
import type { ExposureBook } from '../references/exposure-book.ts';
import type { Ledger } from '../references/ledger.ts';
import type { Tickets } from '../references/tickets.ts';
import type { Farewell, Greeting } from './session-text.ts';
import type { InboundCalls } from './inbound-calls.ts';
import type { ClaimRuntime } from './inbound-context.ts';
import type { ControlMessages } from './message-reader.ts';
import type { OutboundCalls } from './outbound-calls.ts';
import type { SessionExtensions } from './session-extensions.ts';
import { performance } from '../seam/environment.ts';

/** How much of the time for a claim its owner waits for the grant. */
const GRANT_SHARE = 0.9;

/** How many pings a second are answered; keeping a connection alive takes far fewer. */
const PINGS_PER_SECOND = 100;

/** The parts of a session that messages are about. */
export interface MessageParts {
  readonly runtime: ClaimRuntime & { readonly tickets: Tickets };
  readonly limits: Limits;
  readonly outbound: OutboundCalls;
  readonly inbound: InboundCalls;
  readonly ledger: Ledger;
  readonly extensions: SessionExtensions;
  readonly exposures: ExposureBook;
  /** The peer said where it can be reached. */
  readonly greeted: (greeting: Greeting) => void;
  /** The peer wants to know whether this end is alive. */
  readonly pinged: () => void;
  /** The peer answers that it is. */
  readonly ponged: () => void;
  /** The peer says good-bye. */
  readonly left: (farewell: Farewell) => void;
  /** The peer broke the protocol. */
  readonly violation: (what: string) => void;
  /** The references that the peer holds have become fewer. */
  readonly settled: () => void;
}

/** Passes what a session's messages say, besides calls and replies, to the part that they are about. */
export class SessionMessages implements ControlMessages {
  readonly #parts: MessageParts;
  readonly #pings = new PingBudget();

  constructor(parts: MessageParts) {
    this.#parts = parts;
  }

  cancelled(call: number, reason: unknown): void {
    this.#parts.extensions.dropClaims();
    this.#parts.inbound.cancel(call, reason);
  }

  released(id: number, count: number): void {
    const { ledger, violation, settled } = this.#parts;
    if (!ledger.release(id, count)) violation('it released a reference that it does not hold');
    else if (ledger.references === 0) settled();
  }

  granted(id: number, ticket: string): void {
    const { runtime, limits, ledger, violation } = this.#parts;
    const entry = ledger.get(id);
    if (entry === undefined) violation('it left a ticket for an object that it does not hold');
    else if (runtime.tickets.leftBy(this) >= limits.maxReferences) violation('it left too many tickets');
    else runtime.tickets.grant(ticket, entry, limits.ticketMs, this);
  }

  claimed(call: number, ticket: string): void {
    const { runtime, limits, inbound } = this.#parts;
    // The answer has to be there before the other end stops waiting for it.
    const waitMs = Math.min(limits.claimMs * GRANT_SHARE, limits.ticketMs);
    void inbound.claim(call, () => runtime.tickets.claim(ticket, waitMs), runtime);
  }

  greeted(greeting: Greeting): void {
    this.#parts.greeted(greeting);
  }

  exposed(text: string): void {
    const { exposures, violation } = this.#parts;
    if (!exposures.learn(text)) violation('a malformed exposure, or one too many');
  }

  pinged(): void {
    if (this.#pings.take(performance.now())) this.#parts.pinged();
    else this.#parts.violation('a flood of pings');
  }

  ponged(): void {
    this.#parts.ponged();
  }

  credited(bytes: number): void {
    const { outbound, violation } = this.#parts;
    if (!outbound.credited(bytes)) violation('a credit for calls that were not sent');
  }

  left(farewell: Farewell): void {
    this.#parts.left(farewell);
  }

  violation(what: string): void {
    this.#parts.violation(what);
  }
}

/** Tells pings that watch over a connection from a flood of them. */
class PingBudget {
  #second = 0;
  #count = 0;

  /** Counts a ping that came at `nowMs`. Returns `false` when it is one too many. */
  take(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    this.#count++;
    return this.#count <= PINGS_PER_SECOND;
  }
}
