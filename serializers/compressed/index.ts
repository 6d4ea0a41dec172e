/**
 * The serializer `compressed`: compresses messages of another serializer above a size.
 *
 * @module uactor/serializers/compressed
 */
import { inspect } from 'node:util';
import { asBuffer } from '../../core/seam/codec/carried-classes.ts';
import { CodecFaults, refusePromise } from '../../core/seam/codec/codec-faults.ts';
import { misuse } from '../../core/seam/errors.ts';
import { Output } from '../../core/seam/output.ts';
import type { CalledMethod, Codec, CodecContext, Serializer } from '../../core/seam/serializer.ts';
import { Compression, type CompressionOptions, compressedName } from './compression.ts';

export type { CompressionAlgorithm, CompressionOptions } from './compression.ts';

/** The first byte of a message: the rest is the inner serializer's bytes, or their number and the compressed bytes. */
const AS_IT_IS = 0;
const COMPRESSED = 1;

/** The first byte, and the size of the inflated rest. */
const HEADER_BYTES = 5;

/**
 * Creates a serializer that compresses the messages of another one if they are long enough. Its name consists of the other one's
 * and the algorithm's: `msgpack+deflate`. It accepts the same values as the other one.
 *
 * Each message is compressed by itself. An attacker who can make a peer send chosen text next to a secret can learn the secret
 * from the lengths of messages (as with CRIME on TLS): use it only where all contents of a message belong to one party.
 *
 * @throws TypeError `MISUSE` for a wrong option.
 * @throws `SerializerError` `SERIALIZER_MISSING` when this Node does not have the algorithm.
 */
export function compressed(inner: Serializer, options: CompressionOptions = {}): Serializer {
  const given: unknown = inner;
  if (typeof given !== 'object' && typeof given !== 'function') {
    throw misuse(
      `compressed() takes a Serializer, such as msgpack of uactor/serializers/msgpack; it was given ${inspect(given)}. For a ` +
        'name, use compressed() of uactor',
    );
  }
  const compression = new Compression(options);
  const name = compressedName(inner.name, options);
  return Object.freeze({
    name,
    open: (context: CodecContext): Codec => {
      const { maxMessageBytes = Infinity, inflated } = context;
      return new CompressedCodec(inner.open(context), compression, maxMessageBytes, new CodecFaults(name), inflated);
    },
  });
}

class CompressedCodec implements Codec {
  readonly #inner: Codec;
  readonly #compression: Compression;
  readonly #maxInflatedBytes: number;
  readonly #faults: CodecFaults;
  readonly #inflated: CodecContext['inflated'];
  readonly #written = new Output();

  constructor(
    inner: Codec,
    compression: Compression,
    maxMessageBytes: number,
    faults: CodecFaults,
    inflated: CodecContext['inflated'],
  ) {
    this.#inflated = inflated;
    this.#inner = inner;
    this.#compression = compression;
    // A message may be no larger than the session allows, compressed or not.
    this.#maxInflatedBytes = Math.min(compression.maxInflatedBytes, maxMessageBytes);
    this.#faults = faults;
  }

  encode(value: unknown, output: Output, maxNodes?: number): void {
    const chunks = this.#encodeInner(value, maxNodes);
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const small = this.#compress(chunks, length);
    output.reserve(HEADER_BYTES);
    if (small === undefined) {
      output.buffer[output.position++] = AS_IT_IS;
      for (const chunk of chunks) output.writeOwned(chunk);
      return;
    }
    output.buffer[output.position++] = COMPRESSED;
    output.position = output.buffer.writeUInt32LE(length, output.position);
    output.writeOwned(small);
  }

  decode(bytes: Uint8Array): unknown {
    return this.decodeAt(asBuffer(bytes), 0, bytes.length, false);
  }

  decodeAt(buffer: Buffer, start: number, end: number, owned: boolean): unknown {
    const kind = start < end ? buffer[start] : undefined;
    if (kind === AS_IT_IS) return this.#decodeInner(buffer, start + 1, end, owned);
    if (kind !== COMPRESSED || end - start < HEADER_BYTES) {
      throw this.#faults.invalidPayload('its first bytes are never written');
    }
    const inflated = asBuffer(this.#inflate(buffer.subarray(start, end)));
    this.#inflated?.(inflated.length);
    // The memory contains only this message.
    return this.#decodeInner(inflated, 0, inflated.length, true);
  }

  #decodeInner(buffer: Buffer, start: number, end: number, owned: boolean): unknown {
    const inner = this.#inner;
    if (inner.decodeAt !== undefined) return inner.decodeAt(buffer, start, end, owned);
    return inner.decode(buffer.subarray(start, end));
  }

  discarded(): void {
    this.#inner.discarded?.();
  }

  prepareArguments(args: readonly unknown[], called: CalledMethod): readonly unknown[] {
    return this.#inner.prepareArguments?.(args, called) ?? args;
  }

  prepareResult(result: unknown, called: CalledMethod): unknown {
    return this.#inner.prepareResult === undefined ? result : this.#inner.prepareResult(result, called);
  }

  #encodeInner(value: unknown, maxNodes: number | undefined): readonly Uint8Array[] {
    this.#written.mark();
    try {
      const returned: unknown = this.#inner.encode(value, this.#written, maxNodes);
      if (returned instanceof Promise) refusePromise(returned, 'encode');
    } catch (error) {
      this.#written.rewind();
      throw error;
    }
    return this.#written.take();
  }

  /** Compresses the bytes, unless they are too few, too many, or do not become fewer. */
  #compress(chunks: readonly Uint8Array[], length: number): Uint8Array | undefined {
    const { algorithm, thresholdBytes } = this.#compression;
    if (length < thresholdBytes || length > this.#maxInflatedBytes) return undefined;
    const [only] = chunks;
    const small = algorithm.compress(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks, length));
    return small.length + HEADER_BYTES <= length ? small : undefined;
  }

  #inflate(bytes: Buffer): Uint8Array {
    const length = bytes.readUInt32LE(1);
    if (length > this.#maxInflatedBytes) {
      throw this.#faults.invalidPayload(
        'it inflates to more bytes than allowed (maxInflatedBytes of compressed(), limits.maxMessageBytes)',
      );
    }
    let inflated: Uint8Array | undefined;
    try {
      inflated = this.#compression.algorithm.inflate(bytes.subarray(HEADER_BYTES), length);
    } catch {
      // Reported below. zlib's error about a peer's bytes helps no one, and a payload is never quoted.
    }
    if (inflated !== undefined) return inflated;
    throw this.#faults.invalidPayload('it does not inflate to as many bytes as it states');
  }
}
