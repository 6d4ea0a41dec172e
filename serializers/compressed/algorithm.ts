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

/** The deflate level of the messages: most of what higher ones save, in a third of the time. */
const DEFLATE_LEVEL = 3;

/** Brotli's own default, 11, is made for files that are compressed once and read for years. */
const BROTLI_QUALITY = 4;

/** Memory for what is inflated is taken in pieces between these, so that a stated length alone takes none. */
const MIN_PIECE_BYTES = 64;
const MAX_PIECE_BYTES = 1024 * 1024;

/** One way to compress bytes. */
export interface Algorithm {
  /** The bytes, smaller. */
  compress(bytes: Uint8Array): Uint8Array;
  /**
   * The bytes again; `undefined` when they are more than `bytes` or when something follows them.
   *
   * @throws whatever node:zlib does for bytes that are not compressed so.
   */
  inflate(compressed: Uint8Array, bytes: number): Uint8Array | undefined;
}

/** What the functions of node:zlib return when they are asked for `info`. Its declarations know nothing of that. */
type Inflate = (compressed: Uint8Array, options: InflateOptions) => unknown;

interface InflateOptions {
  readonly info: true;
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

/** Each function is named where it is called: naming it loads zlib, which every process would pay for at its start. */
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

/** The algorithm of that name; `undefined` when this Node has none. */
export function algorithmOf(name: string): Algorithm | undefined {
  return name === 'zstd' ? zstd() : ALGORITHMS.get(name);
}

/** Zstandard came to node:zlib with Node 22.15. */
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
    // What follows the end of a stream is skipped without a word: only the count of what was read tells.
    const read: unknown = typeof engine === 'object' && engine !== null ? Reflect.get(engine, 'bytesWritten') : 0;
    const inflated = bytesOf(buffer);
    return read === compressed.length && inflated.length === bytes ? inflated : undefined;
  };
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError('node:zlib gave no bytes');
}
