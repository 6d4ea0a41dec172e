import { checkedTimeoutMs, MAX_TIMER_MS } from '../seam/call-options.ts';
import { misuse } from '../seam/errors.ts';

/** When an actor that ended is started again; Erlang's `permanent`, `transient` and `temporary`. */
export type Restart = 'always' | 'on-failure' | 'never';

/** Which actors of a group are restarted with one that ended; after OTP's supervisors. */
export type RestartStrategy = 'one-for-one' | 'one-for-all' | 'rest-for-one';

/** How long a supervisor waits before it starts an actor again. */
export interface RestartBackoff {
  /** Before the first restart in a row, in milliseconds; it doubles with each further one. Default 100. */
  readonly initialMs?: number;
  /** The longest delay, in milliseconds. Default 10,000. */
  readonly maxMs?: number;
}

/** How often, and after what delay, a supervisor restarts its actors. */
export interface SupervisorOptions {
  /**
   * `'always'`: whenever an actor ends without being told to. `'on-failure'`: unless it exited by itself with code 0.
   * `'never'`: not at all. Default `'on-failure'`.
   */
  readonly restart?: Restart;
  /** With more restarts than this within `withinMs`, the supervisor gives up. Default 3. */
  readonly maxRestarts?: number;
  /** The span that `maxRestarts` counts in, in milliseconds. Default 5,000. */
  readonly withinMs?: number;
  readonly backoff?: RestartBackoff;
  /** For groups. Default `'one-for-one'`. */
  readonly strategy?: RestartStrategy;
}

/** {@link SupervisorOptions}, checked and complete. */
export interface RestartPolicy {
  readonly restart: Restart;
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly initialMs: number;
  readonly maxMs: number;
  readonly strategy: RestartStrategy;
}

const RESTARTS: readonly Restart[] = ['always', 'on-failure', 'never'];
const STRATEGIES: readonly RestartStrategy[] = ['one-for-one', 'one-for-all', 'rest-for-one'];
const NAMES: readonly string[] = ['restart', 'maxRestarts', 'withinMs', 'backoff', 'strategy'];

/**
 * The policy that options describe.
 *
 * @throws TypeError for an unknown option or value.
 */
export function restartPolicy(options: SupervisorOptions, verb: string): RestartPolicy {
  if (typeof options !== 'object' || options === null) throw misuse(`${verb}: the options must be an object`);
  for (const name of Object.keys(options)) {
    if (!NAMES.includes(name)) throw misuse(`${verb}: there is no option '${name}', only ${NAMES.join(', ')}`);
  }
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
    withinMs: checkedSpan(withinMs, `${verb}: withinMs`),
    initialMs: checkedSpan(backoff.initialMs ?? 100, `${verb}: backoff.initialMs`),
    maxMs: checkedSpan(backoff.maxMs ?? 10_000, `${verb}: backoff.maxMs`),
  };
}

/** Counts restarts against `maxRestarts` within `withinMs`, and says how long the next one waits. */
export class RestartIntensity {
  readonly #policy: RestartPolicy;
  /** When the restarts of the last `withinMs` were. */
  #restarts: number[] = [];
  /** Restarts in a row, none of which lasted `withinMs`. */
  #inARow = 0;
  #lastAt = -Infinity;

  constructor(policy: RestartPolicy) {
    this.#policy = policy;
  }

  /**
   * Counts a restart at `now`, in milliseconds of the monotonic clock.
   *
   * @returns the delay before it, or `undefined` when it is one too many.
   */
  next(now: number): number | undefined {
    const { maxRestarts, withinMs, initialMs, maxMs } = this.#policy;
    this.#restarts = this.#restarts.filter((at) => now - at < withinMs);
    if (this.#restarts.length >= maxRestarts) return undefined;
    this.#inARow = now - this.#lastAt < withinMs ? this.#inARow + 1 : 1;
    this.#restarts.push(now);
    this.#lastAt = now;
    return Math.min(initialMs * 2 ** (this.#inARow - 1), maxMs);
  }
}

function checkedSpan(ms: number, name: string): number {
  const checked = checkedTimeoutMs(ms, name) ?? MAX_TIMER_MS;
  if (checked < 0) throw misuse(`${name} must not be negative`);
  return checked;
}
