/**
 * The text that the `length` bytes at `at` are in UTF-8; `undefined` for what takes a look, which is surrogates and malformed
 * bytes. A call into Node takes longer than this, as long as the text is short.
 */
export function shortText(bytes: Uint8Array, at: number, length: number): string | undefined {
  if (length === 0) return '';
  const end = at + length;
  let from = at;
  let text = '';
  while (end - from >= 8) {
    const a = bytes[from] ?? 0;
    const b = bytes[from + 1] ?? 0;
    const c = bytes[from + 2] ?? 0;
    const d = bytes[from + 3] ?? 0;
    const e = bytes[from + 4] ?? 0;
    const f = bytes[from + 5] ?? 0;
    const g = bytes[from + 6] ?? 0;
    const h = bytes[from + 7] ?? 0;
    if ((a | b | c | d | e | f | g | h) > 0x7f) return wide(bytes, from, end, text);
    const part = String.fromCharCode(a, b, c, d, e, f, g, h);
    from += 8;
    if (from === end) return text === '' ? part : text + part;
    text = text === '' ? part : text + part;
  }
  const rest = end - from;
  const a = bytes[from] ?? 0;
  const b = rest > 1 ? (bytes[from + 1] ?? 0) : 0;
  const c = rest > 2 ? (bytes[from + 2] ?? 0) : 0;
  const d = rest > 3 ? (bytes[from + 3] ?? 0) : 0;
  const e = rest > 4 ? (bytes[from + 4] ?? 0) : 0;
  const f = rest > 5 ? (bytes[from + 5] ?? 0) : 0;
  const g = rest > 6 ? (bytes[from + 6] ?? 0) : 0;
  if ((a | b | c | d | e | f | g) > 0x7f) return wide(bytes, from, end, text);
  const part = few(rest, a, b, c, d, e, f, g);
  return text === '' ? part : text + part;
}

function few(count: number, a: number, b: number, c: number, d: number, e: number, f: number, g: number): string {
  switch (count) {
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
