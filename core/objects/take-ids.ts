import { QueueEmptyError, UActorError } from '../seam/errors.ts';
import { type BaseProxy, proxyReference } from '../proxy/base-proxy.ts';
import type { Reference } from '../references/reference.ts';
import type { InternalCallOptions } from '../seam/call-options.ts';
import { queueMicrotask, randomInt } from '../seam/environment.ts';

/** The largest range that `randomInt` draws from: two takings in progress do not get the same number. */
const NUMBERS = 2 ** 48 - 1;

const IN_BACKGROUND: InternalCallOptions = { background: true };

/** A number by which an object finds what a call took. */
export function newTakeId(): number {
  return randomInt(NUMBERS);
}

/** Told, once what was taken is here, through which reference and under which number it was taken. */
type Received = (reference: Reference, taking: number) => void;

/**
 * Calls a method that takes something from a shared object, with a number behind its arguments. When the call fails, be
 * it that the caller gave up while the reply was on its way, the object is told to take back what it may have given.
 */
export async function take<Result>(
  proxy: BaseProxy,
  method: string,
  args: readonly unknown[],
  received: Received = () => undefined,
): Promise<Result> {
  const taking = newTakeId();
  const reference = proxyReference(proxy);
  // Held until the end: a proxy that is released meanwhile must still be able to tell what became of it.
  reference.addProxy();
  try {
    const result = await proxy.callMethod<Result>(method, [...args, taking]);
    received(reference, taking);
    return result;
  } catch (error) {
    // An answer that came and is of no use holds a proxy that cannot be reached from here.
    const useless = error instanceof UActorError && error.executed === 'yes';
    if (!(error instanceof QueueEmptyError)) tell(reference, 'giveBack', useless ? [taking, true] : [taking]);
    throw error;
  } finally {
    reference.dropProxy();
  }
}

/** Acknowledges what arrived: until then, the object keeps what it gave. */
export class Receipts {
  #received: number[] = [];

  /** The same as {@link take}, with an acknowledgement by `acknowledge`. */
  async take<Result>(proxy: BaseProxy, method: string, args: readonly unknown[]): Promise<Result> {
    return await take<Result>(proxy, method, args, (reference, taking) => this.acknowledge(reference, taking));
  }

  /** What arrives in one turn is acknowledged by one call, which leaves before the receiver can release the proxy. */
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
  // It fails only when the session is over, and then the other end takes back by itself whatever was not acknowledged.
  told.catch(() => undefined);
}
