import { randomBytes } from 'node:crypto';
import type { Bucket, Entry } from './registry.ts';

/** Creates a nonce that identifies a write. */
export function freshNonce(): string {
  return randomBytes(12).toString('base64url');
}

/**
 * Determines the outcome of a write whose reply may be lost: a write that timed out, or conflicted with its own first attempt,
 * may have succeeded. The record's nonce shows whether it did.
 *
 * @param isOwn - Whether the present record is the one that was to be written.
 * @returns the revision.
 * @throws the error of the write, if it did not succeed according to the record.
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
