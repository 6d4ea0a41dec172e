/** The memory that small writes share. */
const SLAB_BYTES = 64 * 1024;

/** From this size on, given-away bytes are sent without being copied between their neighbours. */
const OWNED_THRESHOLD_BYTES = 16 * 1024;

/** Larger memory is freed instead of being kept for the next messages. */
const MOST_REUSED_BYTES = SLAB_BYTES;

/** Text up to this length is given the most room its encoding can need; longer text is measured first. */
const MEASURED_TEXT_LENGTH = 4096;

/**
 * Growing memory for messages, one after the other, until {@link Output.take} passes them to a connection. Codecs append to it,
 * either with the `write…` methods or, where every nanosecond counts, with {@link Output.reserve} and by writing into {@link
 * Output.buffer} themselves.
 *
 * Taken memory is not written again before {@link Output.reuse}: a full buffer is replaced.
 */
export class Output {
  /** The memory being written. Only the reserved bytes from {@link Output.position} on may be written. */
  buffer: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
  /** The index of the next byte in {@link Output.buffer}; code that writes there advances it. */
  position = 0;
  /** The start of the current chunk in `buffer`. */
  #start = 0;
  #chunks: Uint8Array[] = [];
  #chunkBytes = 0;
  /** A view of the beginning of `buffer`, reused because many messages have the same length. */
  #view: Buffer | undefined = undefined;

  #markBuffer: Buffer = this.buffer;
  #markPosition = 0;
  #markStart = 0;
  #markChunks = 0;
  #markChunkBytes = 0;

  /** The number of bytes written since the last {@link Output.take}. */
  get length(): number {
    return this.#chunkBytes + this.position - this.#start;
  }

  /** Makes room for `bytes` more, contiguously, at {@link Output.position}. May replace {@link Output.buffer}. */
  reserve(bytes: number): void {
    if (this.buffer.length - this.position >= bytes) return;
    this.#closeChunk();
    this.buffer = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
    this.position = 0;
    this.#start = 0;
  }

  /** Appends a copy of `bytes`. */
  write(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.position);
    this.position += bytes.length;
  }

  /** Appends `bytes`, which then belong to the output; large ones are sent without a copy. */
  writeOwned(bytes: Uint8Array): void {
    if (bytes.length < OWNED_THRESHOLD_BYTES) {
      this.write(bytes);
      return;
    }
    this.#closeChunk();
    this.#chunks.push(bytes);
    this.#chunkBytes += bytes.length;
  }

  /** Appends `text` in the given encoding. */
  writeText(text: string, encoding: 'latin1' | 'utf16le' | 'utf8'): void {
    const roomy = text.length <= MEASURED_TEXT_LENGTH;
    this.reserve(roomy ? text.length * 3 : Buffer.byteLength(text, encoding));
    this.position += this.buffer.write(text, this.position, encoding);
  }

  /** Remembers the position for {@link Output.rewind}; only one position is kept. */
  mark(): void {
    this.#markBuffer = this.buffer;
    this.#markPosition = this.position;
    this.#markStart = this.#start;
    this.#markChunks = this.#chunks.length;
    this.#markChunkBytes = this.#chunkBytes;
  }

  /** Removes everything that was written since {@link Output.mark}. */
  rewind(): void {
    this.buffer = this.#markBuffer;
    this.position = this.#markPosition;
    this.#start = this.#markStart;
    this.#chunks.length = this.#markChunks;
    this.#chunkBytes = this.#markChunkBytes;
  }

  /** Returns everything that was written, in order, and starts again. The memory is not touched before {@link Output.reuse}. */
  take(): readonly Uint8Array[] {
    this.#closeChunk();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#chunkBytes = 0;
    return chunks;
  }

  /** Called when the taken bytes are no longer needed: small memory is reused from its beginning. */
  reuse(): void {
    if (this.length > 0 || this.buffer.length > MOST_REUSED_BYTES) return;
    this.position = 0;
    this.#start = 0;
  }

  #closeChunk(): void {
    if (this.position === this.#start) return;
    this.#chunks.push(this.#start === 0 ? this.#beginning() : this.buffer.subarray(this.#start, this.position));
    this.#chunkBytes += this.position - this.#start;
    this.#start = this.position;
  }

  #beginning(): Buffer {
    const view = this.#view;
    if (view?.length === this.position && view.buffer === this.buffer.buffer) return view;
    this.#view = this.buffer.subarray(0, this.position);
    return this.#view;
  }
}
