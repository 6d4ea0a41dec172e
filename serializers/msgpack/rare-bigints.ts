/** Digits of a word: 64 bits in hexadecimal. */
const WORD_DIGITS = 16;

/**
 * What stands in the extension of a bigint of more than 64 bits, as msgpackr writes it: two's complement in whole words, the highest
 * byte first. Hexadecimal, because the engine reads and writes it in linear time.
 */
export function rareBigintBytes(value: bigint): Buffer {
  const digits = (value < 0n ? ~value : value).toString(16);
  // The first bit is the sign.
  const needed = digits.length + (digits >= '8' ? 1 : 0);
  const bytes = Buffer.from(digits.padStart(Math.ceil(needed / WORD_DIGITS) * WORD_DIGITS, '0'), 'hex');
  if (value < 0n) for (const [index, byte] of bytes.entries()) bytes[index] = ~byte;
  return bytes;
}

/** The bigint that stands in an extension; other writers may use any number of bytes, one at least. */
export function rareBigintFrom(bytes: Buffer): bigint {
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex')}`));
}
