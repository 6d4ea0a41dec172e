import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const KEY_LENGTH = 32;
const IV_LENGTH = 12;
const TAG_LENGTH = 16;

/**
 * Encrypts and authenticates records, so that only processes with the authkey can read and write them. Otherwise any client of
 * the brokers could make hosts spawn actors, and read constructor arguments, which may be secret.
 */
export class Seal {
  readonly #key: Buffer;

  /** @param namespace - Records of one namespace are invalid in another. */
  constructor(authkey: string | Uint8Array, namespace: string) {
    this.#key = Buffer.from(hkdfSync('sha256', authkey, '', `uactor cluster ${namespace}`, KEY_LENGTH));
  }

  /** @param place - The record's key: the record is invalid under any other. */
  close(place: string, value: unknown): Uint8Array {
    const iv = randomBytes(IV_LENGTH);
    const cipher = createCipheriv(CIPHER, this.#key, iv, { authTagLength: TAG_LENGTH });
    cipher.setAAD(Buffer.from(place));
    const text = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]);
  }

  /** Returns the content of a record; `undefined` for one that no process with the key wrote for this place. */
  open(place: string, record: Uint8Array): unknown {
    if (record.length < IV_LENGTH + TAG_LENGTH) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#key, record.subarray(0, IV_LENGTH), { authTagLength: TAG_LENGTH });
    decipher.setAAD(Buffer.from(place));
    decipher.setAuthTag(record.subarray(IV_LENGTH, IV_LENGTH + TAG_LENGTH));
    try {
      const text = Buffer.concat([decipher.update(record.subarray(IV_LENGTH + TAG_LENGTH)), decipher.final()]);
      return JSON.parse(text.toString());
    } catch {
      // The record has another key, or is for another place.
      return undefined;
    }
  }
}
