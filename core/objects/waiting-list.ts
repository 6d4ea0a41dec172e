import type { OnGone } from './caller.ts';
import { clearTimeout, setTimeout } from '../seam/environment.ts';
import { asError } from '../values/error-text.ts';

/** The outcome of waiting: a value, or a timeout. */
export type Waited<Result> = { readonly late: false; readonly value: Result } | { readonly late: true };

/** How long a call waits. */
export interface Patience {
  /** The time limit in milliseconds; `undefined`: no limit. */
  readonly timeoutMs: number | undefined;
  /** Waiting ends when the caller is gone. */
  readonly onGone: OnGone;
}

interface Waiter<Request, Result> {
  readonly request: Request;
  /** Removes it from the list. */
  leave(): void;
  resolve(waited: Waited<Result>): void;
  reject(error: Error): void;
}

const LATE: { readonly late: true } = Object.freeze({ late: true });

/**
 * Waiting calls, first come, first served. A call that times out, or whose caller is gone, leaves the list at once, so nothing is
 * granted to a caller that no longer waits.
 */
export class WaitingList<Request, Result> {
  readonly #waiters = new Set<Waiter<Request, Result>>();

  /** The number of waiting calls. */
  get size(): number {
    return this.#waiters.size;
  }

  /** Yields the waiting requests, in order. */
  *requests(): IterableIterator<Request> {
    for (const { request } of this.#waiters) yield request;
  }

  /** Waits for the request's turn. Rejects with the reason when the caller is gone, and with the error of {@link failAll}. */
  wait(request: Request, { timeoutMs, onGone }: Patience): Promise<Waited<Result>> {
    if (timeoutMs !== undefined && timeoutMs <= 0) return Promise.resolve(LATE);
    return new Promise((resolve, reject) => {
      let callOff = nothing;
      const leave = (): void => {
        this.#waiters.delete(waiter);
        clearTimeout(timer);
        callOff();
      };
      const waiter: Waiter<Request, Result> = { request, leave, resolve, reject };
      const giveUp = (): void => {
        leave();
        resolve(LATE);
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs);
      this.#waiters.add(waiter);
      callOff = onGone((reason) => {
        leave();
        reject(asError(reason));
      });
    });
  }

  /** Serves the first waiting call, if any, and returns its request. */
  serve(answer: (request: Request) => Result): Request | undefined {
    for (const waiter of this.#waiters) {
      serveOne(waiter, answer);
      return waiter.request;
    }
    return undefined;
  }

  /** Serves all calls for which `chosen` returns true, in order. */
  serveAll(answer: (request: Request) => Result, chosen: (request: Request) => boolean = () => true): void {
    for (const waiter of this.#waiters) {
      if (chosen(waiter.request)) serveOne(waiter, answer);
    }
  }

  /** Rejects all waiting calls. */
  failAll(error: () => Error): void {
    for (const waiter of this.#waiters) {
      waiter.leave();
      waiter.reject(error());
    }
  }
}

function nothing(): void {}

/** Removes the call from the list first: code that the answer runs must not find it there. */
function serveOne<Request, Result>(waiter: Waiter<Request, Result>, answer: (request: Request) => Result): void {
  waiter.leave();
  waiter.resolve({ late: false, value: answer(waiter.request) });
}
