import { demandKnownNames, checkedTimeoutMs, MAX_TIMER_MS } from '../../seam/call-options.ts';
import { misuse } from '../../seam/errors.ts';

/** The delays before a process that ended is restarted. */
export interface RestartBackoff {
  /** The delay before the first restart in a row, in milliseconds; it doubles with each further one. Default 100. */
  readonly initialMs?: number;
  /** The longest delay, in milliseconds, at least `initialMs`. Default 10,000, or `initialMs` if that is more. */
  readonly maxMs?: number;
}

const NAMES: readonly string[] = ['initialMs', 'maxMs'] satisfies readonly (keyof RestartBackoff)[];

/** {@link RestartBackoff}, checked and complete. */
export type BackoffSpan = Required<RestartBackoff>;

/**
 * Checks a backoff option and adds its defaults.
 *
 * @param where - The option's name, for messages.
 * @throws TypeError for an unknown name, and for an invalid duration.
 */
export function backoffSpan(backoff: RestartBackoff, where: string): BackoffSpan {
  demandKnownNames(backoff, NAMES, where);
  const initialMs = checkedSpanMs(backoff.initialMs ?? 100, `${where}.initialMs`);
  const maxMs = checkedSpanMs(backoff.maxMs ?? Math.max(10_000, initialMs), `${where}.maxMs`);
  if (initialMs <= maxMs) return { initialMs, maxMs };
  throw misuse(`${where}.maxMs, ${maxMs} ms, must be at least initialMs, ${initialMs} ms`);
}

/** Checks a duration in milliseconds from a user; `Infinity` becomes the longest that a timer can run. */
export function checkedSpanMs(ms: number, name: string): number {
  const checked = checkedTimeoutMs(ms, name) ?? MAX_TIMER_MS;
  if (checked < 0) throw misuse(`${name} must not be negative`);
  return checked;
}

/** The delays before restarts in a row, each twice as long as the one before. */
export class Backoff {
  readonly #span: BackoffSpan;
  #inARow = 0;

  constructor(span: BackoffSpan) {
    this.#span = span;
  }

  /** The number of restarts since the last {@link Backoff.reset}. */
  get inARow(): number {
    return this.#inARow;
  }

  /** Returns the delay after this number of restarts in a row, in milliseconds. */
  static delayMs({ initialMs, maxMs }: BackoffSpan, inARow: number): number {
    return Math.min(initialMs * 2 ** inARow, maxMs);
  }

  /** Counts a restart, and returns the delay before it, in milliseconds. */
  next(): number {
    return Backoff.delayMs(this.#span, this.#inARow++);
  }

  /** Called when a restart has succeeded: the next delay is the first one again. */
  reset(): void {
    this.#inARow = 0;
  }
}
