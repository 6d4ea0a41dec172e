/**
 * A call of the peer: its method runs in this process, and its reply is written, or waits for room. The calls of a session are started in
 * order in `inbound-calls.ts`.
 */
import { UnreadBlobs } from '../objects/blob-contents.ts';
import { shorterBatch } from '../objects/iterator-source.ts';
import { pinProxies } from '../proxy/pinned-proxies.ts';
import { answerThrough, callChannel } from '../references/call-hooks.ts';
import {
  answering,
  type CallerSession,
  type CurrentCall,
  hooks,
  type RunningCall,
} from '../references/current-call.ts';
import { type Exposure, type LocalExposure, operationName } from '../references/exposure.ts';
import { presentEpoch } from '../references/lease.ts';
import type { Ledger } from '../references/ledger.ts';
import { copyOf, LocalReference } from '../references/local-reference.ts';
import type { ObjectEntry } from '../references/object-table.ts';
import { fateOf } from '../references/relay.ts';
import { ProxyError, SerializerError } from '../seam/errors.ts';
import { SendableError } from '../values/error-values.ts';
import type { Answered, Arrival, InboundContext } from './inbound-context.ts';
import { CONTROL_ID, FLAG_COPY, FLAG_MAYBE, FLAG_RAN, Kind } from './message.ts';
import type { Outbox } from './outbox.ts';

/** A call of the peer whose method runs in this process. */
export class InboundCall implements CurrentCall {
  readonly session: CallerSession;
  /** Whether an ending process waits for it. */
  readonly isWork: boolean;
  unsent: ((reason: unknown) => void) | undefined;
  /** Created on first use: most methods never read their signal. */
  #controller: AbortController | undefined;
  #giveUp: (() => void) | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  /** @param exposure - That of the called object; `undefined` if no object of this process is called. */
  constructor(session: CallerSession, exposure: LocalExposure | undefined) {
    this.session = session;
    this.isWork = exposure !== undefined && exposure.waits === undefined;
  }

  /** The call; for {@link answering}. */
  get current(): this {
    return this;
  }

  get caller(): string {
    return this.session.instance;
  }

  get epoch(): string | undefined {
    return presentEpoch();
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort(this.#aborted.reason);
    return this.#controller.signal;
  }

  /** Whether the caller gave up, or is gone. */
  get aborted(): boolean {
    return this.#aborted !== undefined;
  }

  /** Calls `giveUp` if the caller gives up before {@link InboundCall.begin}. */
  wait(giveUp: () => void): void {
    this.#giveUp = giveUp;
  }

  /** Called when it is the call's turn. */
  begin(): void {
    this.#giveUp = undefined;
  }

  /** Called when the caller gave up, or is gone. */
  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(reason);
    this.#giveUp?.();
  }
}

/** Runs a call inside the functions with which the actor and its process wrap calls. */
export function beginMethod(
  { runtime, caller }: InboundContext,
  entry: ObjectEntry,
  arrival: Arrival,
  call: InboundCall,
): unknown {
  const { flags, operation, args, metadata = {} } = arrival;
  const invoke = (given = args): unknown => (flags & FLAG_COPY ? copyOf(entry) : runtime.run(entry, operation, given));
  const { around } = runtime;
  // Control calls do not count as actor work.
  if (entry.id === CONTROL_ID) return invoke();
  if (around === undefined && !hooks.incoming && !callChannel.hasSubscribers) return invoke();
  const { exposure } = entry;
  const member = flags & FLAG_COPY ? undefined : operationName(exposure, operation);
  const actor = runtime.actorName;
  const starting = { actor, typeid: exposure.typeid, member, args, caller: caller.instance, metadata };
  // The wrapping function may take time before it starts the method.
  return answerThrough(starting, around, (given) => answering(call, () => invoke(given)));
}

/** Returns the form in which a method's result is sent. */
export function handOut(
  { runtime }: InboundContext,
  entry: ObjectEntry,
  { flags, operation }: Pick<Arrival, 'flags' | 'operation'>,
  result: unknown,
): unknown {
  return flags & FLAG_COPY ? result : runtime.handOut(entry, operation, result);
}

/** Writes the replies to the peer's calls, including errors for values that cannot be sent. */
export class Replies {
  readonly #outbox: Outbox;
  readonly #ledger: Ledger;
  readonly #redactErrors: boolean;
  readonly #unable: (error: unknown) => void;

  constructor({
    outbox,
    ledger,
    redactErrors,
    unable,
  }: Pick<InboundContext, 'outbox' | 'ledger' | 'redactErrors' | 'unable'>) {
    this.#unable = unable;
    this.#outbox = outbox;
    this.#ledger = ledger;
    this.#redactErrors = redactErrors;
  }

  /**
   * Replies with `result`. `answered` is absent if no method was called, `running` if the method did not ask for its call.
   *
   * @returns the blobs that must be read before; then nothing was written
   */
  answer(call: number, result: unknown, answered?: Answered, running?: RunningCall): UnreadBlobs | undefined {
    // Until the reply is written, an object handed out for the first time has no holder.
    const handedOut = result instanceof LocalReference ? result : undefined;
    handedOut?.addProxy();
    // A copy of an object is not the result of a method.
    const of = answered && !(answered.flags & FLAG_COPY) ? answered.entry?.exposure : undefined;
    try {
      this.#outbox.reply(Kind.RESULT, call, result, 0, of, answered?.operation);
    } catch (error) {
      if (error instanceof UnreadBlobs) return error;
      const shorter = shorterBatch(result);
      if (shorter !== undefined) return this.answer(call, shorter, answered);
      running?.unsent?.(error);
      this.#unsendable(call, error, of, answered?.operation);
    } finally {
      handedOut?.dropProxy();
    }
    return undefined;
  }

  /** Replies like {@link Replies.answer} with a result that hands out no object and is not a batch. */
  answerPlainly(call: number, result: unknown, { exposure }: ObjectEntry, operation: number): UnreadBlobs | undefined {
    try {
      this.#outbox.reply(Kind.RESULT, call, result, 0, exposure, operation);
    } catch (error) {
      if (error instanceof UnreadBlobs) return error;
      this.#unsendable(call, error, exposure, operation);
    }
    return undefined;
  }

  /** Reads the blobs of a result, which is held meanwhile. */
  read(unread: UnreadBlobs, result: unknown, then: (failure: unknown) => void): void {
    const unpin = pinProxies(result);
    void unread.read((failure) => {
      unpin?.();
      then(failure);
    });
  }

  /** Releases the objects in a result that cannot be sent because the peer is gone. */
  drop(result: unknown): void {
    if (!(result instanceof LocalReference)) return;
    result.addProxy();
    result.dropProxy();
  }

  /** Replies that the method's result cannot be sent. */
  #unsendable(call: number, error: unknown, of: Exposure | undefined, operation?: number): void {
    this.#ledger.endUnsent();
    this.fail(call, ofResult(error, of, operation), FLAG_RAN);
  }

  /**
   * Replies that the call has failed; `flags` say whether its method threw.
   *
   * @param read - Whether the blobs of the thrown value were read.
   * @returns the blobs that must be read before; then nothing was written
   */
  fail(call: number, error: unknown, flags = 0, read = false): UnreadBlobs | undefined {
    try {
      this.#outbox.reply(Kind.ERROR, call, error, flags);
    } catch (refused) {
      if (refused instanceof UnreadBlobs && !read) return refused;
      this.#failPlainly(call, error, refused instanceof UnreadBlobs ? refused.refusal : refused, flags);
    }
    return undefined;
  }

  /**
   * Replies with an error that cannot be sent as it is. The last of three attempts is a short text that fits into any message;
   * only a faulty serializer fails to encode that.
   */
  #failPlainly(call: number, error: unknown, refused: unknown, flags: number): void {
    try {
      this.#outbox.reply(Kind.ERROR, call, new SendableError(error, refused, this.#redactErrors), flags);
    } catch (again) {
      try {
        this.#outbox.reply(Kind.ERROR, call, SendableError.brief(again), flags);
      } catch (never) {
        this.#unable(never);
      }
    }
  }
}

/** Adds to an error which member returned the value, and how to hand an object out as a proxy. */
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

/**
 * Returns the same error for ids that never existed, have ended, or belong to another process, so that guessing reveals nothing.
 */
export function objectGone(): ProxyError {
  return new ProxyError(
    'the object of this proxy was released, or was never given to this process: get a new proxy from its actor',
    { code: 'OBJECT_GONE' },
  );
}

const FLAGS = { no: 0, maybe: FLAG_MAYBE, yes: FLAG_RAN } as const;

/** Returns the flags of an ERROR for a failed method. */
export function flagsOf(entry: ObjectEntry, error: unknown): number {
  return FLAGS[fateOf(entry, error)];
}

/** A waiting reply with the references in its value. */
interface Held {
  readonly write: () => void;
  readonly handedOut: LocalReference | undefined;
  /** Releases the proxies in the value. */
  readonly unpin: (() => void) | undefined;
}

/**
 * Replies to a peer that reads more slowly than its calls end: their methods started while there was room and ended when there
 * was none. They wait unencoded, because their bytes can be a multiple of the size of the values.
 */
export class HeldReplies {
  #replies: Held[] = [];
  /** The number of replies already written. */
  #written = 0;
  readonly #outbox: Outbox;
  /** Functions that continue the claims waiting for room. */
  #claims: (() => void)[] = [];

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Whether anything waits for room. */
  get waits(): boolean {
    return this.size > 0 || this.#claims.length > 0;
  }

  get size(): number {
    return this.#replies.length - this.#written;
  }

  /** Calls `write` after the message being written, or when there is room. */
  later(value: unknown, write: () => void): void {
    if (this.#outbox.busy) this.#outbox.afterwards(write);
    else this.#hold(value, write);
  }

  /** Resolves when there is room for the reply to a claim. */
  room(): Promise<void> {
    this.#outbox.roomWanted = true;
    return new Promise((resolve) => {
      this.#claims.push(resolve);
    });
  }

  /** Called when there is room: waiting claims continue. */
  goOn(): void {
    const claims = this.#claims;
    this.#claims = [];
    for (const resolve of claims) resolve();
  }

  /**
   * Keeps a reply for {@link HeldReplies.writeFirst}, and holds the references in its value, which might otherwise be released
   * before.
   */
  #hold(value: unknown, write: () => void): void {
    this.#outbox.roomWanted = true;
    const handedOut = value instanceof LocalReference ? value : undefined;
    handedOut?.addProxy();
    this.#replies.push({ write, handedOut, unpin: pinProxies(value) });
  }

  /** Writes the oldest reply. */
  writeFirst(): void {
    const first = this.#replies[this.#written];
    if (first === undefined) return;
    this.#written++;
    if (this.size === 0) {
      this.#replies = [];
      this.#written = 0;
    }
    first.write();
    letGo(first);
  }

  /** Drops all replies, because their receiver is gone. */
  discard(): void {
    const unsent = this.#replies.slice(this.#written);
    this.#replies = [];
    this.#written = 0;
    for (const held of unsent) letGo(held);
  }
}

function letGo({ handedOut, unpin }: Held): void {
  handedOut?.dropProxy();
  unpin?.();
}
