import { LENGTH_BYTES } from './message.ts';

/** The initial memory for an incomplete message, so that an announced length alone costs nothing. */
const FIRST_ROOM_BYTES = 64 * 1024;
/** Memory grows to this multiple of the bytes that have arrived: the operating system only provides it when it is written to. */
const GROWTH = 32;
/** From this many missing bytes on, the message is read directly into its memory. */
const MIN_WANTED_BYTES = 16 * 1024;

/** A message of which only the beginning has arrived. Collects the rest in the message's own memory. */
export class CutMessage {
  /** The part of the length field that has arrived, then the length. */
  readonly #head = Buffer.alloc(LENGTH_BYTES);
  #headBytes = 0;
  #memory: Buffer = this.#head;
  /** The bytes of the message in the memory, without its length field. */
  #have = 0;
  #length: number | undefined;

  /** Starts with the bytes of `buffer` from `at` to `end`. */
  constructor(buffer: Buffer, at: number, end: number) {
    const headed = this.addLength(buffer, at, end);
    if (this.#length !== undefined) this.add(buffer, headed, end);
  }

  /** The length of the message; `undefined` until it has arrived. */
  get length(): number | undefined {
    return this.#length;
  }

  /** The bytes that have arrived, including the length field. */
  get bytes(): number {
    return this.#headBytes + this.#have;
  }

  get whole(): boolean {
    return this.#have === this.#length;
  }

  /** The complete message; see {@link CutMessage.whole}. */
  get memory(): Buffer {
    return this.#memory;
  }

  /** Adds missing bytes of the length, up to `end`. Returns the position behind them. */
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

  /** Adds missing bytes of the message, up to `end`. Returns the position behind them. */
  add(buffer: Buffer, at: number, end: number): number {
    const length = this.#length ?? 0;
    const to = Math.min(at + length - this.#have, end);
    this.#reserve(this.#have + to - at, length);
    buffer.copy(this.#memory, this.#have, at, to);
    this.#have += to - at;
    return to;
  }

  /** Memory for the next bytes, if many are missing. */
  get wanted(): Uint8Array | undefined {
    const length = this.#length ?? 0;
    if (length - this.#have < MIN_WANTED_BYTES) return undefined;
    if (this.#memory.length === this.#have) this.#reserve(this.#have + 1, length);
    return this.#memory.subarray(this.#have);
  }

  /** Called when this many bytes were written there. Returns whether the message is complete. */
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
