import { PROTOCOL_VERSION } from './protocol-version.ts';

/** How long a nonce is: long enough that none ever comes twice. */
export const NONCE_BYTES = 32;

/** How long the identity of an actor's process is. */
export const INSTANCE_BYTES = 16;

const MAGIC = Buffer.from('uactor', 'latin1');
const NONCE_AT = MAGIC.length + 2;
const INSTANCE_AT = NONCE_AT + NONCE_BYTES;
const HELLO_BYTES = INSTANCE_AT + INSTANCE_BYTES;

/** What a listener says first, to whoever connects. */
export interface Hello {
  /** 32 bytes that were never used before. */
  readonly nonce: Uint8Array;
  /** Which process listens here. */
  readonly instance: Uint8Array;
}

/** What a first message turned out to be. */
export type DecodedHello =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'other version'; readonly version: number }
  | { readonly kind: 'invalid' };

/** The bytes of a hello: magic, version, nonce, instance. */
export function encodeHello(hello: Hello): Uint8Array {
  const version = Buffer.alloc(2);
  version.writeUInt16LE(PROTOCOL_VERSION);
  return Buffer.concat([MAGIC, version, hello.nonce, hello.instance]);
}

/** Reads a hello. Of another version only magic and version are understood; they stay where they are for ever. */
export function decodeHello(payload: Uint8Array): DecodedHello {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (bytes.length < NONCE_AT || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return { kind: 'invalid' };
  const version = bytes.readUInt16LE(MAGIC.length);
  if (version !== PROTOCOL_VERSION) return { kind: 'other version', version };
  if (bytes.length !== HELLO_BYTES) return { kind: 'invalid' };
  return {
    kind: 'hello',
    hello: { nonce: bytes.subarray(NONCE_AT, INSTANCE_AT), instance: bytes.subarray(INSTANCE_AT) },
  };
}
