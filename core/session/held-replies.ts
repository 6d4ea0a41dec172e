import { pinProxies } from '../proxy/pinned-proxies.ts';
import { LocalReference } from '../references/local-reference.ts';
import type { Outbox } from './outbox.ts';

/** A waiting reply with the references in its value. */
interface Held {
  readonly write: () => void;
  readonly handedOut: LocalReference | undefined;
  /** Releases the proxies in the value. */
  readonly unpin: (() => void) | undefined;
}

/**
 * Replies to a peer that reads more slowly than its calls end: their methods started while there was room and ended when there
 * was none. They wait unencoded, because their bytes can be a multiple of the size of the values.
 */
export class HeldReplies {
  #replies: Held[] = [];
  /** The number of replies already written. */
  #written = 0;
  readonly #outbox: Outbox;
  /** Functions that continue the claims waiting for room. */
  #claims: (() => void)[] = [];

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Whether anything waits for room. */
  get waits(): boolean {
    return this.size > 0 || this.#claims.length > 0;
  }

  get size(): number {
    return this.#replies.length - this.#written;
  }

  /** Calls `write` after the message being written, or when there is room. */
  later(value: unknown, write: () => void): void {
    if (this.#outbox.busy) this.#outbox.afterwards(write);
    else this.#hold(value, write);
  }

  /** Resolves when there is room for the reply to a claim. */
  room(): Promise<void> {
    this.#outbox.roomWanted = true;
    return new Promise((resolve) => {
      this.#claims.push(resolve);
    });
  }

  /** Called when there is room: waiting claims continue. */
  goOn(): void {
    const claims = this.#claims;
    this.#claims = [];
    for (const resolve of claims) resolve();
  }

  /**
   * Keeps a reply for {@link HeldReplies.writeFirst}, and holds the references in its value, which might otherwise be released
   * before.
   */
  #hold(value: unknown, write: () => void): void {
    this.#outbox.roomWanted = true;
    const handedOut = value instanceof LocalReference ? value : undefined;
    handedOut?.addProxy();
    this.#replies.push({ write, handedOut, unpin: pinProxies(value) });
  }

  /** Writes the oldest reply. */
  writeFirst(): void {
    const first = this.#replies[this.#written];
    if (first === undefined) return;
    this.#written++;
    if (this.size === 0) {
      this.#replies = [];
      this.#written = 0;
    }
    first.write();
    letGo(first);
  }

  /** Drops all replies, because their receiver is gone. */
  discard(): void {
    const unsent = this.#replies.slice(this.#written);
    this.#replies = [];
    this.#written = 0;
    for (const held of unsent) letGo(held);
  }
}

function letGo({ handedOut, unpin }: Held): void {
  handedOut?.dropProxy();
  unpin?.();
}
