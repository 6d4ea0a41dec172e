import { SIGNATURE_BYTES } from '../identity.ts';
import { PROOF_BYTES } from './proof.ts';
import { isSerializerName, MAX_NAME_BYTES } from './serializer-name.ts';

const ACCEPTED = 1;
const NAME_AT = 3;

/** Flag: the listener's process already has a shared session with the client's. */
const FLAG_KNOWN = 1;

/** The only answer to any rejected client, whatever the reason, so that it reveals nothing. */
export const REFUSAL: Uint8Array = Uint8Array.of(0);

/** A decoded answer. An accepting one is not proved yet. */
export type DecodedAnswer =
  | {
      readonly kind: 'accepted';
      /** The serializer of this connection, or the actor's first if the requested one is not offered. */
      readonly serializer: string;
      /** Whether the listener's process already has a shared session with the client's. */
      readonly known: boolean;
      /** The bytes before the proof, which the proof covers together with the earlier messages. */
      readonly answerBytes: Uint8Array;
      readonly proof: Uint8Array;
      readonly signature: Uint8Array;
    }
  | { readonly kind: 'refused' }
  | { readonly kind: 'invalid' };

/** Encodes an accepting answer, without the proof and the signature that follow it. */
export function encodeAnswer(serializer: string, known: boolean): Uint8Array {
  const name = Buffer.from(serializer, 'latin1');
  return Buffer.concat([Uint8Array.of(ACCEPTED, known ? FLAG_KNOWN : 0, name.length), name]);
}

/** Decodes an answer, which must fill the message, each part with its exact length. */
export function decodeAnswer(payload: Uint8Array): DecodedAnswer {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (bytes.equals(REFUSAL)) return { kind: 'refused' };
  if (bytes.length < NAME_AT + PROOF_BYTES + SIGNATURE_BYTES || bytes[0] !== ACCEPTED) return { kind: 'invalid' };
  const flags = bytes.readUInt8(1);
  const nameLength = bytes.readUInt8(2);
  const proofAt = NAME_AT + nameLength;
  const signatureAt = proofAt + PROOF_BYTES;
  if (flags > FLAG_KNOWN || nameLength > MAX_NAME_BYTES || bytes.length !== signatureAt + SIGNATURE_BYTES) {
    return { kind: 'invalid' };
  }
  const serializer = bytes.toString('latin1', NAME_AT, proofAt);
  if (!isSerializerName(serializer)) return { kind: 'invalid' };
  return {
    kind: 'accepted',
    serializer,
    known: flags === FLAG_KNOWN,
    answerBytes: bytes.subarray(0, proofAt),
    proof: bytes.subarray(proofAt, signatureAt),
    signature: bytes.subarray(signatureAt),
  };
}
