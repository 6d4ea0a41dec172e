import { answering } from '../references/current-call.ts';
import { ConnectionLostError, TimeoutError } from '../seam/errors.ts';
import type { CallLimiter } from '../references/call-limiter.ts';
import { copyOf, isRefusal, isThenable } from '../references/invoke.ts';
import type { ObjectEntry } from '../references/object-table.ts';
import { AsyncResult } from '../objects/async-result.ts';
import { HeldReplies } from './held-replies.ts';
import { InboundCall } from './inbound-call.ts';
import type { Arrival, ClaimRuntime, InboundContext } from './inbound-context.ts';
import { FLAG_COPY, FLAG_MAYBE, FLAG_RAN } from './message.ts';
import { isPassedOn } from '../values/passed-on.ts';
import { type Answered, dropUnsent, objectGone, Replies } from './replies.ts';

/**
 * The peer's calls, started in the order in which they came. They wait while the peer does not take its replies, or
 * while a proxy among the arguments is being reached; a method that waits for something holds nobody up.
 */
export class InboundCalls {
  readonly #context: InboundContext;
  readonly #replies: Replies;
  readonly #held = new HeldReplies();
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
    this.#replies = new Replies(context.outbox, context.redactErrors);
  }

  /** How many calls are not answered yet. */
  get size(): number {
    return this.#open.size;
  }

  /** Whether there is one among them that a process waits for before it ends. */
  get working(): boolean {
    return [...this.#open.values()].some(({ isWork }) => isWork);
  }

  /** Whether the session has ended: nothing is started any more. */
  get over(): boolean {
    return this.#over;
  }

  /** A call arrived. */
  receive(arrived: Arrival): void {
    const { limits } = this.#context;
    const refusal = arrived.entry && this.#context.runtime.refusal(arrived.entry);
    const arrival = refusal ? { ...arrived, refusal, claims: undefined } : arrived;
    if (this.#open.has(arrival.call)) {
      this.#context.violation(`call ${arrival.call} was sent twice`);
    } else if (this.#open.size >= limits.maxCallsInFlight) {
      this.#context.violation(`more than ${limits.maxCallsInFlight} calls in flight`);
    } else if (this.#waiting.length > 0 || arrival.claims || this.#full) {
      this.#wait(arrival);
    } else {
      this.#start(arrival, new InboundCall(this.#context.caller, arrival.entry?.exposure));
    }
  }

  /** A call arrived whose arguments cannot be used. */
  refuse(call: number, refusal: unknown, bytes: number): void {
    // It takes its turn like any other, so that whoever sends rubbish and takes no answers is held up like anybody else.
    this.receive({ call, entry: undefined, operation: 0, flags: 0, args: [], bytes, refusal, claims: undefined });
  }

  /** A ticket was brought: answers with the reference that it stands for. */
  async claim(call: number, redeem: () => Promise<ObjectEntry>, runtime: ClaimRuntime): Promise<void> {
    const { limits } = this.#context;
    if (this.#open.has(call) || this.#open.size >= limits.maxCallsInFlight) {
      this.#context.violation(`call ${call} was sent twice, or too many calls are in flight`);
      return;
    }
    this.#open.set(call, new InboundCall(this.#context.caller, undefined));
    try {
      // Not behind the calls that wait: they may wait for a process that waits for this claim.
      while (!this.#over && this.#full) await this.#room();
      const claimed = await redeem();
      this.#answer(call, runtime.home(claimed));
      runtime.objects.drop(claimed, 1);
    } catch (error) {
      this.#fail(call, error);
    }
  }

  /** Replies have left: waiting calls may start. */
  drained(): void {
    const claims = this.#claimsWaiting;
    this.#claimsWaiting = [];
    for (const goOn of claims) goOn();
    while (this.#held.size > 0 && !this.#full) this.#held.writeFirst();
    this.#startWaiting();
  }

  /** The peer gave up a call. One that waits for its turn is not run; a running method is told by its signal. */
  cancel(call: number, reason: unknown): void {
    this.#open.get(call)?.abort(reason);
  }

  /** The session ended: methods under way are told by their signals, their results go nowhere. */
  end(): void {
    this.#over = true;
    this.#waiting.length = 0;
    this.#held.discard();
    this.drained();
    const gone = new ConnectionLostError('the caller is gone: its connection has ended', { executed: 'maybe' });
    for (const call of this.#open.values()) call.abort(gone);
    this.#open.clear();
  }

  /** Whether the peer has to take replies before there are more. */
  get #full(): boolean {
    const { outbox, limits } = this.#context;
    return outbox.bytesQueued > limits.highWaterBytes;
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#claimsWaiting.push(resolve);
    });
  }

  #wait(arrival: Arrival): void {
    this.#open.set(arrival.call, new InboundCall(this.#context.caller, arrival.entry?.exposure));
    this.#waiting.push(arrival);
    this.#waitingBytes += arrival.bytes;
    if (this.#waitingBytes > this.#context.limits.highWaterBytes) this.#context.pause(true);
    this.#startWaiting();
  }

  #startWaiting(): void {
    while (!this.#over && !this.#claiming && !this.#full) {
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
    } else if (call.aborted) {
      this.#failGivenUp(arrival);
    } else if (entry === undefined) {
      this.#fail(arrival.call, objectGone());
    } else if (entry.exposure.gate && !(arrival.flags & FLAG_COPY)) {
      this.#startInTurn(entry, entry.exposure.gate, arrival, call);
    } else {
      this.#run(entry, arrival, call, undefined);
    }
  }

  #startInTurn(entry: ObjectEntry, gate: CallLimiter, arrival: Arrival, call: InboundCall): void {
    this.#open.set(arrival.call, call);
    let begun = false;
    const withdraw = gate.enter((leave) => {
      begun = true;
      call.begin();
      this.#run(entry, arrival, call, leave);
    });
    if (begun) return;
    // A call that nobody waits for any more does not run: nobody can pile up work by asking and giving up, or by
    // coming and going.
    call.wait(() => {
      withdraw();
      this.#failGivenUp(arrival);
    });
  }

  /** Nobody waits for this answer, but the number of the call is free for another one only when it has come. */
  #failGivenUp({ call }: Arrival): void {
    this.#fail(call, new TimeoutError('the call was given up before its turn came', { executed: 'no' }));
  }

  #run(entry: ObjectEntry, arrival: Arrival, call: InboundCall, leave: (() => void) | undefined): void {
    let result: unknown;
    try {
      result = answering(call, () => this.#begin(entry, arrival));
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
      result = this.#handOut(entry, arrival, result);
    } catch (error) {
      this.#fail(arrival.call, error, flagsOf(error));
      leave?.();
      return;
    }
    this.#answer(arrival.call, result, arrival);
    leave?.();
  }

  #begin(entry: ObjectEntry, { flags, operation, args }: Arrival): unknown {
    return flags & FLAG_COPY ? copyOf(entry) : this.#context.runtime.run(entry, operation, args);
  }

  #handOut(entry: ObjectEntry, { flags, operation }: Arrival, result: unknown): unknown {
    return flags & FLAG_COPY ? result : this.#context.runtime.handOut(entry, operation, result);
  }

  async #settle(
    entry: ObjectEntry,
    arrival: Arrival,
    promise: PromiseLike<unknown>,
    leave: (() => void) | undefined,
  ): Promise<void> {
    try {
      const result = await promise;
      this.#answer(arrival.call, this.#handOut(entry, arrival, result), arrival);
    } catch (error) {
      this.#fail(arrival.call, error, flagsOf(error));
    } finally {
      leave?.();
    }
  }

  #answer(call: number, result: unknown, answered?: Answered): void {
    if (this.#over) {
      this.#open.delete(call);
      dropUnsent(result);
    } else if (this.#full) {
      // What waits holds no arguments.
      const kept = answered && { entry: answered.entry, operation: answered.operation, flags: answered.flags };
      this.#held.holdResult(result, () => this.#answer(call, result, kept));
    } else {
      this.#open.delete(call);
      this.#replies.answer(call, result, answered);
      this.#context.ended();
    }
  }

  #fail(call: number, error: unknown, flags = 0): void {
    if (!this.#over && this.#full) {
      this.#held.hold(() => this.#fail(call, error, flags));
      return;
    }
    this.#open.delete(call);
    if (this.#over) return;
    this.#replies.fail(call, error, flags);
    this.#context.ended();
  }
}

/** What is told of a method that failed. Work that was passed on to another process may not have come that far. */
function flagsOf(error: unknown): number {
  if (isRefusal(error)) return 0;
  if (!isPassedOn(error)) return FLAG_RAN;
  if (error.executed === 'maybe') return FLAG_MAYBE;
  return error.executed === 'yes' ? FLAG_RAN : 0;
}
