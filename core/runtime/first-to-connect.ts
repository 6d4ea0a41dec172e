import { clearTimeout, setTimeout, type Timer } from '../seam/environment.ts';

/** How long an attempt is alone before the next one begins beside it, in milliseconds; as in RFC 8305. */
const HEAD_START_MS = 250;

/** The attempt that came first, and what it led to. */
export interface First<Attempt, Result> {
  readonly attempt: Attempt;
  readonly result: Result;
}

/** How attempts are made. */
interface Trial<Attempt, Result> {
  /** Begins an attempt; the signal aborts when another one came first. */
  begin(attempt: Attempt, signal: AbortSignal): Promise<Result>;
  /** Gets rid of what an attempt led to all the same. */
  discard(result: Result): void;
}

/**
 * Makes attempts in their order, the next one when the one before has failed or has taken {@link HEAD_START_MS}, while that goes
 * on; the first to succeed wins, and the others are given up.
 *
 * @returns the first, or the failures of all.
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
