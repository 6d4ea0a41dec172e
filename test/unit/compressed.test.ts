import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { SerializerError } from '../../core/seam/errors.ts';
import type { Serializer } from '../../core/seam/serializer.ts';
import { compressed, type CompressionAlgorithm } from '../../serializers/compressed/index.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { assertSame, CodecPair, serializerError } from '../conformance/codec-pair.ts';
import { serializerConformance } from '../conformance/serializer-suite.ts';
import { thrown } from '../support/failure.ts';
import { FULL_MATRIX } from '../support/serializers.ts';

/** Node 22.15 added Zstandard. */
const hasZstd = Reflect.has(process.getBuiltinModule('node:zlib'), 'zstdCompressSync');

const ALGORITHMS: readonly CompressionAlgorithm[] = [
  'deflate',
  'gzip',
  'brotli',
  ...(hasZstd ? ['zstd' as const] : []),
];

const MIB = 1024 * 1024;

serializerConformance({ describe, expect, test }, { serializer: compressed(msgpack, { thresholdBytes: 0 }) });
// Compression does not look into what another serializer wrote.
if (FULL_MATRIX) {
  serializerConformance(
    { describe, expect, test },
    { serializer: compressed(superjson, { algorithm: 'brotli', thresholdBytes: 0 }) },
  );
}

/** Returns a message that states `length` bytes and contains these. */
function stating(length: number, bytes: Uint8Array): Uint8Array {
  const header = Buffer.alloc(5, 1);
  header.writeUInt32LE(length, 1);
  return Buffer.concat([header, bytes]);
}

function refused(serializer: Serializer, bytes: Uint8Array): SerializerError {
  const error = serializerError(() => new CodecPair(serializer).receiver.decode(bytes));
  expect(error.code).toBe('INVALID_PAYLOAD');
  expect(error.cause).toBeUndefined();
  return error;
}

for (const algorithm of ALGORITHMS) {
  describe(`compressed by ${algorithm}`, () => {
    const serializer = compressed(msgpack, { algorithm });
    const rows = Array.from({ length: 2_000 }, (_, id) => ({ id, name: `row ${id}`, at: new Date(id) }));

    test('U45 its name combines the other serializer and the algorithm', () => {
      expect(serializer.name).toBe(`msgpack+${algorithm}`);
    });

    test('a long message gets shorter, short and random messages stay unchanged', () => {
      const pair = new CodecPair(serializer);
      const plain = new CodecPair(msgpack);
      expect(pair.encode(rows).length).toBeLessThan(plain.encode(rows).length / 2);
      expect(pair.encode('short').length).toBe(plain.encode('short').length + 1);
      const noise = randomBytes(100_000);
      expect(pair.encode(noise).length).toBe(plain.encode(noise).length + 1);
    });

    test('the state of the inner serializer stays correct, even if a message is discarded', () => {
      const pair = new CodecPair(serializer);
      for (let round = 0; round < 5; round++) {
        assertSame(pair.send(rows), rows);
        pair.encode([{ [`lost${round}`]: 1, rows }]);
        pair.sender.discarded?.();
        // The receiver does not know this shape from the discarded message.
        assertSame(pair.send([{ [`lost${round}`]: 2, rows: [] }]), [{ [`lost${round}`]: 2, rows: [] }]);
        expect(serializerError(() => pair.encode([{ shape: round }, Symbol('no')])).code).toBe('UNSERIALIZABLE');
        assertSame(pair.send({ id: 1, name: 'short' }), { id: 1, name: 'short' });
      }
    });

    test('H55 H67 a message with a wrong length or with bytes after its end is rejected', () => {
      const honest = new CodecPair(serializer).encode(rows);
      const length = Buffer.from(honest).readUInt32LE(1);
      for (const wrong of [0, 1, length - 1, length + 1, 2 ** 28, 2 ** 32 - 1]) {
        refused(serializer, stating(wrong, honest.subarray(5)));
      }
      refused(serializer, Buffer.concat([honest, Buffer.from('behind')]));
      refused(serializer, Buffer.concat([honest, honest.subarray(5)]));
    });

    test('H67 bytes that the algorithm did not compress are rejected', () => {
      for (const bytes of [Buffer.of(), Buffer.of(2), Buffer.of(1), Buffer.of(1, 0, 0, 0), stating(9, Buffer.of())]) {
        refused(serializer, bytes);
      }
      refused(serializer, stating(100, randomBytes(50)));
    });
  });
}

describe('H67 a compression bomb', () => {
  const zeros = Buffer.alloc(64 * MIB);
  const bombs = { deflate: deflateSync(zeros), gzip: gzipSync(zeros), brotli: brotliCompressSync(zeros) };

  for (const algorithm of ['deflate', 'gzip', 'brotli'] as const) {
    test(`of ${algorithm} is rejected by the length that it states, or when it exceeds that length`, () => {
      const serializer = compressed(msgpack, { algorithm, maxInflatedBytes: MIB });
      const before = process.memoryUsage().rss;
      expect(refused(serializer, stating(64 * MIB, bombs[algorithm])).message).toContain('maxInflatedBytes');
      for (let round = 0; round < 20; round++) refused(serializer, stating(MIB, bombs[algorithm]));
      expect(process.memoryUsage().rss - before).toBeLessThan(48 * MIB);
    });
  }

  test('is limited by the connection, whatever compressed() allows', () => {
    const serializer = compressed(msgpack);
    const bytes = new CodecPair(serializer).encode('x'.repeat(100_000));
    const limited = new CodecPair(serializer, { maxMessageBytes: 50_000 });
    expect(serializerError(() => limited.receiver.decode(bytes)).message).toContain('limits.maxMessageBytes');
    expect(limited.send('x'.repeat(49_000))).toBe('x'.repeat(49_000));
    // The message is not compressed, so that the core sees its size.
    expect(limited.encode('x'.repeat(100_000)).length).toBeGreaterThan(100_000);
  });

  test('is never sent: a value above the limit is sent uncompressed', () => {
    const pair = new CodecPair(compressed(superjson, { maxInflatedBytes: 10_000 }));
    expect(pair.send('x'.repeat(20_000))).toBe('x'.repeat(20_000));
    expect(pair.send('x'.repeat(5_000))).toBe('x'.repeat(5_000));
    expect(pair.encode('x'.repeat(20_000)).length).toBeGreaterThan(20_000);
    expect(pair.encode('x'.repeat(5_000)).length).toBeLessThan(1_000);
  });
});

describe('a wrong option', () => {
  test('causes a TypeError that names the valid values', () => {
    expect(() => Reflect.apply(compressed, undefined, [msgpack, { algorithm: 'lzma' }])).toThrow(
      /no algorithm 'lzma': use 'deflate', 'gzip', 'brotli', 'zstd'/,
    );
    for (const value of [-1, 1.5, Number.NaN, 2 ** 32]) {
      expect(() => compressed(msgpack, { thresholdBytes: value })).toThrow(/thresholdBytes.*whole number of bytes/);
      expect(thrown(() => compressed(msgpack, { maxInflatedBytes: value }))).toMatchObject({ code: 'MISUSE' });
    }
  });

  test('zstd on a Node without it causes an error that says what to do', () => {
    if (hasZstd) {
      expect(compressed(msgpack, { algorithm: 'zstd' }).name).toBe('msgpack+zstd');
    } else {
      const error = thrown(() => compressed(msgpack, { algorithm: 'zstd' }));
      expect(error).toBeInstanceOf(SerializerError);
      expect(error).toMatchObject({ code: 'SERIALIZER_MISSING', message: expect.stringContaining('Node 22.15') });
    }
  });
});
