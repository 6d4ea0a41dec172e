import { demandKnownNames } from '../../declaration/known-names.ts';
import { checkedTimeoutMs, MAX_TIMER_MS } from '../../seam/call-options.ts';
import { misuse } from '../../seam/errors.ts';

/** How long a process that ended waits until it is started again. */
export interface RestartBackoff {
  /** Before the first restart in a row, in milliseconds; it doubles with each further one. Default 100. */
  readonly initialMs?: number;
  /** The longest delay, in milliseconds. Default 10,000. */
  readonly maxMs?: number;
}

const NAMES: readonly string[] = ['initialMs', 'maxMs'] satisfies readonly (keyof RestartBackoff)[];

/** {@link RestartBackoff}, checked and complete. */
export type BackoffSpan = Required<RestartBackoff>;

/**
 * The delays that an option describes.
 *
 * @param where - The option, for messages.
 * @throws TypeError for an unknown name, and for what is no span of time.
 */
export function backoffSpan(backoff: RestartBackoff, where: string): BackoffSpan {
  demandKnownNames(backoff, NAMES, where);
  return {
    initialMs: checkedSpanMs(backoff.initialMs ?? 100, `${where}.initialMs`),
    maxMs: checkedSpanMs(backoff.maxMs ?? 10_000, `${where}.maxMs`),
  };
}

/** A span of time in milliseconds from a user; `Infinity` is the longest that a timer can run. */
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

  /** How many restarts there were since the last {@link Backoff.reset}. */
  get inARow(): number {
    return this.#inARow;
  }

  /** Counts a restart, and gives the delay before it, in milliseconds. */
  next(): number {
    const { initialMs, maxMs } = this.#span;
    return Math.min(initialMs * 2 ** this.#inARow++, maxMs);
  }

  /** The restart has done its work: the next one waits no longer than the first. */
  reset(): void {
    this.#inARow = 0;
  }
}
