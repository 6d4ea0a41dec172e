import type { CallMetadata, CallOptions, InternalCallOptions } from '../seam/call-options.ts';
import { type Executed, UActorError } from '../seam/errors.ts';
import { UnreadBlobs } from '../objects/blob-contents.ts';
import { Line, type Place } from '../references/waiting.ts';
import { rejectWithCallerStack, withCallerFrames } from '../values/remote-stack.ts';
import { SenderCredit } from './flow-control.ts';
import {
  executedBy,
  lateClaim,
  timedOut,
  CallSlots,
  take,
  takenSettle,
  type CallTarget,
  holdWhileRead,
  OutboundCall,
  type OutboundContext,
} from './outbound-call.ts';
import { GivenUpCalls, sendCancel } from './given-up-calls.ts';
import type { EndCause } from './session-life.ts';
import type { Claims } from './extension-reader.ts';
import { NO_CONTEXT } from './inbound-context.ts';
import { FLAG_TIMEOUT, Kind } from './message.ts';
import type { ReplyMessages } from './message-reader.ts';
import type { Outbox } from './outbox.ts';

/**
 * The calls that this end makes. Each ends exactly once: with a result, with the error of its method, or with an error that says
 * whether the method ran. Calls wait here, in order and unencoded, while `limits.maxCallsInFlight` calls are in progress, while
 * more than `limits.highWaterBytes` wait to be sent, while the peer's credit is used up, and while a message is being encoded.
 */
export class OutboundCalls implements ReplyMessages {
  readonly #context: OutboundContext;
  readonly #outbox: Outbox;
  readonly #slots = new CallSlots<OutboundCall>();
  readonly #credit = new SenderCredit();
  #maxInFlight: number;
  #strayReplies = 0;
  /** The numbers of waiting calls. Claims do not wait behind calls, because other calls wait for them. */
  readonly #line = new Line<number>();
  readonly #claims = new Line<number>();
  /** The number of calls that keep the process alive. */
  #wanted = 0;
  readonly #givenUp = new GivenUpCalls();
  /** Whether the connection is gone or about to go: nothing is sent any more. */
  #suspended = false;
  /** Whether the peer accepts metadata. It says so in its greeting, before this end has anything to call. */
  #takesMetadata = false;
  /** Whether a call waits for its blobs to be read. */
  #reading = false;
  #end: EndCause | undefined;

  constructor(context: OutboundContext) {
    this.#context = context;
    this.#outbox = context.outbox;
    this.#maxInFlight = context.limits.maxCallsInFlight;
  }

  /** The number of calls without a delivered reply, including waiting ones. */
  get size(): number {
    return this.#slots.size;
  }

  get waiting(): number {
    return this.#line.length + this.#claims.length;
  }

  /** Whether a call keeps the process alive. */
  get wanted(): boolean {
    return this.#wanted > 0;
  }

  replying(call: number): void {
    this.#context.extensions.reply = this.#slots.record(call)?.context ?? NO_CONTEXT;
  }

  call(
    target: CallTarget,
    operation: number,
    flags: number,
    args: readonly unknown[],
    options: InternalCallOptions | undefined,
  ): Promise<unknown> {
    if (options === undefined && this.#line.length === 0 && this.#canSend) {
      const promise = new Promise(take);
      const call = this.#slots.openSent(takenSettle());
      this.#want();
      this.#write(call, target, operation, flags, args);
      return promise;
    }
    const record = new OutboundCall({ target, operation, flags, args, background: false, ...options });
    return this.#callWithRecord(record, options ?? {});
  }

  /** Presents a ticket, and resolves to its reference within this many milliseconds. */
  claim(ticket: Uint8Array, timeoutMs: number): Promise<unknown> {
    if (this.#end) return Promise.reject(this.#end('no'));
    const promise = new Promise(take);
    const record = OutboundCall.claim(ticket);
    const call = this.#open(record);
    record.watch(
      { timeout: timeoutMs },
      this.#context.deadlines,
      () => this.#giveUp(call, FLAG_TIMEOUT, undefined, () => lateClaim(timeoutMs)),
      () => undefined,
    );
    if (this.#suspended || this.#slots.inFlight >= this.#maxInFlight) this.#wait(record, this.#claims.add(call));
    else this.#sendClaim(call, ticket);
    return promise;
  }

  /** Called when the reply to a call has arrived. The reply is delivered when the proxies in it can be used. */
  replied(call: number, kind: number, value: unknown): void {
    const { extensions } = this.#context;
    extensions.reply = undefined;
    if (kind === Kind.RESULT && !extensions.received) {
      const settle = this.#slots.replied(call);
      if (settle !== undefined) {
        this.#unwant();
        settle(value);
        this.#closed();
        if (this.waiting > 0) this.sendWaiting();
        return;
      }
    }
    // A reply that arrives after its caller gave up keeps no references.
    if (this.#slots.state(call) !== 'sent') extensions.discard();
    if (!this.#settle(call, kind, value, extensions.takeClaims())) {
      this.#context.violation('too many replies to calls that were never made');
    }
  }

  /** Returns `false` when the peer has sent more replies to unknown calls than are tolerated. */
  #settle(call: number, kind: number, value: unknown, claims: Claims | undefined): boolean {
    const state = this.#slots.state(call);
    if (state === 'sent') {
      if (claims === undefined) this.#settleNow(call, 'reply', kind, value);
      else void this.#settleClaimed(call, kind, value, claims);
    } else {
      claims?.drop();
      if (state !== 'given up') return ++this.#strayReplies <= this.#context.limits.maxStrayReplies;
      this.#forgetGivenUp(call);
      this.#slots.step(call, 'reply');
      this.#closed();
    }
    this.sendWaiting();
    return true;
  }

  /** Sets the limits that the peer announced: its calls at a time, and the bytes of calls that it has not started. */
  bound(maxInFlight: number, argumentBytes: number, metadata: boolean): void {
    this.#takesMetadata = metadata;
    this.#maxInFlight = Math.min(this.#maxInFlight, maxInFlight);
    this.#credit.announced(argumentBytes);
    this.sendWaiting();
  }

  /** Called when the peer has started this many bytes of calls. Returns `false` when there are more than it received. */
  credited(bytes: number): boolean {
    const credited = this.#credit.giveBack(bytes);
    this.sendWaiting();
    return credited;
  }

  /** Called when the connection is gone or about to go: calls wait for {@link OutboundCalls.end}. */
  suspend(): void {
    this.#suspended = true;
  }

  /** Ends the session's calls: all reject, and so do later ones. Answered calls are still delivered. */
  end(cause: EndCause): void {
    this.#suspended = true;
    this.#end = cause;
    for (const call of this.#slots.calls()) {
      const executed = this.#slots.state(call) === 'waiting' ? 'no' : 'maybe';
      const record = this.#slots.record(call);
      const settle = this.#slots.step(call, 'end');
      if (!settle) continue;
      this.#leave(record);
      settle(Promise.reject(cause(executed)));
    }
    this.#line.clear();
    this.#claims.clear();
    this.#givenUp.clear();
  }

  /** Sends waiting calls in order, as far as there is room. */
  sendWaiting(): void {
    while (this.#claims.length > 0 && !this.#suspended && this.#slots.inFlight < this.#maxInFlight) {
      const call = this.#claims.shift();
      const record = call === undefined ? undefined : this.#slots.record(call);
      if (call === undefined || record?.ticket === undefined) continue;
      record.leave();
      this.#sendClaim(call, record.ticket);
    }
    while (this.#line.length > 0 && this.#canSend) {
      const call = this.#line.first;
      const record = call === undefined ? undefined : this.#slots.record(call);
      this.#line.shift();
      if (call !== undefined && record !== undefined) this.#sendRecord(call, record);
    }
  }

  get #canSend(): boolean {
    return (
      !this.#suspended &&
      !this.#reading &&
      this.#slots.inFlight < this.#maxInFlight &&
      this.#credit.open &&
      !this.#outbox.busy &&
      this.#outbox.hasRoom
    );
  }

  #callWithRecord(record: OutboundCall, options: CallOptions): Promise<unknown> {
    if (this.#end) return Promise.reject(withCallerFrames(this.#end('no')));
    const { timeout, signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (timeout !== undefined && timeout <= 0) return Promise.reject(timedOut(record.name, timeout, 'no'));
    if (this.#givenUp.blocking && !this.#suspended) return Promise.reject(this.#givenUp.error(this.#maxInFlight));
    const promise = new Promise(take);
    const call = this.#open(record);
    record.watch(
      options,
      this.#context.deadlines,
      (ms) => this.#giveUp(call, FLAG_TIMEOUT, undefined, (executed) => timedOut(record.name, ms, executed)),
      ({ reason }) => this.#giveUp(call, 0, reason, undefined),
    );
    if (this.#line.length === 0 && this.#canSend) {
      this.#sendRecord(call, record);
    } else {
      this.#wait(record, this.#line.add(call));
      if (this.#outbox.busy) this.#outbox.afterwards(() => this.sendWaiting());
    }
    return promise;
  }

  #wait(record: OutboundCall, place: Place<number>): void {
    this.#outbox.roomWanted = true;
    record.wait(place);
  }

  #open(record: OutboundCall): number {
    if (!record.background) this.#want();
    return this.#slots.open(takenSettle(), record);
  }

  /** Counts the call as sent from the start: encoding can run code that gives it up, and its number is taken. */
  #sendRecord(call: number, record: OutboundCall): void {
    const { target, operation, flags, args } = record;
    const metadata = this.#takesMetadata ? record.metadata : undefined;
    if (target) {
      this.#slots.step(call, 'send');
      this.#write(call, target, operation, flags, args, metadata);
    }
    record.leave();
  }

  /** @param read - The blobs that were read for the call, on the second attempt. */
  #write(
    call: number,
    target: CallTarget,
    operation: number,
    flags: number,
    args: readonly unknown[],
    metadata?: CallMetadata,
    read?: UnreadBlobs,
  ): void {
    try {
      const exposure = flags === 0 ? target.exposure : undefined;
      this.#credit.use(this.#outbox.call(call, target.id, operation, flags, args, exposure, metadata));
    } catch (error) {
      if (!(error instanceof UnreadBlobs) || read !== undefined) this.#refuse(call, error);
      else
        this.#whenRead(error, call, target, args, () =>
          this.#write(call, target, operation, flags, args, metadata, error),
        );
    }
  }

  /** Reads the blobs of a call, which keeps its number and its place. Calls behind it wait. */
  #whenRead(unread: UnreadBlobs, call: number, target: CallTarget, args: readonly unknown[], write: () => void): void {
    this.#reading = true;
    holdWhileRead(unread, target, args, (failure) => {
      this.#reading = false;
      // Calls of an ended session were rejected with it.
      if (this.#suspended) return;
      if (failure === undefined && this.#slots.state(call) === 'sent') write();
      else this.#refuse(call, failure);
      this.sendWaiting();
    });
  }

  /** Rejects a call that was not sent. */
  #refuse(call: number, error: unknown): void {
    const record = this.#slots.record(call);
    this.#forgetGivenUp(call);
    const settle = this.#slots.step(call, 'refuse');
    if (settle) {
      this.#leave(record);
      settle(Promise.reject(withCallerFrames(error)));
    }
    this.#closed();
  }

  #sendClaim(call: number, ticket: Uint8Array): void {
    this.#slots.step(call, 'send');
    this.#outbox.claim(call, ticket);
  }

  #settleNow(call: number, step: 'reply' | 'claimed', kind: number, value: unknown): void {
    const record = this.#slots.record(call);
    const settle = this.#slots.step(call, step);
    if (!settle) return;
    this.#leave(record);
    if (kind === Kind.RESULT) settle(value);
    else rejectWithCallerStack(settle, value);
    this.#closed();
  }

  async #settleClaimed(call: number, kind: number, value: unknown, claims: Claims): Promise<void> {
    const record = this.#slots.record(call) ?? OutboundCall.answered();
    record.answer = { claims, executed: executedBy(kind, value) };
    this.#slots.keep(call, record);
    this.#slots.step(call, 'reply with claims');
    const failure = await claims.failure;
    // The call was given up meanwhile; its number may belong to another call by now.
    if (this.#slots.record(call) !== record) return;
    // The claim's process received nothing, but the call that returned the proxy has run.
    if (failure?.error instanceof UActorError) failure.error.executed = 'yes';
    if (failure) this.#settleNow(call, 'claimed', Kind.ERROR, failure.error);
    else this.#settleNow(call, 'claimed', kind, value);
    this.sendWaiting();
  }

  /** @param error - Creates the caller's error. If absent, the call rejects with the reason of its signal, unchanged. */
  #giveUp(call: number, flags: number, reason: unknown, error: ((executed: Executed) => Error) | undefined): void {
    const state = this.#slots.state(call);
    const record = this.#slots.record(call);
    const settle = this.#slots.step(call, 'give up');
    if (!settle || record === undefined) return;
    let executed: Executed = 'maybe';
    if (state === 'waiting') {
      executed = 'no';
      if (record.place) (record.ticket ? this.#claims : this.#line).leave(record.place);
    } else if (record.answer) {
      executed = record.answer.executed;
      record.answer.claims.drop();
    } else {
      sendCancel(this.#outbox, call, flags, reason);
      this.#givenUp.add(record.name);
      if (this.#slots.count('given up') >= this.#maxInFlight) this.#givenUp.takeAll(() => this.#rejectBlocked());
    }
    this.#leave(record);
    if (error) rejectWithCallerStack(settle, error(executed));
    else settle(Promise.reject(reason));
    this.#closed();
    this.sendWaiting();
  }

  /** Removes a call for which its caller no longer waits. */
  #leave(record: OutboundCall | undefined): void {
    record?.unwatch();
    record?.leave();
    if (!record?.background) this.#unwant();
  }

  #want(): void {
    if (++this.#wanted === 1) this.#context.hold(true);
  }

  #unwant(): void {
    if (--this.#wanted === 0) this.#context.hold(false);
  }

  #closed(): void {
    if (this.#slots.size === 0) this.#context.idle();
  }

  /** Called when a given-up call has ended. */
  #forgetGivenUp(call: number): void {
    if (this.#slots.state(call) !== 'given up') return;
    this.#givenUp.delete(this.#slots.record(call)?.name ?? '');
  }

  /** Rejects calls behind given-up ones that have neither a deadline nor a signal, and would otherwise wait for ever. */
  #rejectBlocked(): void {
    if (this.#suspended) return;
    for (const call of this.#line.clear()) {
      const record = this.#slots.record(call);
      if (record?.patient === true) {
        const settle = this.#slots.step(call, 'give up');
        this.#leave(record);
        if (settle) rejectWithCallerStack(settle, this.#givenUp.error(this.#maxInFlight));
      } else {
        record?.waitAgain(this.#line.add(call));
      }
    }
  }
}
