import type { InternalCallOptions } from '../seam/call-options.ts';
import { onAbort } from './abort-listeners.ts';
import { answering, type CurrentCall, endingWith } from './current-call.ts';
import { fateOf } from './relay.ts';
import { type Executed, TimeoutError } from '../seam/errors.ts';
import { operationName } from './exposure.ts';
import { presentEpoch } from './lease.ts';
import type { ObjectEntry } from './object-table.ts';
import { clearTimeout, queueMicrotask, setTimeout } from '../seam/environment.ts';

/** A call through a proxy to an object of its own process. */
export interface LocalCallRequest {
  readonly entry: ObjectEntry;
  readonly operation: number;
  readonly options: InternalCallOptions | undefined;
  /** The identity of this process. */
  readonly instance: string;
}

/** The current call of a method that was called from its own process. */
class LocalCall implements CurrentCall {
  readonly caller: string;
  readonly session = undefined;
  /** Created on first use: most methods never read their signal. */
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  constructor(instance: string) {
    this.caller = instance;
  }

  get current(): this {
    return this;
  }

  get epoch(): string | undefined {
    return presentEpoch();
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort(this.#aborted.reason);
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(reason);
  }
}

/**
 * Runs a call within the process as if it had come from outside: in a later turn, when the object's limiter admits it, with the
 * deadline and the signal of its caller.
 */
export function callLocally(request: LocalCallRequest, run: () => unknown): Promise<unknown> {
  const { entry, options, instance } = request;
  const { timeout, signal } = options ?? {};
  if (signal?.aborted) return Promise.reject(signal.reason);
  if (timeout !== undefined && timeout <= 0) return Promise.reject(timedOut(request, timeout, 'no'));
  const call = new LocalCall(instance);
  return new Promise((resolve, reject) => {
    let state: 'waiting' | 'begun' | 'over' = 'waiting';
    let withdraw: (() => void) | undefined;
    const giveUp = (error: (executed: Executed) => unknown, reason: unknown): void => {
      reject(error(state === 'waiting' ? 'no' : 'maybe'));
      finish();
      withdraw?.();
      call.abort(reason);
    };
    const late = (executed: Executed): TimeoutError => timedOut(request, timeout, executed);
    const onTimeout = (): void => giveUp(late, late('maybe'));
    const finish = (): void => {
      state = 'over';
      clearTimeout(timer);
      leaveSignal?.();
    };
    const begin = async (leave: () => void): Promise<void> => {
      state = 'begun';
      try {
        resolve(await answering(call, run));
      } catch (error) {
        reject(endingWith(error, fateOf(entry, error)));
      } finally {
        finish();
        leave();
      }
    };
    const timer = timeout === undefined ? undefined : setTimeout(onTimeout, timeout);
    const leaveSignal = signal && onAbort(signal, () => giveUp(() => signal.reason, signal.reason));
    // In a later turn, like every call of a proxy: a caller can rely on its own code running first.
    queueMicrotask(() => {
      const { gate } = entry.exposure;
      if (state === 'over') return;
      if (gate) withdraw = gate.enter((leave) => void begin(leave));
      else void begin(() => undefined);
    });
  });
}

function timedOut(
  { entry, operation, options }: LocalCallRequest,
  timeout: number | undefined,
  executed: Executed,
): TimeoutError {
  const name = options?.calledAs ?? operationName(entry.exposure, operation);
  return new TimeoutError(`${name} did not answer within ${timeout} ms`, { executed });
}
