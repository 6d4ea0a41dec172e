import { urlFrom } from '../../core/seam/codec/leaf-values.ts';
import { MAX_REGEXP_LENGTH } from '../../core/seam/codec/text-limits.ts';

/** The most digits of a bigint: reading a decimal number takes more than linear time. */
export const MAX_BIGINT_DIGITS = 50_000;
/** Just below the smallest positive bigint that is too large, which would cost every process a millisecond at its start. */
const NEAR_BIGINT_LIMIT = 1n << 166_096n;

/** The longest text that `Date.prototype.toISOString` writes. */
const MAX_DATE_LENGTH = 27;

const DIGITS = /^-?\d+$/;

/** What {@link readScalar} answers to data that its annotation does not allow. */
export const UNREADABLE: unique symbol = Symbol('unreadable');

/** Whether a bigint has too many digits; compared, because writing a huge one down takes long. */
export function isTooLong(value: bigint): boolean {
  const size = value < 0n ? -value : value;
  return size >= NEAR_BIGINT_LIMIT && size >= 10n ** BigInt(MAX_BIGINT_DIGITS);
}

/** The value that superjson writes as `json` with the annotation `name`; {@link UNREADABLE} where it never wrote that. */
export function readScalar(name: string, json: unknown): unknown {
  if (name === 'undefined') return json === null ? undefined : UNREADABLE;
  if (typeof json !== 'string') return UNREADABLE;
  switch (name) {
    case 'Date':
      return readDate(json);
    case 'bigint':
      return json.length <= MAX_BIGINT_DIGITS + 1 && DIGITS.test(json) ? BigInt(json) : UNREADABLE;
    case 'number':
      return readNumber(json);
    case 'regexp':
      return readRegExp(json);
    case 'URL':
      return urlFrom(json) ?? UNREADABLE;
    default:
      return UNREADABLE;
  }
}

function readDate(json: string): unknown {
  const date = new Date(json.length <= MAX_DATE_LENGTH ? json : Number.NaN);
  return Number.isNaN(date.getTime()) ? UNREADABLE : date;
}

function readNumber(json: string): unknown {
  switch (json) {
    case 'NaN':
      return Number.NaN;
    case 'Infinity':
      return Number.POSITIVE_INFINITY;
    case '-Infinity':
      return Number.NEGATIVE_INFINITY;
    case '-0':
      return -0;
    default:
      return UNREADABLE;
  }
}

function readRegExp(json: string): unknown {
  const end = json.lastIndexOf('/');
  if (json.length > MAX_REGEXP_LENGTH || end < 1 || !json.startsWith('/')) return UNREADABLE;
  try {
    return new RegExp(json.slice(1, end), json.slice(end + 1));
  } catch {
    // The engine's message quotes the source, and nothing of a payload may be quoted.
    return UNREADABLE;
  }
}
