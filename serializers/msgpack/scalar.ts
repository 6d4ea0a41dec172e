/** The most bytes of a bigint: 50,000 decimal digits. Making a number of them takes more than linear time. */
export const MAX_BIGINT_BYTES = 20_768;
/** The smallest positive bigint that is too large. */
export const BIGINT_LIMIT: bigint = 1n << BigInt(MAX_BIGINT_BYTES * 8 - 8);

/** What begins a text that msgpackr's reader takes for a mark of the encoding and drops. */
const BYTE_ORDER_MARK = 0xfeff;

/** Whether `text` survives as UTF-8: it holds no half of a surrogate pair and does not begin with a byte order mark. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && text.charCodeAt(0) !== BYTE_ORDER_MARK;
}
