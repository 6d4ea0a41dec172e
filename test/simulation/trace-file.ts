import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ownCore } from './world.ts';

const FOLDER = resolve(import.meta.dirname, '../../.cache/traces');

/** The hashes of the first programs' traces, by version of Node. */
type Hashes = Readonly<Record<string, readonly string[]>>;

/** Returns a short hash. */
export function hashOf(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/**
 * A file through which versions of Node that run the same build exchange the hashes of its traces. The file's name contains the build
 * and the simulation, so hashes of older ones are never read.
 */
export class TraceFile {
  readonly #path: string;

  constructor() {
    const sources = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts'));
    const texts = sources.toSorted().map((name) => readFileSync(join(import.meta.dirname, name)));
    this.#path = join(FOLDER, `${hashOf(Buffer.concat([readFileSync(ownCore()), ...texts]))}.json`);
  }

  /** Adds the hashes of this version. @returns those of the other versions. */
  exchange(hashes: readonly string[]): Hashes {
    const known = existsSync(this.#path) ? readHashes(this.#path) : {};
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(this.#path, JSON.stringify({ ...known, [process.version]: hashes }));
    return Object.fromEntries(Object.entries(known).filter(([version]) => version !== process.version));
  }
}

function readHashes(path: string): Hashes {
  const read: Hashes = JSON.parse(readFileSync(path, 'utf8'));
  return read;
}
