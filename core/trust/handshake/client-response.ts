import { INSTANCE_BYTES, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '../identity.ts';
import { NONCE_BYTES, PROTOCOL_VERSION } from './hello.ts';
import { PROOF_BYTES } from './proof.ts';
import { isSerializerName, MAX_NAME_BYTES } from './serializer-name.ts';

const FLAGS_AT = 2;
const NONCE_AT = FLAGS_AT + 1;
const KEY_AT = NONCE_AT + NONCE_BYTES;
const TARGET_AT = KEY_AT + PUBLIC_KEY_BYTES;
const NAME_LENGTH_AT = TARGET_AT + INSTANCE_BYTES;
const NAME_AT = NAME_LENGTH_AT + 1;

/** Flag: the client wants this connection for itself, separate from the session that the two processes share. */
const FLAG_OWN = 1;

/** The client's message after the hello, without its proof and its signature. */
export interface ClientResponse {
  /** 32 bytes that were never used before. */
  readonly nonce: Uint8Array;
  /** The public key of the client's process, from which its identity follows. */
  readonly publicKey: Uint8Array;
  /** The identity of the intended process; `undefined` when only its address is known. Then sent as 16 zero bytes. */
  readonly target: Uint8Array | undefined;
  /** The requested serializer; empty for the actor's first. */
  readonly serializer: string;
  /** Whether the client wants its own connection, besides the one that the two processes share. */
  readonly own: boolean;
}

/** A decoded client message. Nothing in it is proved yet. */
export type DecodedResponse =
  | {
      readonly kind: 'response';
      readonly response: ClientResponse;
      /** The bytes of the response itself, which the proof covers. */
      readonly responseBytes: Uint8Array;
      readonly proof: Uint8Array;
      readonly signature: Uint8Array;
    }
  | { readonly kind: 'other version'; readonly version: number }
  | { readonly kind: 'invalid' };

/** Encodes a response, without the proof and the signature that follow it in the same message. */
export function encodeResponse(response: ClientResponse): Uint8Array {
  const head = Buffer.alloc(NONCE_AT);
  head.writeUInt16LE(PROTOCOL_VERSION);
  head.writeUInt8(response.own ? FLAG_OWN : 0, FLAGS_AT);
  const name = Buffer.from(response.serializer, 'latin1');
  const target = response.target ?? new Uint8Array(INSTANCE_BYTES);
  return Buffer.concat([head, response.nonce, response.publicKey, target, Uint8Array.of(name.length), name]);
}

/** Decodes a response, its proof and its signature, which must fill the message, each with its exact length. */
export function decodeResponse(payload: Uint8Array): DecodedResponse {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (bytes.length < NAME_AT + PROOF_BYTES + SIGNATURE_BYTES) return { kind: 'invalid' };
  const version = bytes.readUInt16LE(0);
  if (version !== PROTOCOL_VERSION) return { kind: 'other version', version };
  const flags = bytes.readUInt8(FLAGS_AT);
  const nameLength = bytes.readUInt8(NAME_LENGTH_AT);
  const proofAt = NAME_AT + nameLength;
  const signatureAt = proofAt + PROOF_BYTES;
  if (flags > FLAG_OWN || nameLength > MAX_NAME_BYTES || bytes.length !== signatureAt + SIGNATURE_BYTES) {
    return { kind: 'invalid' };
  }
  const serializer = bytes.toString('latin1', NAME_AT, proofAt);
  if (serializer !== '' && !isSerializerName(serializer)) return { kind: 'invalid' };
  const target = bytes.subarray(TARGET_AT, NAME_LENGTH_AT);
  const response: ClientResponse = {
    nonce: bytes.subarray(NONCE_AT, KEY_AT),
    publicKey: bytes.subarray(KEY_AT, TARGET_AT),
    target: target.every((byte) => byte === 0) ? undefined : target,
    serializer,
    own: flags === FLAG_OWN,
  };
  return {
    kind: 'response',
    response,
    responseBytes: bytes.subarray(0, proofAt),
    proof: bytes.subarray(proofAt, signatureAt),
    signature: bytes.subarray(signatureAt),
  };
}
