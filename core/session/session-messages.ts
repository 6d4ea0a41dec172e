import type { ExposureBook } from '../references/exposure.ts';
import type { Ledger } from '../references/ledger.ts';
import type { Tickets } from '../references/object-table.ts';
import { performance } from '../seam/environment.ts';
import type { Limits } from '../seam/limits.ts';
import type { InboundCalls } from './inbound-calls.ts';
import type { ClaimRuntime } from './inbound-context.ts';
import type { ReceivedProxies } from './inbound-context.ts';
import type { ControlMessages } from './message-reader.ts';
import type { OutboundCalls } from './outbound-calls.ts';
import type { Farewell, Greeting } from './session-terms.ts';

/** The share of the claim's time for which the object's process waits for the grant. */
const GRANT_SHARE = 0.9;

/** The maximum number of pings per second; keepAlive needs far fewer. */
const PINGS_PER_SECOND = 100;

/** The parts of a session that handle messages. */
interface MessageParts {
  readonly runtime: ClaimRuntime & { readonly tickets: Tickets };
  readonly limits: Limits;
  readonly outbound: OutboundCalls;
  readonly inbound: InboundCalls;
  readonly ledger: Ledger;
  readonly extensions: ReceivedProxies;
  readonly exposures: ExposureBook;
  /** Called with the peer's greeting. */
  readonly greeted: (greeting: Greeting) => void;
  /** Called on a PING. */
  readonly pinged: () => void;
  /** Called on a PONG. */
  readonly ponged: () => void;
  /** Called on the peer's END. */
  readonly left: (farewell: Farewell) => void;
  /** Called when the peer broke the protocol. */
  readonly violation: (what: string) => void;
  /** Called when the peer released references. */
  readonly settled: () => void;
}

/** Passes a session's messages, except calls and replies, to the part that handles them. */
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
    // The reply must arrive before the peer stops waiting for it.
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

/** Distinguishes keepAlive pings from a flood. */
class PingBudget {
  #second = 0;
  #count = 0;

  /** Counts a ping that arrived at `nowMs`. Returns `false` when there were too many. */
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
