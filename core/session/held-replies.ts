import { LocalReference } from '../references/local-reference.ts';

/** A reply, and what it hands out. */
interface Held {
  readonly write: () => void;
  readonly handedOut: LocalReference | undefined;
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

  /** Keeps a reply for {@link HeldReplies.writeFirst}. */
  hold(write: () => void): void {
    this.#replies.push({ write, handedOut: undefined });
  }

  /** The same, for a reply that may hand an object out, which nobody else might hold by then. */
  holdResult(result: unknown, write: () => void): void {
    const handedOut = result instanceof LocalReference ? result : undefined;
    handedOut?.addProxy();
    this.#replies.push({ write, handedOut });
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
    first.handedOut?.dropProxy();
  }

  /** Nobody is there to take them any more. */
  discard(): void {
    const unsent = this.#replies.slice(this.#written);
    this.#replies = [];
    this.#written = 0;
    for (const { handedOut } of unsent) handedOut?.dropProxy();
  }
}
