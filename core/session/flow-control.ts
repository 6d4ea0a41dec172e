/**
 * Bounds on the bytes that wait: the credit of calls that were sent and not started, in both directions, and the bytes that each session
 * and the whole process buffer.
 */
import { ProxyError } from '../seam/errors.ts';
import { MIN_HIGH_WATER_BYTES, type ProcessLimits } from '../seam/limits.ts';

/** The largest credit that is announced, in bytes: a CREDIT's number must be able to hold it. */
const MAX_CREDIT_BYTES = 2 ** 40;

/** Returns the credit in bytes that an end with these limits announces. */
export function creditOf({ highWaterBytes }: { readonly highWaterBytes: number }): number {
  return Math.min(highWaterBytes, MAX_CREDIT_BYTES);
}

/**
 * Limits the bytes of calls that this end sends before the peer has started them. Calls have their own credit, so that an end
 * never has to stop reading, and replies always get through. Otherwise two ends that both send more than the other accepts would
 * wait for each other for ever.
 */
export class SenderCredit {
  /** Until the peer has greeted, the minimum that every end accepts. */
  #creditBytes = MIN_HIGH_WATER_BYTES;
  /** The bytes sent and not returned by a CREDIT. */
  #usedBytes = 0;

  /** Whether another call may be sent, of any size. */
  get open(): boolean {
    return this.#usedBytes < this.#creditBytes;
  }

  /** Sets the credit that the peer announced; a peer that announces none has no limit. */
  announced(creditBytes: number): void {
    this.#creditBytes = creditBytes;
  }

  /** Counts a sent call of this size. */
  use(bytes: number): void {
    this.#usedBytes += bytes;
  }

  /** Counts bytes of calls that the peer has started. Returns `false` when there are more than were sent. */
  giveBack(bytes: number): boolean {
    if (bytes > this.#usedBytes) return false;
    this.#usedBytes -= bytes;
    return true;
  }
}

/** The receiver's part: detects a peer that exceeds its credit, and returns credit for started calls. */
export class ReceiverCredit {
  readonly #creditBytes: number;
  readonly #giveBack: (bytes: number) => void;
  /** The bytes that arrived and were not returned; of these, the ones that have started. */
  #usedBytes = 0;
  #startedBytes = 0;

  /** @param giveBack - Sends a CREDIT. Called for half of the credit at a time, so that small calls cost nothing. */
  constructor(creditBytes: number, giveBack: (bytes: number) => void) {
    this.#creditBytes = creditBytes;
    this.#giveBack = giveBack;
  }

  /** Counts an arrived call. Returns `false` when it exceeds the credit, which breaks the protocol. */
  arrived(bytes: number): boolean {
    if (this.#usedBytes >= this.#creditBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }

  /** Counts a call that was started or rejected. */
  started(bytes: number): void {
    this.#startedBytes += bytes;
    if (this.#startedBytes < this.#creditBytes / 2) return;
    const started = this.#startedBytes;
    this.#usedBytes -= started;
    this.#startedBytes = 0;
    this.#giveBack(started);
  }
}

/** Alternates between waiting calls and waiting replies, so that neither uses all the room. */
export class Turns {
  /** Whether replies are written first the next time there is room. */
  #inboundFirst = true;

  /** Called when there is room. Returns whether anything still waits. */
  useRoom(
    inbound: { readonly waits: boolean; drained(): void },
    outbound: { readonly waiting: number; sendWaiting(): void },
  ): boolean {
    const inboundFirst = this.#inboundFirst;
    this.#inboundFirst = !inboundFirst;
    if (inboundFirst) inbound.drained();
    outbound.sendWaiting();
    if (!inboundFirst) inbound.drained();
    return outbound.waiting > 0 || inbound.waits;
  }
}

/** The purposes for which a session buffers bytes. */
type BufferKind = 'queued' | 'waiting' | 'receiving' | 'described';

/** The share of `limits.maxBufferedBytes` from which on each session gets only its minimum. */
const PRESSED_SHARE = 0.5;

/** The session of a {@link BufferedShare}. */
interface BufferedSession {
  /** Whether it may be ended to free memory: not the pipe between an owner and its actor. */
  readonly evictable: boolean;
  /** Called when the process is short of memory: the session checks whether its peer is slow. */
  pressed(): void;
  /** Called when the process has no memory left: ends the session. */
  evicted(reason: string): void;
}

/**
 * The bytes that the sessions of a process buffer: messages to send, calls to start, incomplete messages, member names. Each
 * session may have 64 KiB of each kind without being counted.
 */
export class BufferedBytes {
  readonly #limits: () => ProcessLimits;
  /** Shares that buffer bytes, in the order of their last progress. */
  readonly #shares = new Set<BufferedShare>();
  #total = 0;
  #pressed = false;

  constructor(limits: () => ProcessLimits) {
    this.#limits = limits;
  }

  /** Whether memory is short, so that each session gets only its minimum. */
  get pressed(): boolean {
    return this.#pressed;
  }

  /** Describes the buffered bytes, for messages. */
  get account(): string {
    return `its sessions keep ${this.#total} of at most ${this.#limits().maxBufferedBytes} bytes (limits.maxBufferedBytes)`;
  }

  /** Creates the share of a session. */
  share(session: BufferedSession): BufferedShare {
    return new BufferedShare(session, this);
  }

  /** Adds a share's change, positive or negative. */
  count(share: BufferedShare, change: number): void {
    this.#total += change;
    // A share that made progress moves behind those that did not.
    if (change < 0) this.#shares.delete(share);
    if (share.bytes > 0) this.#shares.add(share);
    const { maxBufferedBytes } = this.#limits();
    const wasPressed = this.#pressed;
    this.#pressed = this.#total > maxBufferedBytes * PRESSED_SHARE;
    if (this.#pressed && !wasPressed) for (const each of this.#shares) each.session.pressed();
    if (this.#total > maxBufferedBytes && change > 0) this.#evict();
  }

  #evict(): void {
    for (const share of this.#shares) {
      if (!share.session.evictable) continue;
      const kept = `${this.account}, ${share.bytes} of them in this session, which has been idle for longest`;
      share.close();
      share.session.evicted(kept);
      return;
    }
  }
}

/** One session's part of a process's {@link BufferedBytes}. */
export class BufferedShare {
  readonly session: BufferedSession;
  readonly #all: BufferedBytes;
  readonly #kept: Record<BufferKind, number> = { queued: 0, waiting: 0, receiving: 0, described: 0 };
  #closed = false;

  constructor(session: BufferedSession, all: BufferedBytes) {
    this.session = session;
    this.#all = all;
  }

  /** Whether memory is short, so that each session gets only its minimum. */
  get pressed(): boolean {
    return this.#all.pressed;
  }

  /** Returns the error of a call that may not wait in this session, because `bytesWaiting` bytes would then wait. */
  refusal(bytesWaiting: number): ProxyError {
    return new ProxyError(
      `the other process has no room for another waiting call: ${this.#all.account}, and with this call, the calls of this session ` +
        `that wait would take ${bytesWaiting}; send it again later`,
      { code: 'OVERLOADED', executed: 'no' },
    );
  }

  /** The bytes of this session that count. */
  get bytes(): number {
    const { queued, waiting, receiving, described } = this.#kept;
    return queued + waiting + receiving + described;
  }

  /** Sets how many bytes of a kind the session buffers. */
  keep(kind: BufferKind, bytes: number): void {
    const counted = this.#closed || bytes <= MIN_HIGH_WATER_BYTES ? 0 : bytes;
    const change = counted - this.#kept[kind];
    if (change === 0) return;
    this.#kept[kind] = counted;
    this.#all.count(this, change);
  }

  /** Called when the session ends: its remaining bytes will be freed soon. */
  close(): void {
    for (const kind of ['queued', 'waiting', 'receiving', 'described'] as const) this.keep(kind, 0);
    this.#closed = true;
  }
}

/** The bytes of a peer's calls that wait to start, because of earlier calls or because the peer does not read its replies. */
export class WaitingBytes {
  readonly #share: BufferedShare;
  bytes = 0;

  constructor(share: BufferedShare) {
    this.#share = share;
  }

  /**
   * Counts a call that has to wait.
   *
   * @returns the error when it cannot wait: while memory is short, it has to wait at its caller
   */
  add(bytes: number): Error | undefined {
    // The call is complete.
    this.#share.keep('receiving', 0);
    const waiting = this.bytes + bytes;
    if (this.#share.pressed && waiting > MIN_HIGH_WATER_BYTES) return this.#share.refusal(waiting);
    this.#set(waiting);
    return undefined;
  }

  /** Called when a waiting call has started or was given up. */
  remove(bytes: number): void {
    this.#set(this.bytes - bytes);
  }

  #set(bytes: number): void {
    this.bytes = bytes;
    this.#share.keep('waiting', bytes);
  }
}
