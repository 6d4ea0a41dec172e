import { inspect } from 'node:util';
import { misuse } from '../seam/errors.ts';
import { process, randomBytes } from '../seam/environment.ts';

/** The length of a generated key. */
const RANDOM_KEY_BYTES = 32;

/** Below this length a key can be found by trying. */
const WEAK_KEY_BYTES = 16;

/** What every way of printing a key shows. */
const REDACTED = '[Authkey]';

/** What a new {@link Authkey} can be told. */
export interface AuthkeyOptions {
  /** Whether a key shorter than 16 bytes raises a process warning. Default `true`; `false` where it was raised before. */
  readonly warn?: boolean;
}

/**
 * The secret that the processes of one application share: who knows it may call, who does not learns nothing.
 *
 * It holds the bytes where nothing that prints, copies or serialises objects can reach them: `String(key)`,
 * `util.inspect` and `JSON.stringify` give `[Authkey]` (rather than throwing, so that logging a configuration keeps
 * working), spreading and `structuredClone` give an empty object.
 */
export class Authkey {
  static {
    // Here, because the declaration of a method with a computed name cannot be written without inferring its type.
    Object.defineProperty(Authkey.prototype, inspect.custom, { value: () => REDACTED });
  }

  readonly #bytes: Uint8Array;

  /**
   * A key out of bytes, which are copied, or out of text, of which the UTF-8 bytes count. A key shorter than 16 bytes
   * is accepted with a process warning: an observer of one handshake can try all short keys offline.
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

  /** A fresh key of 32 random bytes. */
  static random(): Authkey {
    // Loaded on demand: it costs milliseconds, which an actor that only its owner calls never has to pay.
    return new Authkey(randomBytes(RANDOM_KEY_BYTES));
  }

  /**
   * The key that {@link Authkey.toTransfer} was called on. A short one warns in the process where it was chosen only.
   *
   * @throws {TypeError} when it is empty or not bytes.
   * @internal
   */
  static fromTransfer(bytes: Uint8Array): Authkey {
    return new Authkey(bytes, { warn: false });
  }

  /** Whether both are the same key. The time it takes does not tell where they differ. */
  equals(other: Authkey): boolean {
    if (this.#bytes.length !== other.#bytes.length) return false;
    return process.getBuiltinModule('node:crypto').timingSafeEqual(this.#bytes, other.#bytes);
  }

  /**
   * A copy of the secret, to prove the knowledge of it with.
   *
   * @internal
   */
  bytes(): Uint8Array {
    return new Uint8Array(this.#bytes);
  }

  /**
   * A copy of the secret, to be handed to an own child process over the inherited pipe and over nothing else.
   *
   * @internal
   */
  toTransfer(): Uint8Array {
    return this.bytes();
  }

  /** Always `[Authkey]`. */
  toString(): string {
    return REDACTED;
  }

  /** Always `[Authkey]`. */
  toJSON(): string {
    return REDACTED;
  }
}

/** The bytes of a key, in memory of their own: a small `Buffer` would share its memory with unrelated ones. */
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
