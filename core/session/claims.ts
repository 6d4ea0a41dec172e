import type { Deadlines } from '../references/deadlines.ts';
import { dropNow, type Share } from '../references/reference.ts';
import { ActorUnreachableError } from '../seam/errors.ts';

/** One proxy of a third process, on its way. */
export interface Claim {
  /** Where that process is, for messages. */
  readonly address: string | undefined;
  /** Settles when the proxy can be used, or never will. */
  readonly reached: Promise<void>;
}

/**
 * The proxies of third processes in one message, which is delivered when all of them are reached. They have a time of their
 * own for that, so that a process that was stopped holds nothing up for longer.
 */
export class Claims {
  /** Resolves when the value can be delivered; rejects when it never can, and then nothing in it is held any more. */
  readonly settled: Promise<void>;
  readonly #revived: readonly Share[];

  /**
   * @param revived - What the proxies in the value hold, of whatever process.
   * @param claimMs - How long it may take, in milliseconds.
   */
  constructor(claims: readonly Claim[], revived: readonly Share[], deadlines: Deadlines, claimMs: number) {
    this.#revived = revived;
    this.settled = new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        this.drop();
        reject(error);
      };
      const deadline = deadlines.add(claimMs, () => fail(tooLate(claims, claimMs)));
      void Promise.all(claims.map(({ reached }) => reached))
        .finally(() => deadlines.delete(deadline))
        .then(() => resolve(), fail);
    });
    // The call that waits for them may be given up by then.
    this.settled.catch(() => undefined);
  }

  /** The value goes nowhere: gives back what was received with it, and what is still on its way as soon as it comes. */
  drop(): void {
    for (const share of this.#revived) dropNow(share);
  }
}

function tooLate(claims: readonly Claim[], claimMs: number): ActorUnreachableError {
  const where = [...new Set(claims.map(({ address }) => address ?? 'an unknown address'))].join(', ');
  return new ActorUnreachableError(
    `a proxy in the call could not be claimed from its process within limits.claimMs, ${claimMs} ms: the process at ${where} is stopped or too busy to answer`,
  );
}
