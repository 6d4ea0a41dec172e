import { LENGTH_BYTES } from './message.ts';

/** The room for a message that is still arriving grows from here, so that an announced length alone costs nothing. */
const FIRST_ROOM_BYTES = 64 * 1024;
/** It grows to so many times what has arrived: the system gives memory only when something is written there. */
const GROWTH = 32;

/**
 * Finds the messages in a stream of chunks. A message that lies whole in one chunk is handed on where it lies; only one
 * that is cut is collected into memory of its own.
 */
export class Framer {
  readonly #maxBytes: number;
  readonly #message: (buffer: Buffer, start: number, end: number) => void;
  readonly #oversized: (bytes: number) => void;
  /** What has arrived of a message that is not complete, its length field included. */
  #partial: Buffer | undefined;
  #have = 0;
  #stopped = false;

  /**
   * @param maxBytes - The largest message to accept, in bytes, its length field not counted.
   * @param message - Given each message, without its length field; the memory may change after the call.
   * @param oversized - Called once when the peer announces more than `maxBytes`, or nothing at all; no message follows.
   */
  constructor(
    maxBytes: number,
    message: (buffer: Buffer, start: number, end: number) => void,
    oversized: (bytes: number) => void,
  ) {
    this.#maxBytes = maxBytes;
    this.#message = message;
    this.#oversized = oversized;
  }

  /** Whether part of a message has arrived and the rest has not. */
  get cut(): boolean {
    return this.#have > 0;
  }

  /** No message is handed on any more, not even those in the chunk under way. */
  stop(): void {
    this.#stopped = true;
    this.#partial = undefined;
    this.#have = 0;
  }

  /** Takes the next chunk of the stream. */
  push(chunk: Uint8Array): void {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = this.#have > 0 ? this.#complete(buffer) : 0;
    while (!this.#stopped && buffer.length - at >= LENGTH_BYTES) {
      const length = buffer.readUInt32LE(at);
      if (!this.#accepts(length)) return;
      const end = at + LENGTH_BYTES + length;
      if (end > buffer.length) break;
      this.#message(buffer, at + LENGTH_BYTES, end);
      at = end;
    }
    if (!this.#stopped && at < buffer.length) this.#keep(buffer, at);
  }

  #accepts(length: number): boolean {
    if (length > 0 && length <= this.#maxBytes) return true;
    this.stop();
    this.#oversized(length);
    return false;
  }

  /** Adds to the message under way, hands it on when it is whole, and says how much of the chunk that took. */
  #complete(buffer: Buffer): number {
    let at = 0;
    if (this.#have < LENGTH_BYTES) {
      at = this.#append(buffer, 0, Math.min(LENGTH_BYTES - this.#have, buffer.length));
      if (this.#have < LENGTH_BYTES) return at;
    }
    const partial = this.#partial;
    if (partial === undefined) return at;
    const length = partial.readUInt32LE(0);
    if (!this.#accepts(length)) return at;
    const missing = LENGTH_BYTES + length - this.#have;
    at = this.#append(buffer, at, Math.min(at + missing, buffer.length), LENGTH_BYTES + length);
    if (this.#have < LENGTH_BYTES + length) return at;
    const whole = this.#partial ?? partial;
    const end = this.#have;
    this.#partial = undefined;
    this.#have = 0;
    this.#message(whole, LENGTH_BYTES, end);
    return at;
  }

  #keep(buffer: Buffer, at: number): void {
    const known = buffer.length - at >= LENGTH_BYTES;
    this.#append(buffer, at, buffer.length, known ? LENGTH_BYTES + buffer.readUInt32LE(at) : LENGTH_BYTES);
  }

  #append(buffer: Buffer, from: number, to: number, wholeBytes = LENGTH_BYTES): number {
    const need = this.#have + to - from;
    if (this.#partial === undefined || this.#partial.length < need) {
      const room = Math.min(wholeBytes, Math.max(FIRST_ROOM_BYTES, GROWTH * need));
      const grown = Buffer.allocUnsafeSlow(Math.max(room, need));
      this.#partial?.copy(grown, 0, 0, this.#have);
      this.#partial = grown;
    }
    buffer.copy(this.#partial, this.#have, from, to);
    this.#have = need;
    return to;
  }
}
