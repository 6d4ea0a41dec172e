import type { Authkey } from '../authkey.ts';
import { PROTOCOL_VERSION } from './protocol-version.ts';
import { process } from '../../seam/environment.ts';

/** How long a proof is. */
export const PROOF_BYTES = 32;

/** Which end proves itself. Each has a label of its own, so that no proof can be bounced back to where it came from. */
export type Prover = 'client' | 'listener';

/**
 * The proof that `prover` knows the authkey: HKDF-SHA256 (RFC 5869) of the key, salted with the SHA-256 of everything
 * that was said so far. It is good for this one conversation, since each end put a fresh nonce into that.
 */
export function proofOf(prover: Prover, authkey: Authkey, transcript: readonly Uint8Array[]): Uint8Array {
  // Loaded on demand: it costs milliseconds, and a process whose only connection is an inherited pipe needs no proof.
  const { createHash, hkdfSync } = process.getBuiltinModule('node:crypto');
  const hash = createHash('sha256');
  for (const message of transcript) hash.update(message);
  const label = `uactor ${PROTOCOL_VERSION} ${prover} proof`;
  return new Uint8Array(hkdfSync('sha256', authkey.bytes(), hash.digest(), label, PROOF_BYTES));
}

/** Whether a peer's proof is the expected one. The time it takes does not tell where they differ. */
export function proofMatches(expected: Uint8Array, proof: Uint8Array): boolean {
  return proof.length === expected.length && process.getBuiltinModule('node:crypto').timingSafeEqual(expected, proof);
}
