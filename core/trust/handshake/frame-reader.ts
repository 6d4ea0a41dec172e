const LENGTH_BYTES = 4;

/** The outcome of a chunk. */
export type FrameProgress =
  | { readonly kind: 'partial' }
  | {
      readonly kind: 'frame';
      readonly payload: Uint8Array;
      /** The bytes behind the frame, in the chunk's memory. */
      readonly rest: Uint8Array;
    }
  | {
      readonly kind: 'invalid';
      /** The length that the frame announces. */
      readonly claimedBytes: number;
    };

/**
 * Splits a stream into handshake messages: a 32-bit little-endian length, then as many bytes. Memory for a message is allocated
 * after its length was checked, and an illegal length is reported with its fourth byte.
 */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #length: Buffer = Buffer.alloc(LENGTH_BYTES);
  #lengthFilled = 0;
  #payload: Uint8Array | undefined;
  #payloadFilled = 0;

  /** @param maxBytes The maximum size of a message, without its length. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Reads a chunk up to the end of the first message in it. Bytes that are kept are copied. */
  read(chunk: Uint8Array): FrameProgress {
    const lengthPart = chunk.subarray(0, LENGTH_BYTES - this.#lengthFilled);
    this.#length.set(lengthPart, this.#lengthFilled);
    this.#lengthFilled += lengthPart.length;
    if (this.#lengthFilled < LENGTH_BYTES) return { kind: 'partial' };

    const claimedBytes = this.#length.readUInt32LE(0);
    if (claimedBytes === 0 || claimedBytes > this.#maxBytes) return { kind: 'invalid', claimedBytes };

    this.#payload ??= new Uint8Array(claimedBytes);
    const payload = this.#payload;
    const payloadPart = chunk.subarray(lengthPart.length, lengthPart.length + claimedBytes - this.#payloadFilled);
    payload.set(payloadPart, this.#payloadFilled);
    this.#payloadFilled += payloadPart.length;
    if (this.#payloadFilled < claimedBytes) return { kind: 'partial' };

    this.#lengthFilled = 0;
    this.#payload = undefined;
    this.#payloadFilled = 0;
    return { kind: 'frame', payload, rest: chunk.subarray(lengthPart.length + payloadPart.length) };
  }
}

/** Returns the chunks of one message: its length, then the message. */
export function framed(payload: Uint8Array): readonly Uint8Array[] {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(payload.length);
  return [length, payload];
}
