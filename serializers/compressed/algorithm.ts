import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
} from 'node:zlib';
import { process } from '../../core/seam/environment.ts';

/** The deflate level: most of the savings of higher ones, in a third of the time. */
const DEFLATE_LEVEL = 3;

/** Brotli's own default, 11, is meant for files that are compressed once and read for years. */
const BROTLI_QUALITY = 4;

/** Memory for inflated data is allocated in pieces between these sizes, so that a stated length alone costs nothing. */
const MIN_PIECE_BYTES = 64;
const MAX_PIECE_BYTES = 1024 * 1024;

/** A way to compress bytes. */
export interface Algorithm {
  /** Compresses the bytes. */
  compress(bytes: Uint8Array): Uint8Array;
  /**
   * Restores the bytes; `undefined` when there are more than `bytes`, or when anything follows them.
   *
   * @throws any error of node:zlib for bytes that were not compressed this way.
   */
  inflate(compressed: Uint8Array, bytes: number): Uint8Array | undefined;
}

/** The result of node:zlib's functions with the option `info`, which its declarations omit. */
type Inflate = (compressed: Uint8Array, options: InflateOptions) => unknown;

interface InflateOptions {
  readonly info: true;
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

/** The functions are named inside the methods: naming one loads zlib, which would slow the start of every process. */
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map([
  [
    'deflate',
    {
      compress: (bytes) => deflateSync(bytes, { level: DEFLATE_LEVEL }),
      inflate: inflatedBy((bytes, options) => inflateSync(bytes, options)),
    },
  ],
  [
    'gzip',
    {
      compress: (bytes) => gzipSync(bytes, { level: DEFLATE_LEVEL }),
      inflate: inflatedBy((bytes, options) => gunzipSync(bytes, options)),
    },
  ],
  [
    'brotli',
    {
      compress: (bytes) =>
        brotliCompressSync(bytes, {
          params: {
            [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
            [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
          },
        }),
      inflate: inflatedBy((bytes, options) => brotliDecompressSync(bytes, options)),
    },
  ],
]);

/** Returns the algorithm of that name; `undefined` when this Node has none. */
export function algorithmOf(name: string): Algorithm | undefined {
  return name === 'zstd' ? zstd() : ALGORITHMS.get(name);
}

/** Returns Zstandard, which node:zlib has since Node 22.15. */
function zstd(): Algorithm | undefined {
  const zlib = process.getBuiltinModule('node:zlib');
  const compress: unknown = Reflect.get(zlib, 'zstdCompressSync');
  const inflate: unknown = Reflect.get(zlib, 'zstdDecompressSync');
  if (typeof compress !== 'function' || typeof inflate !== 'function') return undefined;
  return {
    compress: (bytes) => bytesOf(Reflect.apply(compress, undefined, [bytes])),
    inflate: inflatedBy((bytes, options) => Reflect.apply(inflate, undefined, [bytes, options])),
  };
}

function inflatedBy(inflate: Inflate): Algorithm['inflate'] {
  return (compressed, bytes) => {
    const chunkSize = Math.min(Math.max(bytes, MIN_PIECE_BYTES), MAX_PIECE_BYTES);
    const result = inflate(compressed, { info: true, maxOutputLength: Math.max(bytes, 1), chunkSize });
    if (typeof result !== 'object' || result === null || !('buffer' in result && 'engine' in result)) return undefined;
    const { buffer, engine } = result;
    // Bytes behind the end of a stream are silently ignored: only the number of bytes read shows them.
    const read: unknown = typeof engine === 'object' && engine !== null ? Reflect.get(engine, 'bytesWritten') : 0;
    const inflated = bytesOf(buffer);
    return read === compressed.length && inflated.length === bytes ? inflated : undefined;
  };
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError('node:zlib gave no bytes');
}
