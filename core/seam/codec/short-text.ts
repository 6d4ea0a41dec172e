/**
 * The text that the `length` bytes at `at` are in UTF-8; `undefined` for what takes a look, which is surrogates and malformed
 * bytes. A call into Node takes longer than this, as long as the text is short.
 */
export function shortText(bytes: Uint8Array, at: number, length: number): string | undefined {
  if (length < 8) return few(bytes, at, length);
  const end = at + length;
  let text = '';
  let from = at;
  for (; end - from >= 16; from += 8) {
    const a = bytes[from] ?? 0;
    const b = bytes[from + 1] ?? 0;
    const c = bytes[from + 2] ?? 0;
    const d = bytes[from + 3] ?? 0;
    const e = bytes[from + 4] ?? 0;
    const f = bytes[from + 5] ?? 0;
    const g = bytes[from + 6] ?? 0;
    const h = bytes[from + 7] ?? 0;
    if ((a | b | c | d | e | f | g | h) > 0x7f) return wide(bytes, from, end, text);
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  const rest = several(bytes, from, end - from);
  if (rest === undefined) return wide(bytes, from, end, text);
  return text === '' ? rest : text + rest;
}

/** Up to 7 characters in one call: two calls and joining what they give would take as long again. */
function few(bytes: Uint8Array, at: number, length: number): string | undefined {
  if (length === 0) return '';
  const a = bytes[at] ?? 0;
  const b = length > 1 ? (bytes[at + 1] ?? 0) : 0;
  const c = length > 2 ? (bytes[at + 2] ?? 0) : 0;
  const d = length > 3 ? (bytes[at + 3] ?? 0) : 0;
  const e = length > 4 ? (bytes[at + 4] ?? 0) : 0;
  const f = length > 5 ? (bytes[at + 5] ?? 0) : 0;
  const g = length > 6 ? (bytes[at + 6] ?? 0) : 0;
  if ((a | b | c | d | e | f | g) > 0x7f) return wide(bytes, at, at + length, '');
  switch (length) {
    case 1:
      return String.fromCharCode(a);
    case 2:
      return String.fromCharCode(a, b);
    case 3:
      return String.fromCharCode(a, b, c);
    case 4:
      return String.fromCharCode(a, b, c, d);
    case 5:
      return String.fromCharCode(a, b, c, d, e);
    case 6:
      return String.fromCharCode(a, b, c, d, e, f);
    default:
      return String.fromCharCode(a, b, c, d, e, f, g);
  }
}

/** The same for 8 to 15; `undefined` where there is more than ASCII. */
function several(bytes: Uint8Array, at: number, length: number): string | undefined {
  const a = bytes[at] ?? 0;
  const b = bytes[at + 1] ?? 0;
  const c = bytes[at + 2] ?? 0;
  const d = bytes[at + 3] ?? 0;
  const e = bytes[at + 4] ?? 0;
  const f = bytes[at + 5] ?? 0;
  const g = bytes[at + 6] ?? 0;
  const h = bytes[at + 7] ?? 0;
  const i = length > 8 ? (bytes[at + 8] ?? 0) : 0;
  const j = length > 9 ? (bytes[at + 9] ?? 0) : 0;
  const k = length > 10 ? (bytes[at + 10] ?? 0) : 0;
  const l = length > 11 ? (bytes[at + 11] ?? 0) : 0;
  const m = length > 12 ? (bytes[at + 12] ?? 0) : 0;
  const n = length > 13 ? (bytes[at + 13] ?? 0) : 0;
  const o = length > 14 ? (bytes[at + 14] ?? 0) : 0;
  if ((a | b | c | d | e | f | g | h | i | j | k | l | m | n | o) > 0x7f) return undefined;
  switch (length) {
    case 8:
      return String.fromCharCode(a, b, c, d, e, f, g, h);
    case 9:
      return String.fromCharCode(a, b, c, d, e, f, g, h, i);
    case 10:
      return String.fromCharCode(a, b, c, d, e, f, g, h, i, j);
    case 11:
      return String.fromCharCode(a, b, c, d, e, f, g, h, i, j, k);
    case 12:
      return String.fromCharCode(a, b, c, d, e, f, g, h, i, j, k, l);
    case 13:
      return String.fromCharCode(a, b, c, d, e, f, g, h, i, j, k, l, m);
    case 14:
      return String.fromCharCode(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
    default:
      return String.fromCharCode(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
  }
}

/** The rest of a text, in which there is more than ASCII. */
function wide(bytes: Uint8Array, start: number, end: number, before: string): string | undefined {
  let text = before;
  for (let at = start; at < end; ) {
    const first = bytes[at++] ?? 0;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    const second = (bytes[at++] ?? 0) ^ 0x80;
    if (at > end || second > 0x3f || first < 0xc2 || first > 0xef) return undefined;
    if (first < 0xe0) {
      text += String.fromCharCode(((first & 0x1f) << 6) | second);
      continue;
    }
    const third = (bytes[at++] ?? 0) ^ 0x80;
    const code = ((first & 0x0f) << 12) | (second << 6) | third;
    if (at > end || third > 0x3f || code < 0x800 || (code >= 0xd800 && code < 0xe000)) return undefined;
    text += String.fromCharCode(code);
  }
  return text;
}
