import type { Deadlines } from '../references/deadlines.ts';
import { dropNow, type Share, type Reference } from '../references/reference.ts';
import { ActorUnreachableError, SerializerError } from '../seam/errors.ts';
import type { Exposure } from '../references/exposure.ts';
import type { FarToken } from '../references/token.ts';

/** The claim of one proxy of a third process. */
export interface Claim {
  /** The address of that process, for messages. */
  readonly address: string | undefined;
  /** Settles when the proxy can be used, or never can. */
  readonly reached: Promise<void>;
}

/**
 * The claims of one message, which is delivered when all have succeeded. They have their own time limit, so a stopped process
 * does not delay the message for longer.
 */
export class Claims {
  /** Resolves when the value can be delivered. Rejects when it never can; then nothing in it is held any more. */
  readonly settled: Promise<void>;
  readonly #revived: readonly Share[];

  /**
   * @param revived - The shares of all proxies in the value.
   * @param claimMs - The time limit in milliseconds.
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
    // The waiting call may be given up by then, so rejections may have no handler.
    this.settled.catch(() => undefined);
  }

  /** Drops the value: releases its references, including those that are still being claimed. */
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

/** A placeholder while a ticket is being redeemed; the message is delivered only afterwards. */
export class PendingReference implements Reference {
  readonly exposure: Exposure;
  readonly id: number;
  readonly instance: string;
  readonly address: string | undefined;

  constructor(token: FarToken, exposure: Exposure) {
    this.exposure = exposure;
    this.id = token.id;
    this.instance = token.instance;
    this.address = token.endpoints[0];
  }

  call(): Promise<unknown> {
    return Promise.reject(new SerializerError('this proxy is still being handed over'));
  }

  copy(): Promise<unknown> {
    return this.call();
  }

  addProxy(): void {}

  dropProxy(): void {}
}
