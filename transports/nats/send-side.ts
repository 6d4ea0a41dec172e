import { advance, ahead, FRAME_COST_BYTES, HEADER_BYTES, Kind, LAST, makeFrame, WINDOW_BYTES } from './frame.ts';
import type { PeerWindow } from './peer-window.ts';

/** The maximum size of a frame, so that it occupies a broker only briefly, whatever the broker would accept. */
const FRAGMENT_BYTES: number = 64 * 1024;

/** A DATA that the peer has not confirmed. */
interface SentFrame {
  readonly frame: Buffer;
  readonly cost: number;
}

/** The progress of this direction's end. */
type End = 'open' | 'asked' | 'sent' | 'confirmed';

/** The parts of a sending half. */
export interface SendSideOptions {
  readonly firstNumber: number;
  readonly maxPayloadBytes: number;
  readonly peer: PeerWindow;
  /** Sends a frame, which remains this object's. */
  readonly publish: (frame: Buffer) => void;
  /** Called when room has become free. */
  readonly retry: () => void;
}

/**
 * The sending half of a connection. It splits written bytes into DATA, of which as many are in transit as the windows of the
 * connection and of the peer's process allow. It keeps them until the peer confirms them, and repeats them from the first missing
 * one.
 */
export class SendSide {
  readonly #options: SendSideOptions;
  readonly #fragmentBytes: number;
  #written: Uint8Array[] = [];
  #writtenBytes = 0;
  #sent: SentFrame[] = [];
  #next: number;
  /** The number of the next byte, and of the byte up to which the peer accepts data. */
  #position: number;
  #credit: number;
  #end: End = 'open';

  constructor(options: SendSideOptions) {
    this.#options = options;
    this.#fragmentBytes = Math.max(1, Math.min(FRAGMENT_BYTES, options.maxPayloadBytes - HEADER_BYTES));
    this.#next = options.firstNumber;
    this.#position = options.firstNumber;
    this.#credit = advance(options.firstNumber, WINDOW_BYTES);
  }

  /** The number of written bytes that are not in transit. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** The number of the next DATA. */
  get next(): number {
    return this.#next;
  }

  /** Whether it waits for the peer's confirmation or credit. */
  get isWaiting(): boolean {
    return this.#sent.length > 0 || this.#writtenBytes > 0 || this.#end === 'asked';
  }

  /** Whether the peer lacks at most the end of this direction. */
  get onlyLacksEnd(): boolean {
    const [first] = this.#sent;
    if (this.#end !== 'sent' || first === undefined) return false;
    // Only the end has no payload, and nothing follows it.
    return first.frame.length === HEADER_BYTES;
  }

  get isDone(): boolean {
    return this.#end === 'confirmed';
  }

  get isEnding(): boolean {
    return this.#end !== 'open';
  }

  write(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      if (chunk.length === 0) continue;
      this.#written.push(chunk);
      this.#writtenBytes += chunk.length;
    }
  }

  /** Sends the end behind the written bytes. */
  end(): void {
    if (this.#end === 'open') this.#end = 'asked';
  }

  /** Sends as much as the windows allow. */
  pump(): void {
    while (this.#writtenBytes > 0 || this.#end === 'asked') {
      const bytes = Math.min(this.#fragmentBytes, this.#writtenBytes);
      const cost = bytes + FRAME_COST_BYTES;
      if (ahead(this.#credit, this.#position) < cost) return;
      if (!this.#options.peer.take(cost, this.#options.retry)) return;
      const isLast = this.#end === 'asked' && bytes === this.#writtenBytes;
      const frame = makeFrame(Kind.data, isLast ? LAST : 0, this.#next, bytes);
      this.#takeInto(frame, bytes);
      if (isLast) this.#end = 'sent';
      this.#sent.push({ frame, cost });
      this.#next = advance(this.#next, 1);
      this.#position = advance(this.#position, cost);
      this.#options.publish(frame);
    }
  }

  /**
   * Handles a frame's numbers: the peer expects the DATA `expected` next, and accepts bytes up to `credit`.
   *
   * @returns whether there was progress.
   */
  confirm(expected: number, credit: number): boolean {
    const more = ahead(credit, this.#credit);
    // Credit never exceeds the window behind the confirmed bytes.
    const credited = more > 0 && ahead(credit, this.#position) <= WINDOW_BYTES;
    if (credited) this.#credit = credit;
    const confirmed = this.#sent.length + ahead(expected, this.#next);
    if (confirmed <= 0 || confirmed > this.#sent.length) return credited;
    const done = this.#sent.splice(0, confirmed);
    if (this.#end === 'sent' && this.#sent.length === 0) this.#end = 'confirmed';
    let bytes = 0;
    for (const { cost } of done) bytes += cost;
    this.#options.peer.giveBack(bytes);
    return true;
  }

  /** Repeats all unconfirmed frames. */
  resend(): void {
    for (const { frame } of this.#sent) this.#options.publish(frame);
  }

  /** Releases everything. */
  discard(): void {
    let bytes = 0;
    for (const { cost } of this.#sent) bytes += cost;
    this.#sent = [];
    this.#written = [];
    this.#writtenBytes = 0;
    this.#options.peer.leave(this.#options.retry);
    if (bytes > 0) this.#options.peer.giveBack(bytes);
  }

  #takeInto(frame: Buffer, bytes: number): void {
    let left = bytes;
    let taken = 0;
    while (left > 0) {
      const chunk = this.#written[taken];
      if (chunk === undefined) break;
      const part = chunk.length <= left ? chunk : chunk.subarray(0, left);
      frame.set(part, frame.length - left);
      left -= part.length;
      if (part === chunk) taken++;
      else this.#written[taken] = chunk.subarray(part.length);
    }
    if (taken > 0) this.#written.splice(0, taken);
    this.#writtenBytes -= bytes;
  }
}
