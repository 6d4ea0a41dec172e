import { type BigIntStats, closeSync, linkSync, lstatSync, openSync, rmSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AddressInUseError, TransportError } from '../../core/seam/errors.ts';
import { assertFits } from './address.ts';
import { answers } from './dialer.ts';
import { assertOwnSocket } from './folder.ts';
import { systemErrorCode } from '../../core/seam/system-errors.ts';
import { delay, performance, process, random } from '../../core/seam/environment.ts';

/** How long another process may take to remove a dead socket, which is a matter of microseconds. */
const SWEEP_MS = 1_000;
const SWEEP_POLL_MS = 10;

/** Systems other than Linux refuse connections to a full queue too, so there a socket is dead only when it keeps refusing. */
const REFUSALS: number = process.platform === 'linux' ? 1 : 5;
const REFUSAL_INTERVAL_MS = 200;

/**
 * The file of a listening Unix socket. It comes into being under a temporary name, is listened on, and only then linked to
 * the name that others know: `link` fails if that exists, so of all who want an address exactly one gets it, and whoever
 * sees a socket under its real name that refuses connections knows that it is dead.
 *
 * A dead one is removed first. The right to remove it is a file named after that very inode, made with `O_EXCL`: one process
 * holds it, looks again whether the name still leads to that inode, and nobody else can change that meanwhile.
 */
export class SocketFile {
  readonly path: string;
  /** The name to bind and listen on before {@link SocketFile.publish}. */
  readonly temporaryPath: string;
  #inode: { readonly dev: bigint; readonly ino: bigint } | undefined;

  /** @throws {@link TransportError} `ADDRESS_TOO_LONG` when the folder leaves no room for the temporary name. */
  constructor(path: string) {
    this.path = path;
    // It need not be hard to guess, only free; and node:crypto would cost every actor milliseconds at its start.
    this.temporaryPath = join(dirname(path), `.${random().toString(36).slice(2, 10).padEnd(8, '0')}`);
    assertFits(this.temporaryPath);
  }

  /**
   * Gives the socket, which is listened on by now, its real name.
   *
   * @throws {@link AddressInUseError} when another listener uses that name; {@link TransportError} when something else is in
   * the way, or the system's error.
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

  /** Removes the file if it is still the one that {@link SocketFile.publish} put there. */
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
        `The dead socket ${path} cannot be removed: a process that was about to was killed. Delete ${permit} and try again.`,
      );
    }
    await delay(SWEEP_POLL_MS);
  }
  // No turn of the event loop from here on: only a kill in between can leave the permit behind.
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
