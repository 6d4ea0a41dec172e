import { MAX_REGEXP_LENGTH, urlFrom } from '../../core/seam/codec/leaf-values.ts';
import { MAX_BIGINT_DIGITS } from './format.ts';

/** The maximum length of `Date.prototype.toISOString`. */
const MAX_DATE_LENGTH = 27;

const DIGITS = /^-?\d+$/;

/** The result of {@link readScalar} for data that its annotation does not allow. */
export const UNREADABLE: unique symbol = Symbol('unreadable');

/** Returns the value for `json` with the annotation `name`; {@link UNREADABLE} if superjson never writes this. */
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
    // The engine's message quotes the source, and errors must not quote a payload.
    return UNREADABLE;
  }
}
