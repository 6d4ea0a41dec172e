/**
 * The timers of a session, each of which ends it: when the peer does not greet, when it is silent, when it does not finish a message, and
 * when it does not read.
 *
 * Silence and progress are counted in checks rather than by the clock, so that a process that was busy or asleep first reads the bytes
 * that have arrived meanwhile.
 */
import { clearInterval, clearTimeout, setInterval, setTimeout, type Timer } from '../seam/environment.ts';
import { ConnectionLostError } from '../seam/errors.ts';
import type { Limits } from '../seam/limits.ts';
import type { Connection } from '../seam/transport.ts';
import type { CutMessage } from './cut-message.ts';
import type { BufferedShare } from './flow-control.ts';
import { Kind } from './message.ts';

/**
 * The number of checks within `keepAlive`, of which all but the first must be silent to end the session; and within
 * `limits.messageMs`, for an incomplete message.
 */
const LOOKS = 4;

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

/** The parts of a {@link KeepAlive}. */
interface KeepAliveParts {
  readonly connection: Connection;
  /** How long the peer may be silent, in milliseconds; `undefined`: no limit. */
  readonly keepAliveMs: number | undefined;
  readonly outbox: { text(kind: number): void };
  /** Called when the peer broke the protocol. */
  readonly violation: (what: string) => void;
}

/**
 * Notices that the peer of a network connection has vanished. Within a machine the operating system reports that, so no checks
 * are made.
 *
 * The peer's event loop replies to PINGs, so a peer that computes without a pause for longer cannot be told from a lost one.
 * TCP's own probes could tell them apart, but they are only sent while no data is in flight; sent data is given up after a
 * quarter of an hour, which Node cannot change. A relay that forwards nothing any more would also reply to them, and so would the
 * machine of a stopped process.
 *
 * Bytes that leave after waiting also show that the peer lives.
 */
export class KeepAlive {
  readonly #parts: KeepAliveParts;
  #timer: Timer | undefined;
  /** Whether bytes have arrived since the last check; the session sets it. */
  heard = false;
  /** The number of successive checks without a sign of life. */
  #silent = 0;
  /** The bytes waiting at the last check, and whether all of them have left since. */
  #queuedBytes = 0;
  #drained = false;
  /** The number of PINGs without a PONG. */
  #unanswered = 0;
  #lost: ConnectionLostError | undefined;

  constructor(parts: KeepAliveParts) {
    this.#parts = parts;
  }

  /** The reason why this end gave the peer up, if it did. It then closed without END, which could not have arrived. */
  get lost(): ConnectionLostError | undefined {
    return this.#lost;
  }

  start(): void {
    const { connection, keepAliveMs } = this.#parts;
    if (connection.info.local || keepAliveMs === undefined) this.stop();
    else this.#every(keepAliveMs);
  }

  /**
   * Checks the peer for a while, on any connection, because a reply is expected from it. Ends the session after `silenceMs` of
   * silence.
   *
   * @returns a function that restores the usual checks
   */
  watch(silenceMs: number): () => void {
    this.#every(silenceMs);
    return () => {
      if (this.#lost === undefined && this.#timer !== undefined) this.start();
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Called when all waiting bytes have left. */
  drained(): void {
    this.#drained = true;
  }

  /** Called on a PONG. */
  ponged(): void {
    if (this.#unanswered === 0) this.#parts.violation('a PONG without a PING');
    else this.#unanswered--;
  }

  #every(silenceMs: number): void {
    this.stop();
    // A carrier that resumes is silent meanwhile, and reports itself when it gives up.
    if (this.#parts.connection.info.resumes) return;
    this.#silent = 0;
    this.#timer = setInterval(() => this.#look(silenceMs), silenceMs / LOOKS);
    this.#timer.unref();
  }

  #look(keepAliveMs: number): void {
    const { connection, outbox } = this.#parts;
    const { bytesQueued } = connection;
    const flows = this.#queuedBytes > 0 && (this.#drained || bytesQueued < this.#queuedBytes);
    const alive = this.heard || flows;
    this.#silent = alive ? 0 : this.#silent + 1;
    this.heard = false;
    this.#drained = false;
    this.#queuedBytes = bytesQueued;
    if (this.#silent === LOOKS - 1) {
      this.stop();
      this.#lost = new ConnectionLostError(
        `it was silent for ${keepAliveMs} ms: the network or its machine is down, or it was too busy to reply; ` +
          'in that case raise options.keepAlive (limits.handshakeMs while connecting) at this end above the time of its longest ' +
          'computation',
      );
      connection.destroy();
    } else if (this.#silent > 0) {
      this.#unanswered++;
      outbox.text(Kind.PING);
    }
  }
}

/** The parts of a {@link SlowSenderTimer}. */
interface SlowSenderParts {
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
 * Ends a session whose peer does not finish a message. There is no timer per message, because a busy peer always has one in progress.
 */
export class SlowSenderTimer {
  readonly #parts: SlowSenderParts;
  /** Whether {@link SlowSenderTimer.check} must be called for the rest of a message. */
  watching = false;
  #timer: Timer | undefined;
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

/** The bytes that wait to leave, and those that have left. */
interface Queued {
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
  #timer: Timer | undefined;
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
