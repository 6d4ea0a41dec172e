import type { OnGone } from './caller.ts';
import { clearTimeout, setTimeout } from '../seam/environment.ts';

/** How waiting ended: with what was waited for, or with the end of the time. */
export type Waited<Result> = { readonly late: false; readonly value: Result } | { readonly late: true };

/** How long a call waits. */
export interface Patience {
  /** At most so many milliseconds; `undefined` without limit. */
  readonly timeoutMs: number | undefined;
  /** Waiting ends when the caller is gone. */
  readonly onGone: OnGone;
}

interface Waiter<Request, Result> {
  readonly request: Request;
  /** Takes it off the list. */
  leave(): void;
  resolve(waited: Waited<Result>): void;
  reject(error: Error): void;
}

const LATE: { readonly late: true } = Object.freeze({ late: true });

/**
 * Those who wait for something, first come, first served. Whoever runs out of time or is gone is taken off the list in
 * that moment, so what is handed out is handed to somebody who still wants it.
 */
export class WaitingList<Request, Result> {
  readonly #waiters = new Set<Waiter<Request, Result>>();

  /** How many wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /** What they wait for, in order. */
  *requests(): IterableIterator<Request> {
    for (const { request } of this.#waiters) yield request;
  }

  /** Waits until it is one's turn. Rejects with the reason when one is gone, and with what {@link failAll} says. */
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
        reject(reason instanceof Error ? reason : new Error(String(reason), { cause: reason }));
      });
    });
  }

  /** Serves the first one, if there is one, and returns what he had asked for. */
  serve(answer: (request: Request) => Result): Request | undefined {
    for (const waiter of this.#waiters) {
      serveOne(waiter, answer);
      return waiter.request;
    }
    return undefined;
  }

  /** Serves all that `chosen` says yes to, in order. */
  serveAll(answer: (request: Request) => Result, chosen: (request: Request) => boolean = () => true): void {
    for (const waiter of this.#waiters) {
      if (chosen(waiter.request)) serveOne(waiter, answer);
    }
  }

  /** Turns everybody away. */
  failAll(error: () => Error): void {
    for (const waiter of this.#waiters) {
      waiter.leave();
      waiter.reject(error());
    }
  }
}

function nothing(): void {}

/** Off the list first: what answering sets off must not find it there. */
function serveOne<Request, Result>(waiter: Waiter<Request, Result>, answer: (request: Request) => Result): void {
  waiter.leave();
  waiter.resolve({ late: false, value: answer(waiter.request) });
}
