import crypto, { randomBytes } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { PROOF_BYTES, proofMatches } from '../../core/trust/handshake/proof.ts';

test('H13 100,000 wrong proofs are each compared completely and in constant time, wherever they differ', () => {
  const compared = vi.spyOn(crypto, 'timingSafeEqual').mockReturnValue(true);
  try {
    const expected = randomBytes(PROOF_BYTES);
    const proof = Buffer.alloc(PROOF_BYTES);
    for (let tries = 0; tries < 100_000; tries++) {
      expected.copy(proof);
      const at = tries % PROOF_BYTES;
      proof.writeUInt8(proof.readUInt8(at) ^ (1 + (tries % 255)), at);
      compared.mockClear();
      // A comparison that stops at the first difference would not reach this call.
      if (!proofMatches(expected, proof)) throw new Error(`byte ${at} was compared before all of them were`);
      if (compared.mock.calls.length !== 1) throw new Error(`byte ${at}: compared ${compared.mock.calls.length} times`);
    }
    expect(compared.mock.lastCall).toEqual([expected, proof]);
    expect(proofMatches(expected, proof.subarray(1))).toBe(false);
    compared.mockRestore();
    expect(proofMatches(expected, proof)).toBe(false);
    expect(proofMatches(expected, Buffer.from(expected))).toBe(true);
  } finally {
    compared.mockRestore();
  }
});
