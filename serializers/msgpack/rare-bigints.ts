/** The hexadecimal digits of a word of 64 bits. */
const WORD_DIGITS = 16;

/**
 * Returns the extension's data for a bigint of more than 64 bits, as msgpackr writes it: two's complement in whole words, the
 * highest byte first. Uses hexadecimal, because the engine reads and writes it in linear time.
 */
export function rareBigintBytes(value: bigint): Buffer {
  const digits = (value < 0n ? ~value : value).toString(16);
  // The first bit is the sign.
  const needed = digits.length + (digits >= '8' ? 1 : 0);
  const bytes = Buffer.from(digits.padStart(Math.ceil(needed / WORD_DIGITS) * WORD_DIGITS, '0'), 'hex');
  if (value < 0n) for (const [index, byte] of bytes.entries()) bytes[index] = ~byte;
  return bytes;
}

/** Creates the bigint from an extension's data; other writers may use any number of bytes, at least one. */
export function rareBigintFrom(bytes: Buffer): bigint {
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex')}`));
}
