import { type BigIntStats, closeSync, linkSync, lstatSync, openSync, rmSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { delay, performance, process, random } from '../../core/seam/environment.ts';
import { AddressInUseError, TransportError } from '../../core/seam/errors.ts';
import { systemErrorCode } from '../../core/seam/system-errors.ts';
import { assertFits } from './address.ts';
import { answers } from './dialer.ts';
import { assertOwnSocket } from './private-folder.ts';

/** How long another process may take to remove a dead socket, in milliseconds; it normally takes microseconds. */
const SWEEP_MS = 1_000;
const SWEEP_POLL_MS = 10;

/**
 * The number of refused connections that show that a socket is dead. Systems other than Linux also refuse when the queue is full.
 */
const REFUSALS: number = process.platform === 'linux' ? 1 : 5;
const REFUSAL_INTERVAL_MS = 200;

/**
 * The file of a listening Unix socket. It is created and listened on under a temporary name, and then linked to its public name:
 * `link` fails if that exists, so exactly one of several processes gets an address, and a socket under its public name that
 * refuses connections is dead.
 *
 * A dead socket is removed first. The right to remove it is a file named after its inode, created with `O_EXCL`: one process has
 * it, and checks again that the name still leads to that inode. No other process can change that meanwhile.
 */
export class SocketFile {
  readonly path: string;
  /** The name to bind to and listen on before {@link SocketFile.publish}. */
  readonly temporaryPath: string;
  #inode: { readonly dev: bigint; readonly ino: bigint } | undefined;

  /** @throws {@link TransportError} `ADDRESS_TOO_LONG` when the folder leaves no room for the temporary name. */
  constructor(path: string) {
    this.path = path;
    // It need not be hard to guess, only unused; node:crypto would delay every actor's start by milliseconds.
    this.temporaryPath = join(dirname(path), `.${random().toString(36).slice(2, 10).padEnd(8, '0')}`);
    assertFits(this.temporaryPath);
  }

  /**
   * Gives the listening socket its public name.
   *
   * @throws {@link AddressInUseError} when another listener uses that name; {@link TransportError} when another file has it, or
   * for the system's error.
   */
  async publish(): Promise<void> {
    const own = lstatSync(this.temporaryPath, { bigint: true });
    while (!this.#link()) {
      if (!assertOwnSocket(this.path)) continue;
      const found = lstatSync(this.path, { bigint: true, throwIfNoEntry: false });
      if (found === undefined) continue;
      if (await isAlive(this.path)) {
        throw new AddressInUseError(
          `Another process already listens on ${this.path}; choose another address or stop it first.`,
        );
      }
      await sweep(this.path, found);
    }
    this.#inode = own;
    unlinkSync(this.temporaryPath);
  }

  /** Removes the file if it is still the one that {@link SocketFile.publish} created. */
  remove(): void {
    const own = this.#inode;
    const found = lstatSync(this.path, { bigint: true, throwIfNoEntry: false });
    if (own !== undefined && found?.ino === own.ino && found.dev === own.dev) rmSync(this.path, { force: true });
  }

  #link(): boolean {
    try {
      linkSync(this.temporaryPath, this.path);
      return true;
    } catch (error) {
      if (systemErrorCode(error) === 'EEXIST') return false;
      throw error;
    }
  }
}

async function isAlive(path: string): Promise<boolean> {
  for (let refusals = 1; ; refusals++) {
    const alive = await answers(path);
    if (alive === undefined) {
      throw new TransportError(
        `Cannot check whether ${path} is in use: no file descriptor is left. Close some or raise the limit.`,
      );
    }
    if (alive) return true;
    if (refusals === REFUSALS) return false;
    await delay(REFUSAL_INTERVAL_MS);
  }
}

/** Removes the dead socket `found` from `path`, unless another process was faster. */
async function sweep(path: string, found: BigIntStats): Promise<void> {
  const permit = join(dirname(path), `.uactor-sweep-${found.ino.toString(36)}-${found.ctimeNs.toString(36)}`);
  const deadline = performance.now() + SWEEP_MS;
  while (!create(permit)) {
    if (performance.now() > deadline) {
      throw new TransportError(
        `The dead socket ${path} cannot be removed: a process that was removing it was killed. Delete ${permit} and try again.`,
      );
    }
    await delay(SWEEP_POLL_MS);
  }
  // Synchronous from here on: only a kill can leave the permit file behind.
  try {
    const now = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (now?.ino === found.ino && now.dev === found.dev && now.ctimeNs === found.ctimeNs) unlinkSync(path);
  } finally {
    unlinkSync(permit);
  }
}

function create(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}
