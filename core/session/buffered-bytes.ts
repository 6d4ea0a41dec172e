import { ProxyError } from '../seam/errors.ts';
import { MIN_HIGH_WATER_BYTES, type ProcessLimits } from '../seam/limits.ts';

/** What a session keeps bytes for. */
export type BufferKind = 'queued' | 'waiting' | 'receiving' | 'described';

/** From this part of `limits.maxBufferedBytes` on no session gets more than its minimum. */
const PRESSED_SHARE = 0.5;

/** The session whose bytes a {@link BufferedShare} counts. */
export interface BufferedSession {
  /** Whether it may be ended for the room that it takes: not the pipe between an owner and its actor. */
  readonly evictable: boolean;
  /** The process has little room left: the session looks whether its peer is slow. */
  pressed(): void;
  /** The process has no room left. */
  evicted(reason: string): void;
}

/**
 * How many bytes the sessions of a process keep: messages to be sent, calls to be started, parts of messages, names of members. Each session
 * may have 64 KiB of each kind for nothing.
 */
export class BufferedBytes {
  readonly #limits: () => ProcessLimits;
  /** Those that keep something, the one that has not moved for longest first. */
  readonly #shares = new Set<BufferedShare>();
  #total = 0;
  #pressed = false;

  constructor(limits: () => ProcessLimits) {
    this.#limits = limits;
  }

  /** Whether so much is kept that sessions get no more than their minimum. */
  get pressed(): boolean {
    return this.#pressed;
  }

  /** How much is kept, for messages. */
  get account(): string {
    return `of limits.maxBufferedBytes, ${this.#limits().maxBufferedBytes}, its sessions keep ${this.#total}`;
  }

  /** The share of a session. */
  share(session: BufferedSession): BufferedShare {
    return new BufferedShare(session, this);
  }

  /** A share keeps so many bytes more, or less. */
  count(share: BufferedShare, change: number): void {
    this.#total += change;
    // What moved goes behind what stands still.
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
      const kept = `${this.account}, ${share.bytes} of them in this one, which has not moved for longest`;
      share.close();
      share.session.evicted(kept);
      return;
    }
  }
}

/** What one session keeps of a process's {@link BufferedBytes}. */
export class BufferedShare {
  readonly session: BufferedSession;
  readonly #all: BufferedBytes;
  readonly #kept: Record<BufferKind, number> = { queued: 0, waiting: 0, receiving: 0, described: 0 };
  #closed = false;

  constructor(session: BufferedSession, all: BufferedBytes) {
    this.session = session;
    this.#all = all;
  }

  /** Whether so much is kept by all sessions that none gets more than its minimum. */
  get pressed(): boolean {
    return this.#all.pressed;
  }

  /** Why a call with which `bytesWaiting` bytes would wait to be started in this session does not wait. */
  refusal(bytesWaiting: number): ProxyError {
    return new ProxyError(
      `the other process has no room for calls that wait: ${this.#all.account}, with this call ${bytesWaiting} for the caller's to ` +
        'be started; make it again later',
      { code: 'OVERLOADED', executed: 'no' },
    );
  }

  /** What counts of this session, in bytes. */
  get bytes(): number {
    const { queued, waiting, receiving, described } = this.#kept;
    return queued + waiting + receiving + described;
  }

  /** The session keeps so many bytes of that kind now. */
  keep(kind: BufferKind, bytes: number): void {
    const counted = this.#closed || bytes <= MIN_HIGH_WATER_BYTES ? 0 : bytes;
    const change = counted - this.#kept[kind];
    if (change === 0) return;
    this.#kept[kind] = counted;
    this.#all.count(this, change);
  }

  /** The session ends: what it still has is on its way out. */
  close(): void {
    for (const kind of ['queued', 'waiting', 'receiving', 'described'] as const) this.keep(kind, 0);
    this.#closed = true;
  }
}

/** The bytes of a peer's calls that wait to be started, for their turn or for the peer to take replies. */
export class WaitingBytes {
  readonly #share: BufferedShare;
  bytes = 0;

  constructor(share: BufferedShare) {
    this.#share = share;
  }

  /**
   * Counts a call that is going to wait.
   *
   * @returns why it cannot: while the process has little room left it waits at its caller
   */
  add(bytes: number): Error | undefined {
    // It has arrived whole.
    this.#share.keep('receiving', 0);
    const waiting = this.bytes + bytes;
    if (this.#share.pressed && waiting > MIN_HIGH_WATER_BYTES) return this.#share.refusal(waiting);
    this.#set(waiting);
    return undefined;
  }

  /** A call that waited has begun, or was given up. */
  remove(bytes: number): void {
    this.#set(this.bytes - bytes);
  }

  #set(bytes: number): void {
    this.bytes = bytes;
    this.#share.keep('waiting', bytes);
  }
}
