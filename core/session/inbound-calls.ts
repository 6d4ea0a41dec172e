import { answering, beginAnswering, endAnswering, isThenable } from '../references/current-call.ts';
import type { CallMetadata } from '../seam/call-options.ts';
import { ConnectionLostError } from '../seam/errors.ts';
import type { CallLimiter } from '../references/call-limiter.ts';
import type { ObjectEntry } from '../references/object-table.ts';
import { AsyncResult } from '../objects/async-result.ts';
import type { UnreadBlobs } from '../objects/blob-contents.ts';
import { Line } from '../references/waiting.ts';
import { LocalReference } from '../references/local-reference.ts';
import { creditOf, ReceiverCredit, WaitingBytes } from './flow-control.ts';
import { beginMethod, handOut, InboundCall, HeldReplies, flagsOf, objectGone, Replies } from './inbound-call.ts';
import type { Answered, Arrival, ClaimRuntime, InboundContext } from './inbound-context.ts';
import { givenUpInTime } from './outbound-call.ts';
import type { Claims } from './extension-reader.ts';
import { CONTROL_ID, FLAG_COPY, FLAG_RAN } from './message.ts';
import type { CallMessages } from './message-reader.ts';

/**
 * The peer's calls. They start in the order in which they arrived, and wait while the peer does not read its replies, or while a
 * proxy among the arguments is being claimed. A method that waits does not delay other calls. The peer's credit bounds the
 * waiting calls, so this end never has to stop reading.
 */
export class InboundCalls implements CallMessages {
  readonly #context: InboundContext;
  readonly #replies: Replies;
  readonly #held: HeldReplies;
  /** Every call without a reply: waiting, or with a running method. */
  readonly #open = new Map<number, InboundCall>();
  readonly #line = new Line<Arrival>();
  readonly #credit: ReceiverCredit;
  /** The first waiting call, while its claims are pending. */
  #claiming: Arrival | undefined;
  readonly waiting: WaitingBytes;
  #over = false;
  /** The plain call whose method runs; created when the method asks for it. */
  #plainCall: InboundCall | undefined;
  #plainEntry: ObjectEntry | undefined;

  constructor(context: InboundContext) {
    this.#context = context;
    this.waiting = new WaitingBytes(context.share);
    this.#replies = new Replies(context);
    this.#held = new HeldReplies(context.outbox);
    this.#credit = new ReceiverCredit(creditOf(context.limits), (bytes) => context.outbox.credit(bytes));
  }

  /** The number of calls without a reply. */
  get size(): number {
    return this.#open.size;
  }

  /** Whether one of them is work that an ending process waits for. */
  get working(): boolean {
    return [...this.#open.values()].some(({ isWork }) => isWork);
  }

  /** Whether anything waits for {@link InboundCalls.drained}. */
  get waits(): boolean {
    return this.#line.length > 0 || this.#held.waits;
  }

  /** Called when a call has arrived. */
  called(
    call: number,
    target: number,
    operation: number,
    flags: number,
    args: readonly unknown[],
    bytes: number,
    metadata?: CallMetadata,
  ): void {
    const { control, ledger, extensions, allowance } = this.#context;
    const entry = target === CONTROL_ID ? control : ledger.get(target);
    if (entry !== undefined && flags === 0 && !metadata && this.#canStartPlainly(entry, operation, call, bytes)) {
      this.#runPlainly(entry, call, operation, args);
    } else {
      const claims = extensions.received ? extensions.takeClaims() : undefined;
      const heldBytes = args.length === 0 ? bytes : Math.max(bytes, allowance.messageBytes);
      this.#receive({ call, entry, operation, flags, args, bytes, heldBytes, claims, metadata });
    }
  }

  /** Called when a call has arrived whose arguments cannot be used. */
  refused(call: number, refusal: unknown, bytes: number): void {
    this.#context.extensions.discard();
    // It waits for its turn like any other call, so a peer that sends invalid calls and reads no replies is slowed down too.
    this.#receive({ call, operation: 0, flags: 0, args: [], bytes, heldBytes: bytes, refusal });
  }

  /** The call of the method that asks; for {@link beginAnswering}. */
  get current(): InboundCall {
    this.#plainCall ??= new InboundCall(this.#context.caller, this.#plainEntry?.exposure);
    return this.#plainCall;
  }

  /** Whether a call can start at once and needs only its method run. If so, it counts as started. */
  #canStartPlainly(entry: ObjectEntry, operation: number, call: number, bytes: number): boolean {
    const { extensions, runtime, limits } = this.#context;
    if (entry.exposure.gate !== undefined || extensions.received || this.#line.length > 0 || this.#over) return false;
    const running = this.#open.size;
    if (running > 0 && (running >= limits.maxCallsInFlight || this.#open.has(call))) return false;
    if (!runtime.isPlain(entry, operation) || this.#full || !this.#credit.arrived(bytes)) return false;
    this.#credit.started(bytes);
    return true;
  }

  /** Runs a call like {@link InboundCalls.#run}, but without an object for it unless its method asks or waits. */
  #runPlainly(entry: ObjectEntry, call: number, operation: number, args: readonly unknown[]): void {
    const { outbox, runtime, caller } = this.#context;
    const outerCall = this.#plainCall;
    const outerEntry = this.#plainEntry;
    this.#plainCall = undefined;
    this.#plainEntry = entry;
    const outer = beginAnswering(this);
    let result: unknown;
    let waits = false;
    let failure: { readonly error: unknown } | undefined;
    try {
      result = runtime.run(entry, operation, args);
      if (isThenable(result)) {
        this.#open.set(call, this.#plainCall ?? new InboundCall(caller, entry.exposure));
        void this.#settle(entry, { call, entry, operation, flags: 0 }, result, undefined);
        waits = true;
      }
    } catch (error) {
      failure = { error };
    }
    endAnswering(outer);
    const asked = this.#plainCall;
    this.#plainCall = outerCall;
    this.#plainEntry = outerEntry;
    if (failure !== undefined) {
      this.#fail(call, failure.error, flagsOf(entry, failure.error), entry);
    } else if (waits) {
      return;
    } else if (this.#over || outbox.busy || asked || result instanceof LocalReference || this.#full) {
      this.#answer(call, result, { entry, operation, flags: 0 }, asked);
    } else {
      const unread = this.#replies.answerPlainly(call, result, entry, operation);
      if (unread === undefined) this.#context.ended();
      else this.#answerWhenRead(unread, call, result, { entry, operation, flags: 0 });
    }
  }

  #receive(arrived: Arrival): void {
    const { limits } = this.#context;
    const refusal = arrived.entry && this.#context.runtime.refusal(arrived.entry);
    if (refusal) arrived.claims?.drop();
    const arrival = refusal ? { ...arrived, refusal, claims: undefined } : arrived;
    if (this.#open.has(arrival.call)) {
      this.#context.violation(`call ${arrival.call} was sent twice`);
    } else if (this.#open.size >= limits.maxCallsInFlight) {
      this.#context.violation(`more than ${limits.maxCallsInFlight} calls in flight`);
    } else if (!this.#credit.arrived(arrival.bytes)) {
      this.#context.violation(`more than ${creditOf(limits)} bytes of calls that were not started`);
    } else if (this.#line.length > 0 || arrival.claims || this.#full) {
      this.#wait(arrival);
    } else {
      this.#credit.started(arrival.bytes);
      this.#start(arrival, new InboundCall(this.#context.caller, arrival.entry?.exposure));
    }
  }

  /** Replies to a claim with the reference that its ticket represents. */
  async claim(call: number, redeem: () => Promise<ObjectEntry>, runtime: ClaimRuntime): Promise<void> {
    const { limits } = this.#context;
    if (this.#open.has(call) || this.#open.size >= limits.maxCallsInFlight) {
      this.#context.violation(`call ${call} was sent twice, or too many calls are in flight`);
      return;
    }
    this.#open.set(call, new InboundCall(this.#context.caller, undefined));
    try {
      // Claims do not queue behind waiting calls, which may wait for a process that waits for this claim.
      while (!this.#over && this.#full) await this.#held.room();
      const claimed = await redeem();
      this.#answer(call, runtime.home(claimed));
      runtime.objects.drop(claimed, 1);
    } catch (error) {
      this.#fail(call, error);
    }
  }

  /** Called when replies have left: waiting calls may start. */
  drained(): void {
    this.#held.goOn();
    while (this.#held.size > 0 && !this.#full) this.#held.writeFirst();
    this.#startWaiting();
  }

  /** Called when the peer gave up a call. A waiting call leaves the queue and does not run; a running method's signal aborts. */
  cancel(call: number, reason: unknown): void {
    this.#open.get(call)?.abort(reason);
  }

  /** Ends the calls with the session: the signals of running methods abort, and their results are dropped. */
  end(): void {
    this.#over = true;
    for (const { claims } of this.#line.clear()) claims?.drop();
    this.#held.discard();
    this.drained();
    const gone = new ConnectionLostError('the caller has disconnected', { executed: 'maybe' });
    for (const call of this.#open.values()) call.abort(gone);
    this.#open.clear();
  }

  /** Whether the peer must read replies before further calls start. */
  get #full(): boolean {
    return !this.#context.outbox.hasRoom;
  }

  #wait(arrival: Arrival): void {
    const call = new InboundCall(this.#context.caller, arrival.entry?.exposure);
    this.#open.set(arrival.call, call);
    this.#context.outbox.roomWanted = true;
    const place = this.#line.add(arrival);
    const waits = this.#keep(arrival, call, () => {
      if (!this.#line.leave(place)) return false;
      arrival.claims?.drop();
      this.#credit.started(arrival.bytes);
      return true;
    });
    if (waits) this.#startWaiting();
  }

  /**
   * Keeps a call that waits, until its turn or until its caller gives it up: it then does not run, so a peer cannot pile up work by
   * calling and giving up. Returns `false` when there is no memory for it.
   *
   * @param leave - Takes the call out of its queue; returns `false` when it has left.
   */
  #keep(arrival: Arrival, call: InboundCall, leave: () => boolean): boolean {
    const noRoom = this.waiting.add(arrival.heldBytes);
    if (noRoom) {
      leave();
      this.#fail(arrival.call, noRoom);
      return false;
    }
    call.wait(() => {
      if (!leave()) return;
      this.waiting.remove(arrival.heldBytes);
      this.#fail(arrival.call, givenUpInTime());
      this.#startWaiting();
    });
    return true;
  }

  #startWaiting(): void {
    while (!this.#over && !this.#full) {
      const first = this.#line.first;
      if (first === undefined || first === this.#claiming) break;
      if (first.claims) void this.#startClaimed(first, first.claims);
      else this.#startFirst(first, first.refusal);
    }
  }

  /** Starts a call after its claims. The calls behind it wait too, for `limits.claimMs` at most, to keep their order. */
  async #startClaimed(first: Arrival, claims: Claims): Promise<void> {
    this.#claiming = first;
    const failure = await claims.failure;
    if (this.#claiming === first) this.#claiming = undefined;
    // The call may have been given up meanwhile.
    if (this.#line.first === first) this.#startFirst(first, failure?.error);
    this.#startWaiting();
  }

  #startFirst(first: Arrival, refusal: unknown): void {
    this.#line.shift();
    this.waiting.remove(first.heldBytes);
    this.#credit.started(first.bytes);
    const call = this.#open.get(first.call);
    if (call === undefined) return;
    call.begin();
    if (refusal === undefined) this.#start(first, call);
    else this.#fail(first.call, refusal);
  }

  #start(arrival: Arrival, call: InboundCall): void {
    const { entry, refusal } = arrival;
    if (refusal !== undefined) {
      this.#fail(arrival.call, refusal);
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
    let [begun, waits] = [false, false];
    const withdraw = gate.enter((leave) => {
      begun = true;
      if (waits) this.waiting.remove(arrival.heldBytes);
      call.begin();
      this.#run(entry, arrival, call, leave);
    });
    if (begun) return;
    waits = this.#keep(arrival, call, () => {
      withdraw();
      return true;
    });
  }

  #run(entry: ObjectEntry, arrival: Arrival, call: InboundCall, leave: (() => void) | undefined): void {
    let result: unknown;
    try {
      result = answering(call, () => beginMethod(this.#context, entry, arrival, call));
      if (isThenable(result)) {
        this.#open.set(arrival.call, call);
        void this.#settle(entry, arrival, result, leave);
        return;
      }
      // The reply is sent, but the method runs on and counts as running.
      if (leave && result instanceof AsyncResult) {
        void result.wait().then(leave);
        leave = undefined;
      }
      result = handOut(this.#context, entry, arrival, result);
    } catch (error) {
      this.#fail(arrival.call, error, flagsOf(entry, error), entry);
      leave?.();
      return;
    }
    this.#answer(arrival.call, result, arrival, call);
    leave?.();
  }

  async #settle(
    entry: ObjectEntry,
    arrival: Answered & Pick<Arrival, 'call'>,
    promise: PromiseLike<unknown>,
    leave: (() => void) | undefined,
  ): Promise<void> {
    try {
      const result = await promise;
      this.#answer(arrival.call, handOut(this.#context, entry, arrival, result), arrival, this.#open.get(arrival.call));
    } catch (error) {
      this.#fail(arrival.call, error, flagsOf(entry, error), entry);
    } finally {
      leave?.();
    }
  }

  /** @param read - The blobs that were read for the result, on the second attempt. */
  #answer(call: number, result: unknown, answered?: Answered, running?: InboundCall, read?: UnreadBlobs): void {
    if (this.#over) {
      this.#open.delete(call);
      this.#replies.drop(result);
    } else if (this.#blocked) {
      // A waiting reply keeps no arguments.
      const kept = answered && { entry: answered.entry, operation: answered.operation, flags: answered.flags };
      this.#held.later(result, () => this.#answer(call, result, kept, running, read));
    } else {
      this.#open.delete(call);
      const unread = this.#replies.answer(call, result, answered, running);
      read?.forget();
      if (unread === undefined) this.#context.ended();
      else if (read) this.#fail(call, unread.refusal, FLAG_RAN);
      else this.#answerWhenRead(unread, call, result, answered, running);
    }
  }

  #answerWhenRead(unread: UnreadBlobs, call: number, result: unknown, of?: Answered, running?: InboundCall): void {
    const open = running ?? new InboundCall(this.#context.caller, of?.entry?.exposure);
    this.#whenRead(unread, call, result, open, () => this.#answer(call, result, of, running, unread));
  }

  /** Reads the blobs of a result or of a thrown value before `write` writes the reply. Until then the call is open. */
  #whenRead(unread: UnreadBlobs, call: number, value: unknown, open: InboundCall, write: () => void): void {
    this.#open.set(call, open);
    this.#replies.read(unread, value, (failure) => {
      if (failure === undefined) write();
      else this.#fail(call, failure, FLAG_RAN);
    });
  }

  /** @param entry - The object whose method has thrown. */
  #fail(call: number, error: unknown, flags = 0, entry?: ObjectEntry, read?: UnreadBlobs): void {
    if (!this.#over && this.#blocked) {
      this.#held.later(error, () => this.#fail(call, error, flags, entry, read));
      return;
    }
    this.#open.delete(call);
    if (this.#over) return;
    const unread = this.#replies.fail(call, error, flags, read !== undefined);
    read?.forget();
    if (unread === undefined) {
      this.#context.ended();
    } else {
      const open = new InboundCall(this.#context.caller, entry?.exposure);
      this.#whenRead(unread, call, error, open, () => this.#fail(call, error, flags, entry, unread));
    }
  }

  get #blocked(): boolean {
    return this.#context.outbox.busy || this.#full;
  }
}
