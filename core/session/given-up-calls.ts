import { clearTimeout, setTimeout, type Timer } from '../seam/environment.ts';
import { ProxyError } from '../seam/errors.ts';
import { Kind } from './message.ts';
import type { Outbox } from './outbox.ts';

/** How long calls that were given up may take every place before calls behind them reject, in milliseconds. */
const GIVEN_UP_MS = 1_000;

/** The calls that were given up and whose methods run on, by their names: they count at the peer until they end. */
export class GivenUpCalls {
  readonly #counts = new Map<string, number>();
  #blocking = false;
  #patience: Timer | undefined;

  /** Whether they have taken every place for a while: calls that would wait behind them reject. */
  get blocking(): boolean {
    return this.#blocking;
  }

  /**
   * They have taken every place. A method that heeds its signal ends soon, so they get a moment; when none has ended by then,
   * `blocked` is called.
   */
  takeAll(blocked: () => void): void {
    if (this.#blocking || this.#patience !== undefined) return;
    this.#patience = setTimeout(() => {
      this.#patience = undefined;
      this.#blocking = true;
      blocked();
    }, GIVEN_UP_MS);
    this.#patience.unref();
  }

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  delete(name: string): void {
    const count = (this.#counts.get(name) ?? 1) - 1;
    if (count > 0) this.#counts.set(name, count);
    else this.#counts.delete(name);
    this.#unblock();
  }

  clear(): void {
    this.#counts.clear();
    this.#unblock();
  }

  #unblock(): void {
    this.#blocking = false;
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  /** What a call rejects with for which they leave no place. */
  error(maxInFlight: number): ProxyError {
    const running = [...this.#counts].map(([name, count]) => `${name} (${count})`).join(', ');
    return new ProxyError(
      `${maxInFlight} calls that were given up are still running at the other end, as many as it accepts at a time ` +
        `(limits.maxCallsInFlight): ${running}; have their methods end when currentCall().signal aborts`,
      { code: 'TOO_MANY_CALLS' },
    );
  }
}

/** Tells the peer that a call was given up, and why. */
export function sendCancel(outbox: Outbox, call: number, flags: number, reason: unknown): void {
  if (outbox.busy) {
    outbox.afterwards(() => sendCancel(outbox, call, flags, reason));
    return;
  }
  try {
    outbox.reply(Kind.CANCEL, call, reason, flags);
  } catch {
    // A reason that cannot be sent still has to cancel: the other end then aborts with the standard reason.
    outbox.reply(Kind.CANCEL, call, undefined, flags);
  }
}
