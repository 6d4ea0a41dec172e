import type { Limits } from '../seam/limits.ts';
import type { BufferedShare } from './buffered-bytes.ts';
import type { CutMessage } from './cut-message.ts';
import { clearInterval, clearTimeout, setInterval, setTimeout, type Timer } from '../seam/environment.ts';

/** How often within `limits.messageMs` a message is looked after that has not arrived whole. */
const LOOKS = 4;

/** What a {@link SlowSenderTimer} works with. */
export interface SlowSenderParts {
  /** Reads the messages of the peer: `cut` is the one of which only the beginning has arrived. */
  readonly reader: { readonly cut: CutMessage | undefined };
  readonly limits: Limits;
  readonly share: BufferedShare;
  /** Whether the peer may take its time: the owner of an actor, or the actor. */
  readonly trusted: boolean;
  /** Told what the peer did. */
  readonly expired: (what: string) => void;
}

/**
 * Ends a session whose peer does not go on with a message that it began. Progress is looked for rather than timed, so that a
 * process that was busy or asleep reads what has arrived meanwhile before it makes up its mind; and not for each message,
 * because a busy peer has one in progress all the time.
 */
export class SlowSenderTimer {
  readonly #parts: SlowSenderParts;
  /** Whether {@link SlowSenderTimer.check} has to see the rest of a message. */
  watching = false;
  #timer: NodeJS.Timeout | undefined;
  /** The message in progress at the last look, and how many looks have found it. */
  #cut: CutMessage | undefined;
  #looks = 0;

  constructor(parts: SlowSenderParts) {
    this.#parts = parts;
  }

  /** Bytes have arrived: of a message only the beginning, or the rest of one that was watched. */
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
        `it went on too slowly with a message that it began: ${cut.bytes} bytes in more than ${messageMs} ms ` +
          `(limits.messageMs; limits.minBytesPerSecond is ${minBytesPerSecond})`,
      );
    }
  }

  /** What must be there by now. */
  get #leastBytes(): number {
    const { messageMs, minBytesPerSecond } = this.#parts.limits;
    return (this.#looks / LOOKS) * (messageMs / 1000) * minBytesPerSecond;
  }
}

/** Runs until a peer that has proved itself greets: one that does not counts like one that did not finish the handshake. */
export class GreetingTimer {
  readonly #handshakeMs: number;
  readonly #silent: (message: string) => void;
  #timer: Timer | undefined;

  /** @param silent - Told why the session ends. */
  constructor(handshakeMs: number, silent: (message: string) => void) {
    this.#handshakeMs = handshakeMs;
    this.#silent = silent;
  }

  start(): void {
    const message = `the other end did not greet within ${this.#handshakeMs} ms (limits.handshakeMs)`;
    this.#timer = setTimeout(() => this.#silent(message), this.#handshakeMs);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** What waits to leave, and what has left. */
export interface Queued {
  readonly bytesQueued: number;
  readonly bytesTaken: number;
  /** How many bytes may wait before a peer counts as slow. */
  readonly highWaterBytes: number;
}

/** Ends a session whose peer takes too little of what is waiting for it. */
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

  /** Looks whether the peer has become slow, or has caught up. */
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
