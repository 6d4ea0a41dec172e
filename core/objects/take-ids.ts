import { QueueEmptyError, UActorError } from '../seam/errors.ts';
import { type BaseProxy, callMethodAs, proxyReference } from '../proxy/base-proxy.ts';
import type { Reference } from '../references/reference.ts';
import type { InternalCallOptions } from '../seam/call-options.ts';
import { queueMicrotask, randomInt } from '../seam/environment.ts';

/** The largest range of `randomInt`: two takings in progress do not get the same number. */
const NUMBERS = 2 ** 48 - 1;

const IN_BACKGROUND: InternalCallOptions = { background: true };

/** Creates the number of a taking. */
export function newTakeId(): number {
  return randomInt(NUMBERS);
}

/** Called when the result has arrived, with the reference over which it was taken and the number of the taking. */
type Received = (reference: Reference, taking: number) => void;

/**
 * Calls a method that takes something from a shared object, with a number as additional argument. If the call fails, even if only
 * because the caller gave up while the reply was in transit, the object is told to take back what it gave.
 *
 * @param calledAs - The member that the user called, for messages: `acquire()`.
 */
export async function take<Result>(
  proxy: BaseProxy,
  calledAs: string,
  method: string,
  args: readonly unknown[],
  received: Received = () => undefined,
): Promise<Result> {
  const taking = newTakeId();
  const reference = proxyReference(proxy);
  // Held until the end: if the proxy is released meanwhile, the object must still learn the outcome.
  reference.addProxy();
  try {
    const result = await callMethodAs<Result>(proxy, calledAs, method, [...args, taking]);
    received(reference, taking);
    return result;
  } catch (error) {
    // The reply arrived but is useless: it contains a proxy whose object cannot be reached from here.
    const useless = error instanceof UActorError && error.executed === 'yes';
    if (!(error instanceof QueueEmptyError)) tell(reference, 'giveBack', useless ? [taking, true] : [taking]);
    throw error;
  } finally {
    reference.dropProxy();
  }
}

/** Acknowledges takings that arrived. Until then, the object keeps the items. */
export class Receipts {
  #received: number[] = [];

  /** Calls {@link take}, and acknowledges the result with `acknowledge`. */
  async take<Result>(proxy: BaseProxy, method: string, args: readonly unknown[]): Promise<Result> {
    return await take<Result>(proxy, `${method}()`, method, args, (reference, taking) =>
      this.acknowledge(reference, taking),
    );
  }

  /** Acknowledges all takings that arrived in one turn with one call, which leaves before the receiver can release the proxy. */
  acknowledge(reference: Reference, taking: number): void {
    if (this.#received.push(taking) > 1) return;
    reference.addProxy();
    queueMicrotask(() => {
      const received = this.#received;
      this.#received = [];
      tell(reference, 'acknowledge', [received]);
      reference.dropProxy();
    });
  }
}

function tell(reference: Reference, method: string, args: readonly unknown[]): void {
  const told = reference.call(reference.exposure.methods.indexOf(method), args, IN_BACKGROUND);
  // It fails only when the session has ended; the object then takes back unacknowledged items by itself.
  told.catch(() => undefined);
}
