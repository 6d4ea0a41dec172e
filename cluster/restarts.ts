import { Backoff, type BackoffSpan } from '../index.ts';

/** The delay before an actor is started again; each further one in a row is twice as long. */
const BACKOFF: BackoffSpan = { initialMs: 100, maxMs: 10_000 };

/** An actor that ran for so long was not started in vain. */
export const STEADY_MS = 5_000;

/** How long hosts leave a name alone whose actor has failed so often in a row, on whichever of them. */
export function restartDelayMs(failures = 0): number {
  return failures === 0 ? 0 : Backoff.delayMs(BACKOFF, failures - 1);
}

/** The restarts that failed on one host. */
export class Restarts {
  /** The reason that was last warned of, by name. */
  readonly #warned = new Map<string, string>();

  /** Warns that a start has failed; of the same reason once, however often it comes. */
  failed(key: string, text: string): void {
    if (this.#warned.get(key) === text) return;
    this.#warned.set(key, text);
    process.emitWarning(text, 'UActorWarning', 'UACTOR_NOT_RESTARTED');
  }

  /** Whether the last start on this host failed. */
  failedHere(key: string): boolean {
    return this.#warned.has(key);
  }

  forget(key: string): void {
    this.#warned.delete(key);
  }
}
