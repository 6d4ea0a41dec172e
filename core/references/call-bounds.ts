import type { CallOptions } from '../seam/call-options.ts';
import { clearTimeout, performance, setImmediate, setTimeout, type Timer } from '../seam/environment.ts';
import { TimeoutError } from '../seam/errors.ts';
import { onAbort } from './abort-listeners.ts';
import { withLess } from './waiting.ts';

/** Sends a call with these arguments and options. */
export type SendCall<Options extends CallOptions> = (
  args: readonly unknown[],
  options: Options | undefined,
) => Promise<unknown>;

/**
 * Makes a call through `run`, the interceptors of this process, and bounds it by its deadline and its signal. Both cover the
 * interceptors and every call that they send: a retry has the time that is left.
 *
 * @param name - The name of the called member, for messages.
 */
export async function boundedCall<Options extends CallOptions>(
  name: string,
  options: Options | undefined,
  send: SendCall<Options>,
  run: (next: (args: readonly unknown[]) => Promise<unknown>) => Promise<unknown>,
): Promise<unknown> {
  if (options?.timeout === undefined && options?.signal === undefined) return await run((args) => send(args, options));
  const bounds = new CallBounds(name, options, send);
  try {
    return await Promise.race([run((args) => bounds.send(args)), bounds.passed]);
  } finally {
    bounds.leave();
  }
}

class CallBounds<Options extends CallOptions> {
  /** Rejects when the deadline has passed, or the signal has aborted. */
  readonly passed: Promise<never>;
  readonly #name: string;
  readonly #options: Options;
  readonly #send: SendCall<Options>;
  readonly #startedAt = performance.now();
  #reject: (error: unknown) => void = () => undefined;
  readonly #timer: Timer | undefined;
  readonly #leaveSignal: (() => void) | undefined;
  /** The latest call that was sent. */
  #sent: Promise<unknown> | undefined;
  #end: { readonly error: unknown } | undefined;

  constructor(name: string, options: Options, send: SendCall<Options>) {
    this.#name = name;
    this.#options = options;
    this.#send = send;
    this.passed = new Promise((_, reject) => {
      this.#reject = reject;
    });
    const { timeout, signal } = options;
    if (timeout !== undefined) this.#timer = setTimeout(() => this.#late(timeout), Math.max(0, timeout));
    if (signal?.aborted) void this.#giveUp(signal.reason);
    else if (signal) this.#leaveSignal = onAbort(signal, () => void this.#giveUp(signal.reason));
  }

  async send(args: readonly unknown[]): Promise<unknown> {
    if (this.#end !== undefined) {
      // An interceptor that tries again and again would otherwise block the process.
      await turn();
      throw this.#end.error;
    }
    this.#sent = this.#send(args, withLess(this.#options, performance.now() - this.#startedAt));
    return await this.#sent;
  }

  leave(): void {
    clearTimeout(this.#timer);
    this.#leaveSignal?.();
  }

  #late(timeout: number): void {
    const message = `${this.#name} did not answer within ${timeout} ms: an interceptor of this process still runs`;
    const executed = this.#sent === undefined ? 'no' : 'maybe';
    void this.#giveUp(new TimeoutError(message, { executed }));
  }

  async #giveUp(reason: unknown): Promise<void> {
    this.#end ??= { error: reason };
    // A call that was sent ends now, too, and an interceptor may replace its error.
    await Promise.allSettled([this.#sent]);
    await turn();
    this.#reject(this.#end.error);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
