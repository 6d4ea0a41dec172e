import type { Limits } from '../seam/limits.ts';
import type { BufferedShare } from './buffered-bytes.ts';
import type { CutMessage } from './cut-message.ts';
import { clearInterval, clearTimeout, setInterval, setTimeout, type Timer } from '../seam/environment.ts';

/** How often an incomplete message is checked within `limits.messageMs`. */
const LOOKS = 4;

/** The parts of a {@link SlowSenderTimer}. */
export interface SlowSenderParts {
  /** Reads the peer's messages; `cut` is the incomplete one. */
  readonly reader: { readonly cut: CutMessage | undefined };
  readonly limits: Limits;
  readonly share: BufferedShare;
  /** Whether the peer may take any time: the owner of an actor, or the actor. */
  readonly trusted: boolean;
  /** Called with the reason to end the session. */
  readonly expired: (what: string) => void;
}

/**
 * Ends a session whose peer does not finish a message. Progress is counted in checks rather than by the clock, so that a process
 * that was busy or asleep first reads the bytes that have arrived meanwhile. There is no timer per message, because a busy peer
 * always has one in progress.
 */
export class SlowSenderTimer {
  readonly #parts: SlowSenderParts;
  /** Whether {@link SlowSenderTimer.check} must be called for the rest of a message. */
  watching = false;
  #timer: NodeJS.Timeout | undefined;
  /** The incomplete message at the last check, and the number of checks that found it. */
  #cut: CutMessage | undefined;
  #looks = 0;

  constructor(parts: SlowSenderParts) {
    this.#parts = parts;
  }

  /** Called when bytes have arrived: the beginning of a message, or more of one that is watched. */
  check(): void {
    const { reader, share, trusted, limits } = this.#parts;
    const { cut } = reader;
    share.keep('receiving', cut?.bytes ?? 0);
    this.watching = cut !== undefined;
    if (cut === undefined || trusted || this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#look(), limits.messageMs / LOOKS);
    this.#timer.unref();
    this.#cut = cut;
    this.#looks = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#cut = undefined;
  }

  #look(): void {
    const { reader, limits, expired } = this.#parts;
    const { cut } = reader;
    if (cut === undefined) {
      this.stop();
    } else if (cut !== this.#cut) {
      this.#cut = cut;
      this.#looks = 0;
    } else if (++this.#looks >= LOOKS && cut.bytes < this.#leastBytes) {
      this.stop();
      const { messageMs, minBytesPerSecond } = limits;
      expired(
        `it continued a message too slowly: ${cut.bytes} bytes in more than ${messageMs} ms ` +
          `(limits.messageMs; limits.minBytesPerSecond is ${minBytesPerSecond})`,
      );
    }
  }

  /** The number of bytes that must have arrived by now. */
  get #leastBytes(): number {
    const { messageMs, minBytesPerSecond } = this.#parts.limits;
    return (this.#looks / LOOKS) * (messageMs / 1000) * minBytesPerSecond;
  }
}

/** Runs until a peer greets after the handshake. A peer that does not is treated like one that did not finish the handshake. */
export class GreetingTimer {
  readonly #handshakeMs: number;
  readonly #silent: (message: string) => void;
  #timer: Timer | undefined;

  /** @param silent - Called with the reason why the session ends. */
  constructor(handshakeMs: number, silent: (message: string) => void) {
    this.#handshakeMs = handshakeMs;
    this.#silent = silent;
  }

  start(): void {
    const message = `the other end did not send HELLO within ${this.#handshakeMs} ms (limits.handshakeMs)`;
    this.#timer = setTimeout(() => this.#silent(message), this.#handshakeMs);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** The bytes that wait to leave, and those that have left. */
export interface Queued {
  readonly bytesQueued: number;
  readonly bytesTaken: number;
  /** The number of waiting bytes from which on a peer counts as slow. */
  readonly highWaterBytes: number;
}

/** Ends a session whose peer reads too few of the waiting bytes. */
export class SlowConsumerTimer {
  readonly #outbox: Queued;
  readonly #limits: Limits;
  readonly #expired: () => void;
  #timer: NodeJS.Timeout | undefined;
  #takenBefore = 0;
  #queuedBefore = 0;

  constructor(outbox: Queued, limits: Limits, expired: () => void) {
    this.#outbox = outbox;
    this.#limits = limits;
    this.#expired = expired;
  }

  /** Checks whether the peer has become slow, or has caught up. */
  check(): void {
    if (this.#outbox.bytesQueued <= this.#outbox.highWaterBytes) {
      this.stop();
    } else if (this.#timer === undefined) {
      this.#takenBefore = this.#outbox.bytesTaken;
      this.#queuedBefore = this.#outbox.bytesQueued;
      this.#timer = setTimeout(() => this.#expire(), this.#limits.slowConsumerMs);
      this.#timer.unref();
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #expire(): void {
    this.#timer = undefined;
    const { slowConsumerMs, minBytesPerSecond } = this.#limits;
    const leastBytes = Math.min((slowConsumerMs / 1000) * minBytesPerSecond, this.#queuedBefore);
    if (this.#outbox.bytesTaken - this.#takenBefore < leastBytes) this.#expired();
    else this.check();
  }
}
