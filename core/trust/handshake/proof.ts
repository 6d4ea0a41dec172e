import type { Authkey } from '../authkey.ts';
import { type Identity, isSignedBy } from '../identity.ts';
import { PROTOCOL_VERSION } from './hello.ts';
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
  const { hkdfSync } = process.getBuiltinModule('node:crypto');
  const label = `uactor ${PROTOCOL_VERSION} ${prover} proof`;
  return new Uint8Array(hkdfSync('sha256', authkey.bytes(), hashOf(transcript), label, PROOF_BYTES));
}

/** The signature by which `prover` shows that it is the process of its public key, in this one conversation. */
export function signatureOf(prover: Prover, identity: Identity, transcript: readonly Uint8Array[]): Uint8Array {
  return identity.sign(signedText(prover, transcript));
}

/** Whether the process with that public key made this signature. It costs more than a proof, so it is looked at behind that. */
export function signatureMatches(
  prover: Prover,
  publicKey: Uint8Array,
  transcript: readonly Uint8Array[],
  signature: Uint8Array,
): boolean {
  return isSignedBy(publicKey, signedText(prover, transcript), signature);
}

/** What begins every transcript: the value that belongs to this one channel, if its transport gives one, and its length. */
export function channelPart(channelBinding: Uint8Array | undefined): Uint8Array {
  const bytes = channelBinding ?? new Uint8Array();
  return Buffer.concat([Uint8Array.of(bytes.length), bytes]);
}

function signedText(prover: Prover, transcript: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Buffer.from(`uactor ${PROTOCOL_VERSION} ${prover} signature`, 'latin1'), hashOf(transcript)]);
}

function hashOf(transcript: readonly Uint8Array[]): Uint8Array {
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256');
  for (const message of transcript) hash.update(message);
  return hash.digest();
}

/** Whether a peer's proof is the expected one. The time it takes does not tell where they differ. */
export function proofMatches(expected: Uint8Array, proof: Uint8Array): boolean {
  return proof.length === expected.length && process.getBuiltinModule('node:crypto').timingSafeEqual(expected, proof);
}
