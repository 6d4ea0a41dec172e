import { answering, type CallerSession } from '../current-call.ts';
import { ConnectionLostError, ProxyError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { copyOf, isThenable } from '../references/invoke.ts';
import type { HomeReference } from '../references/home-reference.ts';
import type { ObjectEntry, ObjectTable } from '../references/object-table.ts';
import { AsyncResult } from '../typeids/async-result.ts';
import { SendableError } from '../sendable-error.ts';
import { InboundCall } from './inbound-call.ts';
import { FLAG_COPY, FLAG_RAN, Kind } from './message.ts';
import type { Outbox } from './outbox.ts';

/** A call as it arrived, its arguments decoded. */
export interface Arrival {
  readonly call: number;
  /** The object called, or `undefined` when the peer holds none of that id. */
  readonly entry: ObjectEntry | undefined;
  readonly operation: number;
  readonly flags: number;
  readonly args: readonly unknown[];
  /** The size of the message, in bytes. */
  readonly bytes: number;
  /** Why the arguments cannot be used, if they cannot. */
  readonly refusal?: unknown;
  /** Settles when every proxy among the arguments is reached; `undefined` when there is nothing to wait for. */
  readonly claims: Promise<unknown> | undefined;
}

/** What answering a claim needs of the process. */
export interface ClaimHost {
  readonly objects: ObjectTable;
  home(entry: ObjectEntry): HomeReference;
}

/** What the calls of a peer need of their session. */
export interface InboundContext {
  readonly outbox: Outbox;
  readonly limits: Limits;
  readonly redactErrors: boolean;
  /** Who calls. */
  readonly caller: CallerSession;
  /** Runs a method. */
  run(entry: ObjectEntry, operation: number, args: readonly unknown[]): unknown;
  /** Turns a method's result into what is sent, by the exposure's `methodToTypeid`. */
  handOut(entry: ObjectEntry, operation: number, result: unknown): unknown;
  /** The peer broke the protocol: the session ends. */
  violation(what: string): void;
  /** Stops or goes on reading. */
  pause(paused: boolean): void;
  /** A call has ended. */
  ended(): void;
}

/**
 * The peer's calls, started in the order in which they came. They wait while the peer does not take its replies, or
 * while a proxy among the arguments is being reached; a method that waits for something holds nobody up.
 */
export class InboundCalls {
  readonly #context: InboundContext;
  /** Every call not answered yet: those that wait, and those whose method runs. */
  readonly #open = new Map<number, InboundCall>();
  readonly #waiting: Arrival[] = [];
  #waitingBytes = 0;
  #claiming = false;
  /** Goes on with each claim that waits for room. */
  #claimsWaiting: (() => void)[] = [];
  #over = false;

  constructor(context: InboundContext) {
    this.#context = context;
  }

  /** How many calls are not answered yet. */
  get size(): number {
    return this.#open.size;
  }

  /** A call arrived. */
  receive(arrival: Arrival): void {
    const { outbox, limits } = this.#context;
    if (this.#open.has(arrival.call)) {
      this.#context.violation(`call ${arrival.call} was sent twice`);
    } else if (this.#open.size >= limits.maxCallsInFlight) {
      this.#context.violation(`more than ${limits.maxCallsInFlight} calls in flight`);
    } else if (this.#waiting.length > 0 || arrival.claims || outbox.bytesQueued > limits.highWaterBytes) {
      this.#wait(arrival);
    } else {
      this.#start(arrival, new InboundCall(this.#context.caller));
    }
  }

  /** A call arrived whose arguments cannot be used. */
  refuse(call: number, refusal: unknown, bytes: number): void {
    // It takes its turn like any other, so that whoever sends rubbish and takes no answers is held up like anybody else.
    this.receive({ call, entry: undefined, operation: 0, flags: 0, args: [], bytes, refusal, claims: undefined });
  }

  /** A ticket was brought: answers with the reference that it stands for. */
  async claim(call: number, redeem: () => Promise<ObjectEntry>, host: ClaimHost): Promise<void> {
    const { limits, outbox } = this.#context;
    if (this.#open.has(call) || this.#open.size >= limits.maxCallsInFlight) {
      this.#context.violation(`call ${call} was sent twice, or too many calls are in flight`);
      return;
    }
    this.#open.set(call, new InboundCall(this.#context.caller));
    try {
      // Not behind the calls that wait: they may wait for a process that waits for this claim.
      while (!this.#over && outbox.bytesQueued > limits.highWaterBytes) await this.#room();
      const claimed = await redeem();
      this.#answer(call, host.home(claimed));
      host.objects.drop(claimed, 1);
    } catch (error) {
      this.#fail(call, error);
    }
  }

  /** Replies have left: waiting calls may start. */
  drained(): void {
    const claims = this.#claimsWaiting;
    this.#claimsWaiting = [];
    for (const goOn of claims) goOn();
    this.#startWaiting();
  }

  /** The peer gave up a call. Its method is told by its signal, and its reply is sent all the same. */
  cancel(call: number, reason: unknown): void {
    this.#open.get(call)?.abort(reason);
  }

  /** The session ended: methods under way are told by their signals, their results go nowhere. */
  end(): void {
    this.#over = true;
    this.#waiting.length = 0;
    this.drained();
    const gone = new ConnectionLostError('the caller is gone: its connection has ended', { executed: 'maybe' });
    for (const call of this.#open.values()) call.abort(gone);
    this.#open.clear();
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#claimsWaiting.push(resolve);
    });
  }

  #wait(arrival: Arrival): void {
    this.#open.set(arrival.call, new InboundCall(this.#context.caller));
    this.#waiting.push(arrival);
    this.#waitingBytes += arrival.bytes;
    if (this.#waitingBytes > this.#context.limits.highWaterBytes) this.#context.pause(true);
    this.#startWaiting();
  }

  #startWaiting(): void {
    const { outbox, limits } = this.#context;
    while (!this.#over && !this.#claiming && outbox.bytesQueued <= limits.highWaterBytes) {
      const first = this.#waiting[0];
      if (first === undefined) break;
      if (first.claims) {
        this.#claiming = true;
        void this.#startClaimed(first, first.claims);
      } else {
        this.#startFirst(first, (call) => this.#start(first, call));
      }
    }
  }

  async #startClaimed(first: Arrival, claims: Promise<unknown>): Promise<void> {
    try {
      await claims;
      this.#startFirst(first, (call) => this.#start(first, call));
    } catch (error) {
      this.#startFirst(first, () => this.#fail(first.call, error));
    } finally {
      this.#claiming = false;
      this.#startWaiting();
    }
  }

  #startFirst(first: Arrival, start: (call: InboundCall) => void): void {
    const call = this.#open.get(first.call);
    if (this.#over || call === undefined) return;
    this.#waiting.shift();
    this.#waitingBytes -= first.bytes;
    if (this.#waitingBytes <= this.#context.limits.highWaterBytes / 2) this.#context.pause(false);
    start(call);
  }

  #start(arrival: Arrival, call: InboundCall): void {
    const { entry, refusal } = arrival;
    if (refusal !== undefined) {
      this.#fail(arrival.call, refusal);
    } else if (entry === undefined) {
      this.#fail(arrival.call, objectGone());
    } else if (arrival.flags & FLAG_COPY) {
      this.#answer(arrival.call, copyOf(entry));
    } else if (entry.exposure.gate) {
      this.#open.set(arrival.call, call);
      entry.exposure.gate.enter((leave) => {
        // Whose caller is gone before its turn came does not run: nobody can pile up work by coming and going.
        if (this.#over) leave();
        else this.#run(entry, arrival, call, leave);
      });
    } else {
      this.#run(entry, arrival, call, undefined);
    }
  }

  #run(entry: ObjectEntry, arrival: Arrival, call: InboundCall, leave: (() => void) | undefined): void {
    let result: unknown;
    try {
      result = answering(call, () => this.#context.run(entry, arrival.operation, arrival.args));
      if (isThenable(result)) {
        this.#open.set(arrival.call, call);
        void this.#settle(entry, arrival, result, leave);
        return;
      }
      // The call is answered, but its method runs on, and counts as running.
      if (leave && result instanceof AsyncResult) {
        void result.wait().then(leave);
        leave = undefined;
      }
      result = this.#context.handOut(entry, arrival.operation, result);
    } catch (error) {
      this.#fail(arrival.call, error, FLAG_RAN);
      leave?.();
      return;
    }
    this.#answer(arrival.call, result);
    leave?.();
  }

  async #settle(
    entry: ObjectEntry,
    arrival: Arrival,
    promise: PromiseLike<unknown>,
    leave: (() => void) | undefined,
  ): Promise<void> {
    try {
      const result = await promise;
      this.#answer(arrival.call, this.#context.handOut(entry, arrival.operation, result));
    } catch (error) {
      this.#fail(arrival.call, error, FLAG_RAN);
    } finally {
      leave?.();
    }
  }

  #answer(call: number, result: unknown): void {
    this.#open.delete(call);
    if (this.#over) return;
    try {
      this.#context.outbox.reply(Kind.RESULT, call, result);
    } catch (error) {
      this.#fail(call, error, FLAG_RAN);
      return;
    }
    this.#context.ended();
  }

  #fail(call: number, error: unknown, flags = 0): void {
    this.#open.delete(call);
    if (this.#over) return;
    const { outbox } = this.#context;
    try {
      outbox.reply(Kind.ERROR, call, error, flags);
    } catch (refused) {
      this.#failPlainly(call, error, refused, flags);
    }
    this.#context.ended();
  }

  /** For an error that cannot be sent as it is; the last of the three is a few words that fit into any message. */
  #failPlainly(call: number, error: unknown, refused: unknown, flags: number): void {
    const { outbox, redactErrors } = this.#context;
    try {
      outbox.reply(Kind.ERROR, call, new SendableError(error, refused, redactErrors), flags);
    } catch (again) {
      outbox.reply(Kind.ERROR, call, SendableError.brief(again), flags);
    }
  }
}

/** One answer for ids that never were, are no more, or are somebody else's: nothing is learnt by guessing. */
function objectGone(): ProxyError {
  return new ProxyError(
    'the object behind this proxy is gone, or was never handed to this process: ask its actor for a new proxy',
    { code: 'OBJECT_GONE' },
  );
}
