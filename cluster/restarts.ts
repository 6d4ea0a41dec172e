import { Backoff, type BackoffSpan } from '../index.ts';

/** The delay before an actor is restarted; each further one in a row is twice as long. */
const BACKOFF: BackoffSpan = { initialMs: 100, maxMs: 10_000 };

/** The running time after which a start counts as successful, in milliseconds. */
export const STEADY_MS = 5_000;

/** Returns how long hosts wait before they try a name whose actor has failed this often in a row, on any of them. */
export function restartDelayMs(failures = 0): number {
  return failures === 0 ? 0 : Backoff.delayMs(BACKOFF, failures - 1);
}

/** The restarts that failed on one host. */
export class Restarts {
  /** The reason in the last warning, by name. */
  readonly #warned = new Map<string, string>();

  /** Warns that a start has failed; once for the same reason, however often it occurs. */
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
