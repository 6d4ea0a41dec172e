import { ProxyError, SerializerError } from '../seam/errors.ts';
import { UnreadBlobs } from '../objects/blob-contents.ts';
import { shorterBatch } from '../objects/iterator-source.ts';
import type { RunningCall } from '../references/current-call.ts';
import { pinProxies } from '../proxy/pinned-proxies.ts';
import { fateOf } from '../references/invoke.ts';
import type { ObjectEntry } from '../references/object-table.ts';
import { type Exposure, type LocalExposure, operationName } from '../references/exposure.ts';
import { LocalReference } from '../references/local-reference.ts';
import { SendableError } from '../values/sendable-error.ts';
import { FLAG_COPY, FLAG_MAYBE, FLAG_RAN, Kind } from './message.ts';
import type { Outbox } from './outbox.ts';

/** The call that a result is of. */
export interface Answered {
  readonly entry: { readonly exposure: LocalExposure } | undefined;
  readonly operation: number;
  readonly flags: number;
}

/** Writes how calls of the peer have ended, whatever can or cannot be sent. */
export class Replies {
  readonly #outbox: Outbox;
  readonly #redactErrors: boolean;

  constructor(outbox: Outbox, redactErrors: boolean) {
    this.#outbox = outbox;
    this.#redactErrors = redactErrors;
  }

  /**
   * The method has returned `result`; `answered` is absent where no method was called, and `running` where it asked for nothing.
   *
   * @returns what has to be read before: then nothing was written
   */
  answer(call: number, result: unknown, answered?: Answered, running?: RunningCall): UnreadBlobs | undefined {
    // An object that is handed out here for the first time is held by nobody until the reply is written.
    const handedOut = result instanceof LocalReference ? result : undefined;
    handedOut?.addProxy();
    // A copy of an object is the result of no method.
    const of = answered && !(answered.flags & FLAG_COPY) ? answered.entry?.exposure : undefined;
    try {
      this.#outbox.reply(Kind.RESULT, call, result, 0, of, answered?.operation);
    } catch (error) {
      if (error instanceof UnreadBlobs) return error;
      const shorter = shorterBatch(result);
      if (shorter !== undefined) return this.answer(call, shorter, answered);
      running?.unsent?.(error);
      this.unsendable(call, error, of, answered?.operation);
    } finally {
      handedOut?.dropProxy();
    }
    return undefined;
  }

  /** What the method returned cannot be sent. */
  unsendable(call: number, error: unknown, of: Exposure | undefined, operation?: number): void {
    this.fail(call, ofResult(error, of, operation), FLAG_RAN);
  }

  /** The call has failed; `flags` say whether its method threw. */
  fail(call: number, error: unknown, flags = 0): void {
    try {
      this.#outbox.reply(Kind.ERROR, call, error, flags);
    } catch (refused) {
      this.#failPlainly(call, error, refused, flags);
    }
  }

  /** For an error that cannot be sent as it is; the last of the three is a few words that fit into any message. */
  #failPlainly(call: number, error: unknown, refused: unknown, flags: number): void {
    try {
      this.#outbox.reply(Kind.ERROR, call, new SendableError(error, refused, this.#redactErrors), flags);
    } catch (again) {
      this.#outbox.reply(Kind.ERROR, call, SendableError.brief(again), flags);
    }
  }
}

/** Says of a value that cannot be sent which member gave it, and that an object can be handed out as itself. */
function ofResult(error: unknown, exposure: Exposure | undefined, operation = 0): unknown {
  if (!(error instanceof SerializerError) || error.code !== 'UNSERIALIZABLE' || exposure === undefined) return error;
  const { message, path, cause } = error;
  const instead = / an instance of (?!Promise,)/.test(message)
    ? ' To hand out the object itself, return proxy(…) of it.'
    : '';
  return new SerializerError(
    `the result of ${operationName(exposure, operation)} cannot be sent: ${message}${instead}`,
    {
      code: 'UNSERIALIZABLE',
      ...(path !== undefined && { path }),
      ...(cause !== undefined && { cause }),
    },
  );
}

/** The peer went away before the result of a call could be told: nobody holds what was to be handed out. */
export function dropUnsent(result: unknown): void {
  if (!(result instanceof LocalReference)) return;
  result.addProxy();
  result.dropProxy();
}

/** One answer for ids that never were, are no more, or are another process's: nothing is learnt by guessing. */
export function objectGone(): ProxyError {
  return new ProxyError(
    'the object behind this proxy is gone, or was never given to this process: ask its actor for a new proxy',
    { code: 'OBJECT_GONE' },
  );
}

/** What is told of a method that failed. */
export function flagsOf(entry: ObjectEntry, error: unknown): number {
  return FLAGS[fateOf(entry, error)];
}

const FLAGS = { no: 0, maybe: FLAG_MAYBE, yes: FLAG_RAN } as const;

/** Reads what has to be read before a result can be sent, which nobody else may hold meanwhile. */
export function readResult(unread: UnreadBlobs, result: unknown, then: (failure: unknown) => void): void {
  const unpin = pinProxies(result);
  void unread.read((failure) => {
    unpin?.();
    then(failure);
  });
}
