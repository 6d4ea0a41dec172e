/**
 * Computes checksums of all files under a folder, first with one actor per core, then in this process only:
 *
 *     npm start -- ~/Music
 *
 * The actors request work, so that a core with small files does not wait for a core with large files: each actor gets a
 * function of this process, which returns the next paths. Memory use does not depend on the number of files. Links are
 * not followed, and unreadable files are reported.
 */
import { createHash } from 'node:crypto';
import { constants, realpathSync } from 'node:fs';
import { type FileHandle, open, opendir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { Actor, isMain } from 'uactor';

const HASH = 'sha256';
const DIGEST_BYTES = 32;
const BLOCK_BYTES = 256 * 1024;
/** The number of files that one hasher has open at a time. */
const LANES = 4;
const BATCH_FILES = 32;
const PROBLEMS_SHOWN = 10;

/** The result for some files. */
interface Tally {
  files: number;
  bytes: number;
  /** The digests of the files, each over path and contents, combined with XOR, so that the order of the files does not matter. */
  readonly digest: Uint8Array;
  readonly problems: readonly string[];
}

/** Receives the results since the last call, and resolves to the next files; to an empty list when there are no more. */
type NextFiles = (done: Tally) => Promise<readonly string[]>;

/** Hashes files: in a separate process after `spawn`, in this process after `new`. */
export class Hasher extends Actor {
  static override readonly module = import.meta.url;
  static override readonly exposed = ['work'] as const;

  /** Hashes the files from `nextFiles`, several at a time, so that it computes while the disk reads. */
  async work(root: string, nextFiles: NextFiles): Promise<void> {
    await Promise.all(Array.from({ length: LANES }, () => workLane(root, nextFiles)));
  }
}

async function workLane(root: string, nextFiles: NextFiles): Promise<void> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let files = await nextFiles(emptyTally());
  while (files.length > 0) {
    const done = { ...emptyTally(), problems: new Array<string>() };
    for (const file of files) {
      try {
        done.bytes += await hashFile(root, file, block, done.digest);
        done.files++;
      } catch (error) {
        done.problems.push(`${file}: ${messageOf(error)}`);
      }
    }
    files = await nextFiles(done);
  }
}

/** Adds a file to `digest`, and resolves to its size. */
async function hashFile(root: string, file: string, block: Buffer, digest: Uint8Array): Promise<number> {
  // A link that was created after the folder was read is not followed; Windows has no such flag.
  await using opened = await open(join(root, file), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  const hash = createHash(HASH).update(file).update('\0');
  let bytes = 0;
  for (let read = await readBlock(opened, block); read > 0; read = await readBlock(opened, block)) {
    hash.update(block.subarray(0, read));
    bytes += read;
  }
  combine(digest, hash.digest());
  return bytes;
}

async function readBlock(file: FileHandle, block: Buffer): Promise<number> {
  return (await file.read(block, 0, block.length)).bytesRead;
}

function combine(digest: Uint8Array, other: Uint8Array): void {
  other.forEach((byte, index) => {
    digest[index] = (digest[index] ?? 0) ^ byte;
  });
}

/** Yields the regular files under `root`, as relative paths; calls `problem` for each folder that cannot be listed. */
async function* filesUnder(root: string, problem: (text: string) => void): AsyncGenerator<string> {
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for await (const entry of await opendir(folder)) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) folders.push(path);
        else if (entry.isFile()) yield relative(root, path);
      }
    } catch (error) {
      problem(`${relative(root, folder) || '.'}: ${messageOf(error)}`);
    }
  }
}

/** Distributes the files of a folder among several hashers, and adds up their results. */
class Job {
  readonly total: Tally = emptyTally();
  readonly problems: string[] = [];
  problemCount = 0;
  readonly #files: AsyncGenerator<string>;
  readonly #progress: (files: number) => void;
  /** The last request for files: a generator produces one item at a time, so each request waits for the one before. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(root: string, progress: (files: number) => void) {
    this.#files = filesUnder(root, (text) => this.#problem(text));
    this.#progress = progress;
  }

  readonly nextFiles: NextFiles = (done) => {
    this.total.files += done.files;
    this.total.bytes += done.bytes;
    combine(this.total.digest, done.digest);
    for (const text of done.problems) this.#problem(text);
    this.#progress(this.total.files + this.problemCount);
    const portion = this.#turn.then(() => this.#portion());
    this.#turn = portion;
    return portion;
  };

  async #portion(): Promise<readonly string[]> {
    const portion: string[] = [];
    while (portion.length < BATCH_FILES) {
      const { done, value } = await this.#files.next();
      if (done) break;
      portion.push(value);
    }
    return portion;
  }

  #problem(text: string): void {
    this.problemCount++;
    if (this.problems.length < PROBLEMS_SHOWN) this.problems.push(text);
  }
}

/** Shows the progress of a job: as a bar on a terminal, and elsewhere as a line for each quarter. */
function progressOf(what: string, totalFiles: number): (files: number) => void {
  const { stdout } = process;
  let shown = -1;
  return (files) => {
    const percent = totalFiles === 0 ? 100 : Math.min(100, Math.floor((files / totalFiles) * 100));
    const step = stdout.isTTY ? percent : percent - (percent % 25);
    if (step === shown) return;
    shown = step;
    if (!stdout.isTTY) console.log(`${what}: ${step} %`);
    else stdout.write(`\r${what} [${'#'.repeat(step / 4).padEnd(25, '.')}] ${step} %${step === 100 ? '\n' : ''}`);
  };
}

/** Runs a job, prints its result, and resolves to the digest of all files. */
async function run(what: string, root: string, totalFiles: number, hashers: readonly Worker[]): Promise<string> {
  const job = new Job(root, progressOf(what, totalFiles));
  const start = performance.now();
  await Promise.all(hashers.map((hasher) => hasher.work(root, job.nextFiles)));
  const seconds = (performance.now() - start) / 1000;
  const { files, bytes } = job.total;
  const megabytes = bytes / 1e6;
  for (const problem of job.problems) console.log(`  not read: ${problem}`);
  if (job.problemCount > job.problems.length) {
    console.log(`  not read: ${job.problemCount - job.problems.length} more`);
  }
  const speed = `${(megabytes / seconds).toFixed(0)} MB/s`;
  console.log(`${what}: ${files} files, ${megabytes.toFixed(1)} MB in ${seconds.toFixed(2)} s (${speed})`);
  return Buffer.from(job.total.digest).toString('hex');
}

/** A hasher in this process or in another one. */
interface Worker {
  work(root: string, nextFiles: NextFiles): Promise<void>;
}

async function main(argument: string | undefined): Promise<void> {
  const root = realpathSync(argument === undefined ? ownNodeModules() : resolve(argument));
  let totalFiles = 0;
  for (const files = filesUnder(root, () => undefined); !(await files.next()).done; ) totalFiles++;
  console.log(`${totalFiles} files under ${root}`);

  // The actors run first, so they also read files that the system has not cached yet.
  const cores = availableParallelism();
  const actors = await Promise.all(Array.from({ length: cores }, () => Hasher.spawn()));
  const together = await run(`${cores} actors`, root, totalFiles, actors);
  await Promise.all(actors.map((actor) => actor.shutdown()));
  const alone = await run('this process alone', root, totalFiles, [new Hasher()]);

  console.log(`${HASH}, all files combined: ${together}`);
  if (together === alone) return;
  console.error(`this process computed ${alone}: did files change meanwhile?`);
  process.exitCode = 1;
}

/** The folder with this project's dependencies, the default without arguments. */
function ownNodeModules(): string {
  return fileURLToPath(new URL('../../node_modules', import.meta.url));
}

function emptyTally(): Tally {
  return { files: 0, bytes: 0, digest: new Uint8Array(DIGEST_BYTES), problems: [] };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

if (isMain(import.meta)) await main(process.argv[2]);
