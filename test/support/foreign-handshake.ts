/**
 * The handshake, implemented from its description without the library: for hostile peers in tests, and as a check that the
 * description is sufficient.
 */
import { createHash, createPrivateKey, createPublicKey, hkdfSync, randomBytes, sign } from 'node:crypto';

export const ZERO_INSTANCE: Buffer = Buffer.alloc(16);

/** Returns a message with its length in front. */
export function frame(payload: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(payload.length);
  return Buffer.concat([length, payload]);
}

/** Returns the messages in a stream of bytes, and the rest behind the last complete one. */
export function unframe(bytes: Buffer): { readonly payloads: readonly Buffer[]; readonly rest: Buffer } {
  const payloads: Buffer[] = [];
  let rest = bytes;
  while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE(0)) {
    const end = 4 + rest.readUInt32LE(0);
    payloads.push(rest.subarray(4, end));
    rest = rest.subarray(end);
  }
  return { payloads, rest };
}

/** The identity of a process: its key pair. */
export interface ForeignIdentity {
  readonly publicKey: Buffer;
  /** 16 bytes. */
  readonly instance: Buffer;
  sign(message: Uint8Array): Buffer;
}

/** Creates an identity from 32 bytes, by default random ones. */
export function foreignIdentity(seed: Uint8Array = randomBytes(32)): ForeignIdentity {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const publicKey = Buffer.from(jwk.x ?? '', 'base64url');
  return { publicKey, instance: foreignInstance(publicKey), sign: (message) => sign(null, message, key) };
}

/** Returns the instance of a public key. */
export function foreignInstance(publicKey: Uint8Array): Buffer {
  return createHash('sha256').update(publicKey).digest().subarray(0, 16);
}

/** Returns the instance of the sender of a hello. */
export function instanceOfHello(hello: Buffer): Buffer {
  return foreignInstance(hello.subarray(40, 72));
}

export function foreignHello(
  { publicKey }: Pick<ForeignIdentity, 'publicKey'>,
  nonce: Uint8Array = randomBytes(32),
  version = 2,
): Buffer {
  return Buffer.concat([Buffer.from('uactor'), u16(version), nonce, publicKey]);
}

export interface ForeignResponse {
  readonly nonce?: Uint8Array;
  readonly identity?: ForeignIdentity;
  readonly target?: Uint8Array;
  readonly serializer?: string | Uint8Array;
  readonly version?: number;
  readonly flags?: number;
}

/** Encodes a response without its proof. */
export function foreignResponse(response: ForeignResponse = {}): Buffer {
  const name = Buffer.from(response.serializer ?? '');
  return Buffer.concat([
    u16(response.version ?? 2),
    Buffer.of(response.flags ?? 0),
    response.nonce ?? randomBytes(32),
    (response.identity ?? ANYBODY).publicKey,
    response.target ?? ZERO_INSTANCE,
    Buffer.of(name.length),
    name,
  ]);
}

/** Encodes an accepting answer without its proof. */
export function foreignAnswer(serializer: string, flags = 0): Buffer {
  return Buffer.concat([Buffer.of(1, flags, serializer.length), Buffer.from(serializer)]);
}

/** Returns the beginning of every transcript: the channel binding, with its length in front. */
export function foreignChannel(binding: Uint8Array = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.of(binding.length), binding]);
}

export function foreignProof(prover: 'client' | 'listener', key: Uint8Array, ...transcript: Uint8Array[]): Buffer {
  return Buffer.from(hkdfSync('sha256', key, hashOf(transcript), `uactor 2 ${prover} proof`, 32));
}

export function foreignSignature(
  prover: 'client' | 'listener',
  identity: ForeignIdentity,
  ...transcript: Uint8Array[]
): Buffer {
  return identity.sign(Buffer.concat([Buffer.from(`uactor 2 ${prover} signature`), hashOf(transcript)]));
}

/** Encodes a response with its proof and its signature. */
export function provenResponse(
  key: Uint8Array,
  hello: Uint8Array,
  response: ForeignResponse = {},
  binding?: Uint8Array,
): Buffer {
  return proven(
    'client',
    key,
    response.identity ?? ANYBODY,
    [foreignChannel(binding), hello],
    foreignResponse(response),
  );
}

/** Encodes an answer with its proof and its signature, for a client's complete message. */
export function provenAnswer(
  key: Uint8Array,
  identity: ForeignIdentity,
  said: { readonly hello: Uint8Array; readonly response: Uint8Array; readonly binding?: Uint8Array },
  answer: Buffer,
): Buffer {
  return proven('listener', key, identity, [foreignChannel(said.binding), said.hello, said.response], answer);
}

/** Appends the proof and the signature of the bytes and the earlier messages. */
export function proven(
  prover: 'client' | 'listener',
  key: Uint8Array,
  identity: ForeignIdentity,
  before: readonly Uint8Array[],
  bytes: Buffer,
): Buffer {
  const proof = foreignProof(prover, key, ...before, bytes);
  return Buffer.concat([bytes, proof, foreignSignature(prover, identity, ...before, bytes, proof)]);
}

function hashOf(transcript: readonly Uint8Array[]): Buffer {
  return createHash('sha256').update(Buffer.concat(transcript)).digest();
}

const ANYBODY: ForeignIdentity = foreignIdentity();

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
