import { PUBLIC_KEY_BYTES } from '../identity.ts';

/**
 * The version of the handshake, the framing and the message headers. Both ends must have the same one. There is no negotiation,
 * so a peer cannot be talked down to an older version.
 */
export const PROTOCOL_VERSION = 2;

/** The length of a nonce in bytes: long enough that none ever repeats. */
export const NONCE_BYTES = 32;

const MAGIC = Buffer.from('uactor', 'latin1');
const NONCE_AT = MAGIC.length + 2;
const KEY_AT = NONCE_AT + NONCE_BYTES;
const HELLO_BYTES = KEY_AT + PUBLIC_KEY_BYTES;

/** The first message of a listener to each client. */
export interface Hello {
  /** 32 bytes that were never used before. */
  readonly nonce: Uint8Array;
  /** The public key of the listening process, from which its identity follows. */
  readonly publicKey: Uint8Array;
}

/** A decoded first message. */
export type DecodedHello =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'other version'; readonly version: number }
  | { readonly kind: 'invalid' };

/** Encodes a hello: magic, version, nonce, public key. */
export function encodeHello(hello: Hello): Uint8Array {
  const version = Buffer.alloc(2);
  version.writeUInt16LE(PROTOCOL_VERSION);
  return Buffer.concat([MAGIC, version, hello.nonce, hello.publicKey]);
}

/** Decodes a hello. Of another version, only magic and version are read; their position never changes. */
export function decodeHello(payload: Uint8Array): DecodedHello {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (bytes.length < NONCE_AT || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return { kind: 'invalid' };
  const version = bytes.readUInt16LE(MAGIC.length);
  if (version !== PROTOCOL_VERSION) return { kind: 'other version', version };
  if (bytes.length !== HELLO_BYTES) return { kind: 'invalid' };
  return {
    kind: 'hello',
    hello: { nonce: bytes.subarray(NONCE_AT, KEY_AT), publicKey: bytes.subarray(KEY_AT) },
  };
}
