/**
 * The handshake once more, from its description alone and without a line of the library: for hostile peers in tests,
 * and as a check that the description is enough to build one from.
 */
import { createHash, hkdfSync, randomBytes } from 'node:crypto';

export const ZERO_INSTANCE: Buffer = Buffer.alloc(16);

/** A message with its length before it. */
export function frame(payload: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(payload.length);
  return Buffer.concat([length, payload]);
}

/** The messages in a stream of bytes, and what is left behind the last whole one. */
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

export function foreignHello(instance: Uint8Array, nonce: Uint8Array = randomBytes(32), version = 1): Buffer {
  return Buffer.concat([Buffer.from('uactor'), u16(version), nonce, instance]);
}

export interface ForeignClaim {
  readonly nonce?: Uint8Array;
  readonly instance?: Uint8Array;
  readonly target?: Uint8Array;
  readonly serializer?: string | Uint8Array;
  readonly version?: number;
}

/** A claim without its proof. */
export function foreignClaim(claim: ForeignClaim = {}): Buffer {
  const name = Buffer.from(claim.serializer ?? '');
  return Buffer.concat([
    u16(claim.version ?? 1),
    claim.nonce ?? randomBytes(32),
    claim.instance ?? randomBytes(16),
    claim.target ?? ZERO_INSTANCE,
    Buffer.of(name.length),
    name,
  ]);
}

/** An accepting answer without its proof. */
export function foreignAnswer(serializer: string): Buffer {
  return Buffer.concat([Buffer.of(1, serializer.length), Buffer.from(serializer)]);
}

export function foreignProof(prover: 'client' | 'listener', key: Uint8Array, ...transcript: Uint8Array[]): Buffer {
  const salt = createHash('sha256').update(Buffer.concat(transcript)).digest();
  return Buffer.from(hkdfSync('sha256', key, salt, `uactor 1 ${prover} proof`, 32));
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
