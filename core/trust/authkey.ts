import { inspect } from 'node:util';
import { misuse } from '../seam/errors.ts';
import { process, randomBytes } from '../seam/environment.ts';

/** The length of a generated key, in bytes. */
const RANDOM_KEY_BYTES = 32;

/** The length in bytes below which a key can be found by trying all keys. */
const WEAK_KEY_BYTES = 16;

/** The printed form of every key. */
const REDACTED = '[Authkey]';

/** Options of a new {@link Authkey}. */
export interface AuthkeyOptions {
  /** Whether a key shorter than 16 bytes causes a process warning. Default `true`; `false` where it was already given. */
  readonly warn?: boolean;
}

/**
 * The secret that the processes of one application share: a process that knows it may call; any other learns nothing.
 *
 * Printing, copying or serialising a key does not reveal its bytes: `String(key)`, `util.inspect` and `JSON.stringify` give
 * `[Authkey]` (rather than throwing, so that logging a configuration keeps working), spreading and `structuredClone` give an
 * empty object.
 */
export class Authkey {
  static {
    // Defined here, because the declaration of a method with a computed name would need an inferred type.
    Object.defineProperty(Authkey.prototype, inspect.custom, { value: () => REDACTED });
  }

  readonly #bytes: Uint8Array;

  /**
   * Creates a key from bytes, which are copied, or from the UTF-8 bytes of a text. A key shorter than 16 bytes is accepted with a
   * process warning: an observer of one handshake can try all short keys offline.
   *
   * @throws {TypeError} when it is empty, or neither bytes nor text.
   */
  constructor(key: Uint8Array | string, { warn = true }: AuthkeyOptions = {}) {
    this.#bytes = copyOf(key);
    if (warn && this.#bytes.length < WEAK_KEY_BYTES) {
      process.emitWarning(`An authkey shorter than ${WEAK_KEY_BYTES} bytes can be guessed: use 32 random bytes.`, {
        type: 'SecurityWarning',
        code: 'UACTOR_WEAK_AUTHKEY',
      });
    }
  }

  /** Creates a key of 32 random bytes. */
  static random(): Authkey {
    // Loaded on demand: this takes milliseconds, which an actor that only its owner calls never needs.
    return new Authkey(randomBytes(RANDOM_KEY_BYTES));
  }

  /**
   * Recreates the key on which {@link Authkey.toTransfer} was called. A short key warns only in the process that chose it.
   *
   * @throws {TypeError} when it is empty or not bytes.
   * @internal
   */
  static fromTransfer(bytes: Uint8Array): Authkey {
    return new Authkey(bytes, { warn: false });
  }

  /** Whether both keys are equal. The comparison takes constant time. */
  equals(other: Authkey): boolean {
    if (this.#bytes.length !== other.#bytes.length) return false;
    return process.getBuiltinModule('node:crypto').timingSafeEqual(this.#bytes, other.#bytes);
  }

  /**
   * Returns a copy of the secret, for a proof.
   *
   * @internal
   */
  bytes(): Uint8Array {
    return new Uint8Array(this.#bytes);
  }

  /**
   * Returns a copy of the secret, for passing to a child process over the inherited pipe only.
   *
   * @internal
   */
  toTransfer(): Uint8Array {
    return this.bytes();
  }

  /** Returns `[Authkey]`. */
  toString(): string {
    return REDACTED;
  }

  /** Returns `[Authkey]`. */
  toJSON(): string {
    return REDACTED;
  }
}

/** Copies a key's bytes to separate memory: a small `Buffer` would share its memory with unrelated ones. */
function copyOf(key: unknown): Uint8Array {
  if (typeof key !== 'string' && !(key instanceof Uint8Array)) {
    throw misuse(`The authkey is of type ${key === null ? 'null' : typeof key}: give it as a string or a Uint8Array.`);
  }
  const bytes = typeof key === 'string' ? new TextEncoder().encode(key) : new Uint8Array(key);
  if (bytes.length === 0) {
    throw misuse('The authkey is empty and protects nothing: use at least 16 bytes, or omit it for a random one.');
  }
  return bytes;
}
