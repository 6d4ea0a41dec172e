import { ProxyError } from '../seam/errors.ts';

/** The calls that were given up and whose methods run on, by their names: they count at the peer until they end. */
export class GivenUpCalls {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  delete(name: string): void {
    const count = (this.#counts.get(name) ?? 1) - 1;
    if (count > 0) this.#counts.set(name, count);
    else this.#counts.delete(name);
  }

  clear(): void {
    this.#counts.clear();
  }

  /** What a call rejects with for which they leave no place. */
  error(maxInFlight: number): ProxyError {
    const running = [...this.#counts].map(([name, count]) => `${name} (${count})`).join(', ');
    return new ProxyError(
      `${maxInFlight} calls that were given up still run at the other end, as many as it takes at a time ` +
        `(limits.maxCallsInFlight): ${running}; have their methods end when currentCall().signal aborts`,
      { code: 'TOO_MANY_CALLS' },
    );
  }
}
