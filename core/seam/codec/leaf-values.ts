/**
 * Checks of values before they are written, and after they are read, the same for every serializer. A value that cannot be sent
 * causes a {@link Refusal}; an invalid received value gives `undefined`, and the codec reports it.
 */
import { bytesOf, withoutBytes } from './carried-classes.ts';
import { Refusal } from './refusal.ts';

/** The maximum length of a RegExp, including its flags, in UTF-16 code units. */
export const MAX_REGEXP_LENGTH = 32_768;

/** The maximum length of a URL, in UTF-16 code units. */
export const MAX_URL_LENGTH = 65_536;

/** The maximum size of a bigint in bytes: 50,000 decimal digits. Creating one takes more than linear time. */
export const MAX_BIGINT_BYTES = 20_768;
/** The smallest positive bigint that is too large. One byte is left for the sign. */
const BIGINT_LIMIT: bigint = 1n << BigInt(MAX_BIGINT_BYTES * 8 - 8);

/** Returns `value`, if it is not too large to be sent. */
export function sendableBigint(value: bigint): bigint {
  if (value < BIGINT_LIMIT && value > -BIGINT_LIMIT) return value;
  throw Refusal.unserializable('a bigint of more than 50,000 digits');
}

/** Returns the text of a URL. */
export function sendableUrl(url: URL): string {
  const { href } = url;
  if (href.length <= MAX_URL_LENGTH) return href;
  throw Refusal.unserializable(`a URL of more than ${MAX_URL_LENGTH} characters`);
}

/** Returns the parts of a RegExp. */
export function sendablePattern(pattern: RegExp): { readonly source: string; readonly flags: string } {
  const { source, flags } = pattern;
  if (source.length + flags.length <= MAX_REGEXP_LENGTH) return { source, flags };
  throw Refusal.unserializable(`a RegExp of more than ${MAX_REGEXP_LENGTH} characters`);
}

/** Returns the bytes of an ArrayBuffer or a view, without copying. */
export function sendableBytes(value: object): Uint8Array {
  const bytes = bytesOf(value);
  if (bytes === undefined) throw Refusal.unserializable(withoutBytes(value));
  return bytes;
}

/** Creates a URL from its text. */
export function urlFrom(text: string): URL | undefined {
  if (text.length > MAX_URL_LENGTH) return undefined;
  try {
    return new URL(text);
  } catch {
    // `URL.canParse` of Node 20 is unreliable: after optimisation it takes Latin-1 text for UTF-8.
    return undefined;
  }
}

/** Creates a RegExp from its parts. */
export function patternFrom(source: string, flags: string): RegExp | undefined {
  if (source.length + flags.length > MAX_REGEXP_LENGTH) return undefined;
  try {
    return new RegExp(source, flags);
  } catch {
    // The engine's message quotes the source, and errors must not quote a payload.
    return undefined;
  }
}

/** Creates a bigint from the bytes of its magnitude, most significant first. */
export function bigintFrom(magnitude: Uint8Array): bigint | undefined {
  if (magnitude.length > MAX_BIGINT_BYTES) return undefined;
  if (magnitude.length === 0) return 0n;
  return BigInt(`0x${Buffer.from(magnitude.buffer, magnitude.byteOffset, magnitude.length).toString('hex')}`);
}
