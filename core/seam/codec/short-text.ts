/**
 * Decodes `length` bytes of UTF-8 at `at`; `undefined` if they need a closer look, because of surrogates or malformed bytes. For
 * short texts, this is faster than a call into Node.
 */
export function shortText(bytes: Uint8Array, at: number, length: number): string | undefined {
  if (length < 16) {
    const text = length < 8 ? few(bytes, at, length) : several(bytes, at, length);
    return text ?? wide(bytes, at, at + length, '');
  }
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
  return rest === undefined ? wide(bytes, from, end, text) : text + rest;
}

/**
 * Decodes up to 7 characters of ASCII in one call, because two calls and joining their results would double the time; `undefined`
 * if there are others. Reads no byte beyond those.
 */
function few(bytes: Uint8Array, at: number, length: number): string | undefined {
  if (length === 0) return '';
  const a = bytes[at] ?? 0;
  let bits = a;
  if (length === 1) return bits > 0x7f ? undefined : String.fromCharCode(a);
  const b = bytes[at + 1] ?? 0;
  bits |= b;
  if (length === 2) return bits > 0x7f ? undefined : String.fromCharCode(a, b);
  const c = bytes[at + 2] ?? 0;
  bits |= c;
  if (length === 3) return bits > 0x7f ? undefined : String.fromCharCode(a, b, c);
  const d = bytes[at + 3] ?? 0;
  bits |= d;
  if (length === 4) return bits > 0x7f ? undefined : String.fromCharCode(a, b, c, d);
  const e = bytes[at + 4] ?? 0;
  bits |= e;
  if (length === 5) return bits > 0x7f ? undefined : String.fromCharCode(a, b, c, d, e);
  const f = bytes[at + 5] ?? 0;
  bits |= f;
  if (length === 6) return bits > 0x7f ? undefined : String.fromCharCode(a, b, c, d, e, f);
  const g = bytes[at + 6] ?? 0;
  bits |= g;
  return bits > 0x7f ? undefined : String.fromCharCode(a, b, c, d, e, f, g);
}

/** Decodes 8 to 15 characters of ASCII. */
function several(bytes: Uint8Array, at: number, length: number): string | undefined {
  const a = bytes[at] ?? 0;
  const b = bytes[at + 1] ?? 0;
  const c = bytes[at + 2] ?? 0;
  const d = bytes[at + 3] ?? 0;
  const e = bytes[at + 4] ?? 0;
  const f = bytes[at + 5] ?? 0;
  const g = bytes[at + 6] ?? 0;
  const h = bytes[at + 7] ?? 0;
  let bits = a | b | c | d | e | f | g | h;
  if (length === 8) return bits > 0x7f ? undefined : String.fromCharCode(a, b, c, d, e, f, g, h);
  const i = bytes[at + 8] ?? 0;
  bits |= i;
  if (length === 9) return bits > 0x7f ? undefined : String.fromCharCode(a, b, c, d, e, f, g, h, i);
  const j = bytes[at + 9] ?? 0;
  bits |= j;
  if (length === 10) return bits > 0x7f ? undefined : String.fromCharCode(a, b, c, d, e, f, g, h, i, j);
  const k = bytes[at + 10] ?? 0;
  bits |= k;
  if (length === 11) return bits > 0x7f ? undefined : String.fromCharCode(a, b, c, d, e, f, g, h, i, j, k);
  const l = bytes[at + 11] ?? 0;
  bits |= l;
  if (length === 12) return bits > 0x7f ? undefined : String.fromCharCode(a, b, c, d, e, f, g, h, i, j, k, l);
  const m = bytes[at + 12] ?? 0;
  bits |= m;
  if (length === 13) return bits > 0x7f ? undefined : String.fromCharCode(a, b, c, d, e, f, g, h, i, j, k, l, m);
  const n = bytes[at + 13] ?? 0;
  bits |= n;
  if (length === 14) return bits > 0x7f ? undefined : String.fromCharCode(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  const o = bytes[at + 14] ?? 0;
  bits |= o;
  return bits > 0x7f ? undefined : String.fromCharCode(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
}

/** Decodes the rest of a text that is not only ASCII. */
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
