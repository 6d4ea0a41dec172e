import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const KEY_LENGTH = 32;
const IV_LENGTH = 12;
const TAG_LENGTH = 16;

/**
 * Makes records that only holders of the authkey can write and read: who may write to the brokers could otherwise have hosts spawn what it
 * likes, and arguments of constructors may be secrets.
 */
export class Seal {
  readonly #key: Buffer;

  /** @param namespace - Records of one are worth nothing in another. */
  constructor(authkey: string | Uint8Array, namespace: string) {
    this.#key = Buffer.from(hkdfSync('sha256', authkey, '', `uactor cluster ${namespace}`, KEY_LENGTH));
  }

  /** @param place - Where the record belongs: it is worth nothing elsewhere. */
  close(place: string, value: unknown): Uint8Array {
    const iv = randomBytes(IV_LENGTH);
    const cipher = createCipheriv(CIPHER, this.#key, iv, { authTagLength: TAG_LENGTH });
    cipher.setAAD(Buffer.from(place));
    const text = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]);
  }

  /** What is in a record; `undefined` for one that no holder of the key wrote for this place. */
  open(place: string, record: Uint8Array): unknown {
    if (record.length < IV_LENGTH + TAG_LENGTH) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#key, record.subarray(0, IV_LENGTH), { authTagLength: TAG_LENGTH });
    decipher.setAAD(Buffer.from(place));
    decipher.setAuthTag(record.subarray(IV_LENGTH, IV_LENGTH + TAG_LENGTH));
    try {
      const text = Buffer.concat([decipher.update(record.subarray(IV_LENGTH + TAG_LENGTH)), decipher.final()]);
      return JSON.parse(text.toString());
    } catch {
      // Another key, or another place.
      return undefined;
    }
  }
}
