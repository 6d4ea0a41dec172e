import { pinProxies } from '../proxy/pinned-proxies.ts';
import { LocalReference } from '../references/local-reference.ts';
import type { Outbox } from './outbox.ts';

/** A reply, and what it hands out. */
interface Held {
  readonly write: () => void;
  readonly handedOut: LocalReference | undefined;
  /** Releases the proxies in it. */
  readonly unpin: (() => void) | undefined;
}

/**
 * The replies to a peer that does not take them as fast as its calls end: those of methods that began while there was
 * room and ended when there was none. They wait as they are, because the bytes of many answers can be a multiple of the
 * values that they are made of.
 */
export class HeldReplies {
  #replies: Held[] = [];
  /** How many of them were written already. */
  #written = 0;
  readonly #outbox: Outbox;
  /** Goes on with each claim that waits for room. */
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

  /** Has `write` called when the message being written is done, or when there is room. */
  later(value: unknown, write: () => void): void {
    if (this.#outbox.busy) this.#outbox.afterwards(write);
    else this.#hold(value, write);
  }

  /** Resolves when there is room for the answer to a claim. */
  room(): Promise<void> {
    this.#outbox.roomWanted = true;
    return new Promise((resolve) => {
      this.#claims.push(resolve);
    });
  }

  /** Room came: the claims that wait go on. */
  goOn(): void {
    const claims = this.#claims;
    this.#claims = [];
    for (const resolve of claims) resolve();
  }

  /** Keeps a reply for {@link HeldReplies.writeFirst}, and what it hands out, which nobody else might hold by then. */
  #hold(value: unknown, write: () => void): void {
    this.#outbox.roomWanted = true;
    const handedOut = value instanceof LocalReference ? value : undefined;
    handedOut?.addProxy();
    this.#replies.push({ write, handedOut, unpin: pinProxies(value) });
  }

  /** Writes the one that waits longest. */
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

  /** No receiver is left for them. */
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
