import { getHeapStatistics } from 'node:v8';
import { SerializerError } from '../errors.ts';

/** The memory that a message may take for each of its bytes, in bytes. */
export const KEPT_PER_BYTE = 16;

const MIB = 1024 * 1024;

/** The minimum that every reader grants in addition: a sender can rely on it. */
const SURE_ALLOWANCE_BYTES = MIB;

const HEAP_BYTES = getHeapStatistics().heap_size_limit;

/** The amount that this process grants: a 64th of its heap, between 1 and 8 MiB. */
const ALLOWANCE_BYTES = Math.min(8 * MIB, Math.max(SURE_ALLOWANCE_BYTES, HEAP_BYTES / 64));

/** No message may take more than half of the heap, of whatever length. */
const MOST_KEPT_BYTES = HEAP_BYTES / 2;

/** What a message may cost beyond what its sender counts on, for what its sender cannot know. */
export const UNSURE_BYTES: number = (ALLOWANCE_BYTES - SURE_ALLOWANCE_BYTES) / 2;

/** What a message of so many bytes may cost. */
export function grantedBytes(messageBytes: number): number {
  return Math.min(ALLOWANCE_BYTES + messageBytes * KEPT_PER_BYTE, MOST_KEPT_BYTES);
}

/**
 * The remaining cost of the message being decoded: 16 bytes of memory for each of its bytes, and an allowance. Time is charged as
 * memory: a value that takes long to create counts as more bytes than it occupies. A session has one; its codec and all code that
 * revives extensions charge it.
 */
export class MessageAllowance {
  #left = 0;
  #messageBytes = 0;
  /** The number of messages so far, for code that counts per message. */
  message = 0;

  /** The size of the last message that was decoded, inflated if it was compressed. */
  get messageBytes(): number {
    return this.#messageBytes;
  }

  /** Called before a message of this size is decoded. */
  begin(messageBytes: number): void {
    this.message++;
    this.#messageBytes = messageBytes;
    this.#left = grantedBytes(messageBytes);
  }

  /**
   * Charges a cost.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD` when the message exceeds its allowance.
   */
  charge(bytes: number): void {
    this.#left -= bytes;
    if (this.#left >= 0) return;
    throw new SerializerError(
      `a message of ${this.#messageBytes} bytes would take more memory or time than a message of this size may: send it in pieces, or ` +
        'give this process a larger heap (--max-old-space-size)',
      { code: 'INVALID_PAYLOAD' },
    );
  }
}

/**
 * Returns how many bytes a message of `messageBytes` is too short for every reader to accept `keptBytes`. Few values are that
 * dense, such as a million pairs of small numbers in MessagePack. Their sender pads the message.
 */
export function missingBytes(messageBytes: number, keptBytes: number): number {
  return Math.max(0, Math.ceil((keptBytes - SURE_ALLOWANCE_BYTES) / KEPT_PER_BYTE) - messageBytes);
}
