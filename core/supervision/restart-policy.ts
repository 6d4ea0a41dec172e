import { type Restart, RESTARTS } from '../declaration/actor-options.ts';
import { demandKnownNames } from '../seam/call-options.ts';
import {
  Backoff,
  type BackoffSpan,
  backoffSpan,
  checkedSpanMs,
  type RestartBackoff,
} from '../process/owner/backoff.ts';
import { misuse } from '../seam/errors.ts';

/** Which actors of a group are restarted together with one that ended, as in OTP's supervisors. */
export type RestartStrategy = 'one-for-one' | 'one-for-all' | 'rest-for-one';

/** How often, and after what delay, a supervisor restarts its actors. */
export interface SupervisorOptions {
  /**
   * `'always'`: whenever an actor ends that was not shut down. `'on-failure'`: unless it exited by itself with code 0. `'never'`:
   * not at all. Default `'on-failure'`.
   */
  readonly restart?: Restart;
  /** With more restarts than this within `withinMs`, the supervisor gives up. Default 3. */
  readonly maxRestarts?: number;
  /** The period in which restarts count against `maxRestarts`, in milliseconds. Default 5,000. */
  readonly withinMs?: number;
  /** The delays before restarts. */
  readonly backoff?: RestartBackoff;
  /** Which members of a group are restarted together. Default `'one-for-one'`. */
  readonly strategy?: RestartStrategy;
}

/** {@link SupervisorOptions}, checked and complete. */
export interface RestartPolicy {
  readonly restart: Restart;
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly backoff: BackoffSpan;
  readonly strategy: RestartStrategy;
}

const STRATEGIES: readonly RestartStrategy[] = ['one-for-one', 'one-for-all', 'rest-for-one'];
const NAMES: readonly string[] = ['restart', 'maxRestarts', 'withinMs', 'backoff', 'strategy'];

/**
 * Checks the options and adds their defaults.
 *
 * @throws TypeError for an unknown option or value.
 */
export function restartPolicy(options: SupervisorOptions, verb: string): RestartPolicy {
  demandKnownNames(options, NAMES, verb);
  const { restart = 'on-failure', maxRestarts = 3, withinMs = 5_000, backoff = {}, strategy = 'one-for-one' } = options;
  if (!RESTARTS.includes(restart)) throw misuse(`${verb}: restart must be one of ${RESTARTS.join(', ')}`);
  if (!STRATEGIES.includes(strategy)) throw misuse(`${verb}: strategy must be one of ${STRATEGIES.join(', ')}`);
  if (!Number.isSafeInteger(maxRestarts) || maxRestarts < 0) {
    throw misuse(`${verb}: maxRestarts must be a whole number from 0`);
  }
  return {
    restart,
    maxRestarts,
    strategy,
    withinMs: checkedSpanMs(withinMs, `${verb}: withinMs`),
    backoff: backoffSpan(backoff, `${verb}: backoff`),
  };
}

/** Counts restarts against `maxRestarts` within `withinMs`, and computes the delay before the next one. */
export class RestartIntensity {
  readonly #policy: RestartPolicy;
  readonly #backoff: Backoff;
  /** The times of the restarts within the last `withinMs`. */
  #restarts: number[] = [];
  /** The time since which all actors run; `undefined` while one is being restarted. */
  #runningSince: number | undefined;

  constructor(policy: RestartPolicy) {
    this.#policy = policy;
    this.#backoff = new Backoff(policy.backoff);
  }

  /** Records that the restart has succeeded at `now`, in milliseconds of the monotonic clock. */
  succeeded(now: number): void {
    this.#runningSince = now;
  }

  /**
   * Counts a restart at `now`.
   *
   * @returns the delay before it, or `undefined` when it is one too many.
   */
  next(now: number): number | undefined {
    const { maxRestarts, withinMs } = this.#policy;
    this.#restarts = this.#restarts.filter((at) => now - at < withinMs);
    if (this.#restarts.length >= maxRestarts) return undefined;
    // Only time that all actors have run shows that a restart helped, not the delay before it or its duration.
    if (this.#runningSince !== undefined && now - this.#runningSince >= withinMs) this.#backoff.reset();
    this.#runningSince = undefined;
    this.#restarts.push(now);
    return this.#backoff.next();
  }
}
