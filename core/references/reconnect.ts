import type { CallOptions } from '../seam/call-options.ts';
import { ProxyError } from '../seam/errors.ts';
import { dropNow, type Hold, type Reference } from './reference.ts';
import { RemoteReference } from './remote-reference.ts';
import { performance } from '../seam/environment.ts';

/** A call, as far as it does not depend on which connection it is made over. */
export type Use = (reference: Reference, options: CallOptions | undefined) => Promise<unknown>;

/** A call that waits for the connection. */
interface Waiting {
  readonly hold: Hold;
  readonly begin: (reference: Reference) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * How the proxies that `connect` returned get on after their connection was lost: their next call connects anew. Only
 * calls that were never sent are made over the new connection; those that were under way have been rejected.
 */
export class Reconnect {
  readonly #connect: (lost: RemoteReference) => Promise<Hold>;
  #waiting: Waiting[] | undefined;

  /** @param connect - connects to the same actor again, and resolves to a share in the reference to it */
  constructor(connect: (lost: RemoteReference) => Promise<Hold>) {
    this.#connect = connect;
  }

  /** Makes a call through `hold`, whose reference this is: at once, or when a connection stands again. */
  call(hold: Hold, reference: Reference, use: Use): Promise<unknown> {
    const waiting = this.#waiting;
    if (waiting === undefined && !(reference instanceof RemoteReference && !reference.session.open)) {
      return use(reference, hold.options);
    }
    const startedAt = performance.now();
    return new Promise((resolve, reject) => {
      const call: Waiting = {
        hold,
        begin: (renewed) => {
          use(renewed, withLess(hold.options, performance.now() - startedAt)).then(resolve, reject);
        },
        fail: reject,
      };
      // Whoever calls while others wait waits behind them: calls begin in the order in which they were made.
      if (waiting) {
        waiting.push(call);
      } else if (reference instanceof RemoteReference) {
        this.#waiting = [call];
        void this.#renew(reference);
      }
    });
  }

  async #renew(lost: RemoteReference): Promise<void> {
    const outcome = await this.#connect(lost).catch((error: unknown) => ({ error }));
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    if ('error' in outcome) {
      for (const { fail } of waiting) fail(outcome.error);
      return;
    }
    const { reference } = outcome;
    for (const { hold, begin, fail } of waiting) {
      if (reference === undefined) {
        fail(new ProxyError('the actor was released while it was being connected to', { code: 'RELEASED' }));
      } else {
        hold.replace(reference);
        begin(reference);
      }
    }
    dropNow(outcome);
  }
}

/** The options of a call of which some time has passed. */
function withLess(options: CallOptions | undefined, passedMs: number): CallOptions | undefined {
  return options?.timeout === undefined ? options : { ...options, timeout: options.timeout - passedMs };
}
