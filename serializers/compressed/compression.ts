import { inspect } from 'node:util';
import { misuse, SerializerError } from '../../core/seam/errors.ts';
import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import { demandKnownNames } from '../../core/seam/call-options.ts';
import { type Algorithm, algorithmOf } from './algorithm.ts';
import { process } from '../../core/seam/environment.ts';

/** The algorithms, all in `node:zlib`. `'zstd'` needs Node 22.15 or newer. */
export type CompressionAlgorithm = 'deflate' | 'gzip' | 'brotli' | 'zstd';

/** Options of `compressed`. */
export interface CompressionOptions {
  /** The algorithm. Both ends must use the same one, so the serializer's name ends with it. Default `'deflate'`. */
  readonly algorithm?: CompressionAlgorithm;
  /** Messages of fewer bytes are sent uncompressed. Default 1,024. */
  readonly thresholdBytes?: number;
  /**
   * The largest message to inflate, in bytes; one that states more is refused before anything is inflated. Larger ones are sent
   * uncompressed, so both ends should have the same limit. Default 256 MiB; never more than the connection's
   * `limits.maxMessageBytes`.
   */
  readonly maxInflatedBytes?: number;
}

const NAMES: readonly CompressionAlgorithm[] = ['deflate', 'gzip', 'brotli', 'zstd'];
const OPTIONS: readonly string[] = ['algorithm', 'thresholdBytes', 'maxInflatedBytes'];
const THRESHOLD_BYTES = 1024;

/** The largest length that four bytes can state. */
const MAX_LENGTH = 2 ** 32 - 1;

/** {@link CompressionOptions}, checked and complete. */
export class Compression {
  readonly algorithm: Algorithm;
  readonly thresholdBytes: number;
  readonly maxInflatedBytes: number;

  /**
   * @throws TypeError `MISUSE` for an option that is not a size.
   * @throws {@link SerializerError} `SERIALIZER_MISSING` when this Node does not have the algorithm.
   */
  constructor(options: CompressionOptions) {
    const name = algorithmName(options);
    const algorithm = algorithmOf(name);
    if (algorithm === undefined) {
      throw new SerializerError(
        `compressed() cannot use ${name}: it needs Node 22.15 or newer, and this is ${process.version}. Use another algorithm, or a newer Node.`,
        { code: 'SERIALIZER_MISSING' },
      );
    }
    this.algorithm = algorithm;
    this.thresholdBytes = size('thresholdBytes', options.thresholdBytes ?? THRESHOLD_BYTES);
    this.maxInflatedBytes = size('maxInflatedBytes', options.maxInflatedBytes ?? DEFAULT_LIMITS.maxMessageBytes);
  }
}

/**
 * Returns the name of the serializer that compresses the output of `inner`: `msgpack+deflate`.
 *
 * @throws TypeError `MISUSE` for a wrong option.
 */
export function compressedName(inner: string, options: CompressionOptions): string {
  checkOptions(options);
  return `${inner}+${algorithmName(options)}`;
}

/** Checks the options before the algorithm is loaded, which happens on first use. */
function checkOptions(options: CompressionOptions): void {
  demandKnownNames(options, OPTIONS, 'compressed()');
  algorithmName(options);
  size('thresholdBytes', options.thresholdBytes ?? 0);
  size('maxInflatedBytes', options.maxInflatedBytes ?? 0);
}

/** @throws TypeError `MISUSE` */
function algorithmName({ algorithm = 'deflate' }: CompressionOptions): CompressionAlgorithm {
  if (NAMES.includes(algorithm)) return algorithm;
  throw misuse(
    `compressed() knows no algorithm ${inspect(algorithm)}: use ${NAMES.map((name) => `'${name}'`).join(', ')}`,
  );
}

function size(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= MAX_LENGTH) return value;
  throw misuse(
    `compressed() was given ${name}: ${inspect(value)}; it must be a whole number of bytes up to ${MAX_LENGTH}`,
  );
}
