import { randomBytes } from 'node:crypto';
import type { Bucket, Entry } from './registry.ts';

/** Marks a write, to know it again. */
export function freshNonce(): string {
  return randomBytes(12).toString('base64url');
}

/**
 * Makes sure of a write whose reply may be lost: one that timed out, or met another revision on a second attempt of its own, may have been
 * done, and the record says by its nonce whether it was.
 *
 * @param isOwn - Whether the record that is there is what was to be written.
 * @returns the revision.
 * @throws what the write threw, when it was not done as far as the record says.
 */
export async function writeSurely(
  bucket: Bucket,
  key: string,
  write: () => Promise<number>,
  isOwn: (entry: Entry) => boolean,
): Promise<number> {
  try {
    return await write();
  } catch (error) {
    const present = await bucket.get(key);
    if (present !== undefined && isOwn(present)) return present.revision;
    throw error;
  }
}
