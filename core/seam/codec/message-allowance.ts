import { getHeapStatistics } from 'node:v8';
import { SerializerError } from '../errors.ts';

/** How many bytes of memory a message may keep for each byte of its own. */
export const KEPT_PER_BYTE = 16;

const MIB = 1024 * 1024;

/** What every reader grants any message beyond that: a sender can rely on it. */
const SURE_ALLOWANCE_BYTES = MIB;

const HEAP_BYTES = getHeapStatistics().heap_size_limit;

/** What this process grants: a 64th of its heap, between 1 and 8 MiB. */
const ALLOWANCE_BYTES = Math.min(8 * MIB, Math.max(SURE_ALLOWANCE_BYTES, HEAP_BYTES / 64));

/** No message may keep more than half of the heap, however long it is. */
const MOST_KEPT_BYTES = HEAP_BYTES / 2;

/**
 * What the message being decoded may still cost: 16 bytes of memory for each of its own, and an allowance. Time is charged as memory
 * is: what takes long to make counts as more bytes than it keeps. A session has one, which its codec and everything that
 * revives extensions charge.
 */
export class MessageAllowance {
  #left = 0;
  #messageBytes = 0;
  /** Counts the messages, for those who count something in each. */
  message = 0;

  /** How many bytes the last message that was decoded had, or inflated to. */
  get messageBytes(): number {
    return this.#messageBytes;
  }

  /** A message of so many bytes is going to be decoded. */
  begin(messageBytes: number): void {
    this.message++;
    this.#messageBytes = messageBytes;
    this.#left = Math.min(ALLOWANCE_BYTES + messageBytes * KEPT_PER_BYTE, MOST_KEPT_BYTES);
  }

  /** @throws {@link SerializerError} `INVALID_PAYLOAD` when the message has cost more than it may. */
  charge(bytes: number): void {
    this.#left -= bytes;
    if (this.#left >= 0) return;
    throw new SerializerError(
      `a message of ${this.#messageBytes} bytes would take more memory or time than so many bytes may: send it in pieces, or ` +
        'give this process a larger heap (--max-old-space-size)',
      { code: 'INVALID_PAYLOAD' },
    );
  }
}

/**
 * How many bytes a message of `messageBytes` lacks, so that every reader lets it keep `keptBytes`. Few values are as dense as
 * that: a million pairs of small numbers in MessagePack, for instance. Their sender fills the message up.
 */
export function missingBytes(messageBytes: number, keptBytes: number): number {
  return Math.max(0, Math.ceil((keptBytes - SURE_ALLOWANCE_BYTES) / KEPT_PER_BYTE) - messageBytes);
}
