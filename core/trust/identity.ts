import type { KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { process, randomBytes } from '../seam/environment.ts';

/** The length of a process's identity, in bytes. */
export const INSTANCE_BYTES = 16;
/** The length of an Ed25519 public key (RFC 8032), in bytes. */
export const PUBLIC_KEY_BYTES = 32;
/** The length of an Ed25519 signature, in bytes. */
export const SIGNATURE_BYTES = 64;

const SEED_BYTES = 32;
const REDACTED = '[Identity]';

/** The DER prefix of an Ed25519 private key (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: Uint8Array;
}

/**
 * The identity of a process: an Ed25519 key pair, new with every start. Its id is a hash of the public key, so a process can only
 * claim an id whose private key it has.
 *
 * Printing, copying or serialising an identity does not reveal the seed of the private key.
 */
export class Identity {
  static {
    Object.defineProperty(Identity.prototype, inspect.custom, { value: () => REDACTED });
  }

  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly #seed: Uint8Array;
  #pair: KeyPair | undefined;

  private constructor(seed: Uint8Array, id: string | undefined) {
    this.#seed = new Uint8Array(seed);
    this.id = id ?? hexOf(instanceOf(this.publicKey));
  }

  /** Creates a new identity. */
  static create(): Identity {
    return new Identity(randomBytes(SEED_BYTES), undefined);
  }

  /**
   * Recreates the identity on which {@link Identity.toTransfer} was called. Its keys are computed on first use: a process that
   * only its owner calls never needs them.
   *
   * @internal
   */
  static fromTransfer(seed: Uint8Array, id: string): Identity {
    return new Identity(seed, id);
  }

  get publicKey(): Uint8Array {
    return this.#keys.publicKey;
  }

  /** Returns this process's signature of `message`. */
  sign(message: Uint8Array): Uint8Array {
    return process.getBuiltinModule('node:crypto').sign(null, message, this.#keys.privateKey);
  }

  /**
   * Returns the seed of the private key, for passing to a child process over the inherited pipe only.
   *
   * @internal
   */
  toTransfer(): Uint8Array {
    return new Uint8Array(this.#seed);
  }

  /** Returns `[Identity]`. */
  toString(): string {
    return REDACTED;
  }

  /** Returns `[Identity]`. */
  toJSON(): string {
    return REDACTED;
  }

  get #keys(): KeyPair {
    this.#pair ??= pairOf(this.#seed);
    return this.#pair;
  }
}

/** Returns the id of the process with that public key: the first 16 bytes of the key's SHA-256. */
export function instanceOf(publicKey: Uint8Array): Buffer {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(publicKey).digest().subarray(0, INSTANCE_BYTES);
}

/** Whether the process with that public key signed `message`. */
export function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { createPublicKey, verify } = process.getBuiltinModule('node:crypto');
  const key = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, publicKey]), format: 'der', type: 'spki' });
  return verify(null, message, key, signature);
}

function pairOf(seed: Uint8Array): KeyPair {
  const { createPrivateKey, createPublicKey } = process.getBuiltinModule('node:crypto');
  const privateKey = createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { privateKey, publicKey: new Uint8Array(der.subarray(-PUBLIC_KEY_BYTES)) };
}

function hexOf(bytes: Buffer): string {
  return bytes.toString('hex');
}
