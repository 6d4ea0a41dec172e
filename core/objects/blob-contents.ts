import { SerializerError } from '../seam/errors.ts';

/** What was read of Blobs that are about to be sent: reading one takes time, and encoding a message takes none. */
const contents = new WeakMap<Blob, Uint8Array>();

/** The bytes of a Blob that was read; `undefined` for one that has to be. */
export function contentOf(blob: Blob): Uint8Array | undefined {
  return blob.size === 0 ? new Uint8Array() : contents.get(blob);
}

/** @throws {@link SerializerError} `UNSERIALIZABLE` for a Blob that no message has room for. */
export function demandSize({ size }: Blob, maxMessageBytes: number): void {
  if (size <= maxMessageBytes) return;
  throw new SerializerError(
    `this Blob has ${size} bytes, and limits.maxMessageBytes is ${maxMessageBytes}: send its stream(), or raise the limit`,
  );
}

/** A message holds Blobs that were not read yet: it is to be encoded again once they were. */
export class UnreadBlobs extends SerializerError {
  readonly #blobs: readonly Blob[];

  constructor(blobs: readonly Blob[]) {
    super('a Blob cannot be sent that a getter makes anew each time: keep it in a variable');
    this.#blobs = blobs;
  }

  /**
   * Reads them.
   *
   * @param then - Called afterwards, with what was thrown when one cannot be read: a file that has changed since, for instance.
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

  /** The message was encoded: what was read is needed no longer. */
  forget(): void {
    for (const blob of this.#blobs) contents.delete(blob);
  }
}
