import { ProxyError } from '../seam/errors.ts';
import { Kind } from './message.ts';
import { clearTimeout, setTimeout, type Timer } from '../seam/environment.ts';
import type { Outbox } from './outbox.ts';

/** How long given-up calls may use every place before the calls behind them reject, in milliseconds. */
const GIVEN_UP_MS = 1_000;

/** Given-up calls whose methods are still running, by name. The peer counts them until they end. */
export class GivenUpCalls {
  readonly #counts = new Map<string, number>();
  #blocking = false;
  #patience: Timer | undefined;

  /** Whether they have used every place for a while, so that calls behind them reject. */
  get blocking(): boolean {
    return this.#blocking;
  }

  /**
   * Called when they use every place. Methods that obey their signal end soon, so they get a moment. If none has ended by then,
   * calls `blocked`.
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

  /** Returns the error of a call for which they leave no place. */
  error(maxInFlight: number): ProxyError {
    const running = [...this.#counts].map(([name, count]) => `${name} (${count})`).join(', ');
    return new ProxyError(
      `${maxInFlight} abandoned calls are still running at the other end, which accepts no more at a time ` +
        `(limits.maxCallsInFlight): ${running}; let their methods end when currentCall().signal aborts`,
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
    // If the reason cannot be sent, the call is still cancelled: the peer then aborts with the standard reason.
    outbox.reply(Kind.CANCEL, call, undefined, flags);
  }
}
