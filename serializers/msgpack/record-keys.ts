import { isPlainText } from './scalar.ts';

/** Objects with more members than this are no records: naming all of their keys as a shape would gain nothing. */
export const MAX_RECORD_KEYS = 64;

/** What `_` is. Names that begin otherwise need no comparison. */
const UNDERSCORE = 0x5f;

/**
 * Whether msgpackr carries a member of this name in a record: it renames `__proto__`, and `__keys__` is what it calls its
 * own notes about a shape.
 */
export function isRecordKey(key: string): boolean {
  if (key.charCodeAt(0) === UNDERSCORE && (key === '__proto__' || key === '__keys__')) return false;
  return isPlainText(key);
}
