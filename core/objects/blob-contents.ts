import { SerializerError } from '../seam/errors.ts';

/** The contents of Blobs about to be sent: reading a Blob is asynchronous, encoding a message is not. */
const contents = new WeakMap<Blob, Uint8Array>();

/** Returns the bytes of a Blob that was read; `undefined` if it still has to be. */
export function contentOf(blob: Blob): Uint8Array | undefined {
  return blob.size === 0 ? new Uint8Array() : contents.get(blob);
}

/** @throws {@link SerializerError} `UNSERIALIZABLE` for a Blob that is too large for a message. */
export function demandSize({ size }: Blob, maxMessageBytes: number): void {
  if (size <= maxMessageBytes) return;
  throw new SerializerError(
    `this Blob has ${size} bytes, and limits.maxMessageBytes is ${maxMessageBytes}: send its stream(), or raise the limit`,
  );
}

/** Thrown when a message contains unread Blobs: it must be encoded again after they were read. */
export class UnreadBlobs extends SerializerError {
  readonly #blobs: readonly Blob[];

  constructor(blobs: readonly Blob[]) {
    super('a Blob that a getter creates on each access cannot be sent: keep it in a variable');
    this.#blobs = blobs;
  }

  /** The error for the sender if the message contains unread Blobs again. */
  get refusal(): SerializerError {
    return new SerializerError(this.message);
  }

  /**
   * Reads the Blobs.
   *
   * @param then - Called afterwards, with the error if one cannot be read, for instance because its file has changed.
   */
  async read(then: (failure: unknown) => void): Promise<void> {
    let failure: unknown;
    try {
      for (const blob of this.#blobs) contents.set(blob, new Uint8Array(await blob.arrayBuffer()));
    } catch (cause) {
      failure = new SerializerError('a Blob cannot be sent, because it cannot be read; see the cause', { cause });
    }
    then(failure);
  }

  /** Called when the message was encoded: frees the contents. */
  forget(): void {
    for (const blob of this.#blobs) contents.delete(blob);
  }
}
