import { clearTimeout, setTimeout, type Timer } from '../seam/environment.ts';

/** The delay before the next attempt starts while the previous one is still running, in milliseconds; as in RFC 8305. */
const HEAD_START_MS = 250;

/** The first successful attempt, and its result. */
export interface First<Attempt, Result> {
  readonly attempt: Attempt;
  readonly result: Result;
}

/** How attempts are made. */
interface Trial<Attempt, Result> {
  /** Starts an attempt; the signal aborts when another one has succeeded. */
  begin(attempt: Attempt, signal: AbortSignal): Promise<Result>;
  /** Disposes of the result of an attempt that succeeded too late. */
  discard(result: Result): void;
}

/**
 * Makes attempts in order. The next one starts when the previous one has failed or has run for {@link HEAD_START_MS}. The first
 * to succeed wins, and the others are aborted.
 *
 * @returns the first success, or the failures of all.
 */
export function firstToConnect<Attempt, Result>(
  attempts: readonly Attempt[],
  trial: Trial<Attempt, Result>,
): Promise<First<Attempt, Result> | { readonly failures: readonly unknown[] }> {
  return new Promise((resolve) => {
    const failures: unknown[] = [];
    const decided = new AbortController();
    let begun = 0;
    let headStart: Timer | undefined;
    const make = async (attempt: Attempt): Promise<void> => {
      try {
        const result = await trial.begin(attempt, decided.signal);
        if (decided.signal.aborted) {
          trial.discard(result);
          return;
        }
        clearTimeout(headStart);
        decided.abort();
        resolve({ attempt, result });
      } catch (error) {
        failures.push(error);
        if (failures.length < attempts.length) {
          beginNext();
          return;
        }
        clearTimeout(headStart);
        resolve({ failures });
      }
    };
    const beginNext = (): void => {
      clearTimeout(headStart);
      const attempt = attempts[begun];
      if (attempt === undefined || decided.signal.aborted) return;
      begun++;
      if (begun < attempts.length) headStart = setTimeout(beginNext, HEAD_START_MS);
      void make(attempt);
    };
    if (attempts.length === 0) resolve({ failures });
    else beginNext();
  });
}
