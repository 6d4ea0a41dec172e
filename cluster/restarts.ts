import { Backoff, type BackoffSpan } from '../index.ts';
import type { Clock } from './clock.ts';

/** The delay before an actor is started again on its host; each further one in a row is twice as long. */
const BACKOFF: BackoffSpan = { initialMs: 100, maxMs: 10_000 };

/** An actor that ran for so long was not started in vain. */
const STEADY_MS = 5_000;

interface Row {
  readonly backoff: Backoff;
  startedAtMs: number;
  /** How long the host leaves the name alone. */
  delayMs: number;
  /** The reason that was last warned of. */
  warned?: string;
}

/** The restarts of named actors on one host. */
export class Restarts {
  readonly #clock: Clock;
  readonly #rows = new Map<string, Row>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begun(key: string): Row {
    const row = this.#rows.get(key) ?? { backoff: new Backoff(BACKOFF), startedAtMs: 0, delayMs: 0 };
    row.startedAtMs = this.#clock.monotonicMs();
    this.#rows.set(key, row);
    return row;
  }

  ended(key: string): void {
    const row = this.#rows.get(key) ?? this.begun(key);
    if (this.#clock.monotonicMs() - row.startedAtMs >= STEADY_MS) row.backoff.reset();
    row.delayMs = row.backoff.next();
  }

  /** How long the host leaves a name alone whose actor ended on it. */
  delayMs(key: string): number {
    return this.#rows.get(key)?.delayMs ?? 0;
  }

  forget(key: string): void {
    this.#rows.delete(key);
  }

  /** Warns that a start has failed; of the same reason once, however often it comes. */
  failed(key: string, text: string): void {
    const row = this.#rows.get(key) ?? this.begun(key);
    if (row.warned === text) return;
    row.warned = text;
    process.emitWarning(text, 'UActorWarning', 'UACTOR_NOT_RESTARTED');
  }
}
