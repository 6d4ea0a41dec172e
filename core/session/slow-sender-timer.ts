import type { Limits } from '../seam/limits.ts';
import { clearInterval, setInterval } from '../seam/environment.ts';
import type { BufferedShare } from './buffered-bytes.ts';
import type { CutMessage } from './cut-message.ts';

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
 * because a busy peer has one under way all the time.
 */
export class SlowSenderTimer {
  readonly #parts: SlowSenderParts;
  #timer: NodeJS.Timeout | undefined;
  /** The message under way at the last look, and how many looks have found it. */
  #cut: CutMessage | undefined;
  #looks = 0;

  constructor(parts: SlowSenderParts) {
    this.#parts = parts;
  }

  /** Bytes have arrived. */
  check(): void {
    const { reader, share, trusted, limits } = this.#parts;
    const { cut } = reader;
    share.keep('receiving', cut?.bytes ?? 0);
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
