import type { Authkey } from '../authkey.ts';
import { type Identity, isSignedBy } from '../identity.ts';
import { PROTOCOL_VERSION } from './hello.ts';
import { process } from '../../seam/environment.ts';

/** The length of a proof, in bytes. */
export const PROOF_BYTES = 32;

/** The end that proves itself. The ends use different labels, so that no proof can be reflected to its sender. */
export type Prover = 'client' | 'listener';

/**
 * Returns the proof that `prover` knows the authkey: HKDF-SHA256 (RFC 5869) of the key, salted with the SHA-256 of all messages
 * so far. It is valid only for this handshake, because each end's messages contain a fresh nonce.
 */
export function proofOf(prover: Prover, authkey: Authkey, transcript: readonly Uint8Array[]): Uint8Array {
  // Loaded on demand: this takes milliseconds, and a process whose only connection is an inherited pipe needs no proof.
  const { hkdfSync } = process.getBuiltinModule('node:crypto');
  const label = `uactor ${PROTOCOL_VERSION} ${prover} proof`;
  return new Uint8Array(hkdfSync('sha256', authkey.bytes(), hashOf(transcript), label, PROOF_BYTES));
}

/** Returns the signature with which `prover` shows, for this handshake, that it is the process of its public key. */
export function signatureOf(prover: Prover, identity: Identity, transcript: readonly Uint8Array[]): Uint8Array {
  return identity.sign(signedText(prover, transcript));
}

/**
 * Whether the process with that public key made this signature. This costs more than checking a proof, so it comes after that.
 */
export function signatureMatches(
  prover: Prover,
  publicKey: Uint8Array,
  transcript: readonly Uint8Array[],
  signature: Uint8Array,
): boolean {
  return isSignedBy(publicKey, signedText(prover, transcript), signature);
}

/** Returns the beginning of every transcript: the channel's own value, if its transport provides one, with its length. */
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

/** Whether a peer's proof is the expected one. The comparison takes constant time. */
export function proofMatches(expected: Uint8Array, proof: Uint8Array): boolean {
  return proof.length === expected.length && process.getBuiltinModule('node:crypto').timingSafeEqual(expected, proof);
}
