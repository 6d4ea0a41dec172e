/** Returns a field of Protocol Buffers with its length before its content. */
export function bytesField(number, content) {
  return [...varint(number * 8 + 2), ...varint(content.length), ...content];
}

export function varint(number) {
  const bytes = [];
  let rest = number;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}
