import { pinProxies } from '../proxy/pinned-proxies.ts';
import { LocalReference } from '../references/local-reference.ts';

/** A reply, and what it hands out. */
interface Held {
  readonly write: () => void;
  readonly handedOut: LocalReference | undefined;
  /** Lets go of the proxies in it. */
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

  get size(): number {
    return this.#replies.length - this.#written;
  }

  /** Keeps a reply for {@link HeldReplies.writeFirst}, and what it hands out, which nobody else might hold by then. */
  hold(value: unknown, write: () => void): void {
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

  /** Nobody is there to take them any more. */
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
