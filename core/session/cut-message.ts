import { LENGTH_BYTES } from './message.ts';

/** The room for a message that is still arriving grows from here, so that an announced length alone costs nothing. */
const FIRST_ROOM_BYTES = 64 * 1024;
/** It grows to so many times what has arrived: the system gives memory only when something is written there. */
const GROWTH = 32;
/** As much as this is worth a read of its own. */
const MIN_WANTED_BYTES = 16 * 1024;

/** A message of which the beginning has arrived: collects the rest, in memory that stays the message's. */
export class CutMessage {
  /** The length field, as far as it has arrived, and then the length. */
  readonly #head = Buffer.alloc(LENGTH_BYTES);
  #headBytes = 0;
  #memory: Buffer = this.#head;
  /** How much of the message is in the memory, its length field not counted. */
  #have = 0;
  #length: number | undefined;

  /** It begins in `buffer` at `at`, and goes on at least to `end`. */
  constructor(buffer: Buffer, at: number, end: number) {
    const headed = this.addLength(buffer, at, end);
    if (this.#length !== undefined) this.add(buffer, headed, end);
  }

  /** The length of the message; `undefined` while that has not arrived. */
  get length(): number | undefined {
    return this.#length;
  }

  /** How much of it has arrived, its length field included. */
  get bytes(): number {
    return this.#headBytes + this.#have;
  }

  get whole(): boolean {
    return this.#have === this.#length;
  }

  /** The message, when it is {@link CutMessage.whole}. */
  get memory(): Buffer {
    return this.#memory;
  }

  /** Takes what is missing of the length, up to `end`. Returns where that ends. */
  addLength(buffer: Buffer, at: number, end: number): number {
    if (this.#length !== undefined) return at;
    const to = Math.min(at + LENGTH_BYTES - this.#headBytes, end);
    buffer.copy(this.#head, this.#headBytes, at, to);
    this.#headBytes += to - at;
    if (this.#headBytes === LENGTH_BYTES) {
      this.#length = this.#head.readUInt32LE(0);
      this.#memory = Buffer.alloc(0);
    }
    return to;
  }

  /** Takes what is missing of the message, up to `end`. Returns where that ends. */
  add(buffer: Buffer, at: number, end: number): number {
    const length = this.#length ?? 0;
    const to = Math.min(at + length - this.#have, end);
    this.#reserve(this.#have + to - at, length);
    buffer.copy(this.#memory, this.#have, at, to);
    this.#have += to - at;
    return to;
  }

  /** Memory for what comes next, where that is much. */
  get wanted(): Uint8Array | undefined {
    const length = this.#length ?? 0;
    if (length - this.#have < MIN_WANTED_BYTES) return undefined;
    if (this.#memory.length === this.#have) this.#reserve(this.#have + 1, length);
    return this.#memory.subarray(this.#have);
  }

  /** So many bytes were put there. Returns whether the message is whole. */
  fill(bytes: number): boolean {
    this.#have += bytes;
    return this.whole;
  }

  #reserve(need: number, length: number): void {
    if (this.#memory.length >= need) return;
    const room = Math.max(need, Math.min(length, Math.max(FIRST_ROOM_BYTES, GROWTH * need)));
    const grown = Buffer.allocUnsafeSlow(room);
    this.#memory.copy(grown, 0, 0, this.#have);
    this.#memory = grown;
  }
}
