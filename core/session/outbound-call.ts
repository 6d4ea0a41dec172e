/**
 * A call that this end makes: its states and their transitions, its record, and the table that finds the call of a reply. The calls of a
 * session are sent and settled in `outbound-calls.ts`.
 */
import type { UnreadBlobs } from '../objects/blob-contents.ts';
import { pinProxies } from '../proxy/pinned-proxies.ts';
import { onAbort } from '../references/abort-listeners.ts';
import type { Exposure } from '../references/exposure.ts';
import type { Deadline, Deadlines, Place } from '../references/waiting.ts';
import type { CallMetadata, CallOptions } from '../seam/call-options.ts';
import { ActorUnreachableError, type Executed, TimeoutError, UActorError } from '../seam/errors.ts';
import type { Limits } from '../seam/limits.ts';
import type { Claims } from './extension-reader.ts';
import type { ReceivedProxies } from './inbound-context.ts';
import { FLAG_COPY, Kind } from './message.ts';
import type { Outbox } from './outbox.ts';

/** The state of a call that this end makes. */
export type SlotState = 'waiting' | 'sent' | 'answered' | 'given up' | 'closed';

/** An event in the life of a call. */
export type SlotStep = 'send' | 'refuse' | 'reply' | 'reply with claims' | 'claimed' | 'give up' | 'end';

/**
 * The legal transitions of a call, by state:
 *
 * - `waiting` for its turn, unencoded; nothing of it was sent;
 * - `sent`, or being encoded, which may end in a refusal;
 * - `answered`: its reply has arrived, and proxies in it are still to be claimed from their processes;
 * - `given up`: its caller no longer waits, its reply is still to come, and until then the peer counts it;
 * - `closed`: it is settled, and its number is free.
 *
 * The end of the session leaves answered calls alone: their results are still delivered.
 */
export const SLOT_STEPS: { readonly [From in SlotState]: { readonly [Step in SlotStep]?: SlotState } } = {
  waiting: { send: 'sent', 'give up': 'closed', end: 'closed' },
  sent: { refuse: 'closed', reply: 'closed', 'reply with claims': 'answered', 'give up': 'given up', end: 'closed' },
  answered: { claimed: 'closed', 'give up': 'closed', end: 'answered' },
  'given up': { refuse: 'closed', reply: 'closed', end: 'closed' },
  closed: {},
};

/** The object of a call. */
export interface CallTarget {
  /** The object's id at the peer. */
  readonly id: number;
  /** The object's exposure. */
  readonly exposure: Exposure;
  /** Names an operation for messages, or the member that the user called for it: `Counter: increment()`. */
  describe(operation: number, calledAs?: string): string;
  /** Holds the object while a call waits for its turn, because its proxy may be released meanwhile. */
  addProxy(): void;
  dropProxy(): void;
}

/** The called object, the operation and the arguments. */
interface CallRequest {
  readonly target: CallTarget;
  readonly operation: number;
  readonly flags: number;
  readonly args: readonly unknown[];
  /** Whether the call does not keep the process alive. */
  readonly background: boolean;
  /** The context for decoding the reply, if the proxy has one. */
  readonly context?: object | undefined;
  /** The metadata sent with the arguments. */
  readonly metadata?: CallMetadata | undefined;
  /** The member that the user called, if the library calls another one for it. */
  readonly calledAs?: string | undefined;
}

const NO_ARGUMENTS: readonly unknown[] = [];

/** The record of a call of this end that waits, claims, or may be given up by its caller. */
export class OutboundCall {
  readonly target: CallTarget | undefined;
  readonly operation: number;
  readonly flags: number;
  readonly background: boolean;
  readonly context: object | undefined;
  readonly metadata: CallMetadata | undefined;
  readonly #calledAs: string | undefined;
  /** The ticket, if the call is a CLAIM. */
  readonly ticket: Uint8Array | undefined;
  #args: readonly unknown[];
  #place: Place<number> | undefined;
  #unpin: (() => void) | undefined;
  #deadline: Deadline | undefined;
  #deadlines: Deadlines | undefined;
  #leaveSignal: (() => void) | undefined;
  /** The pending claims of the reply, and whether the reply says that the method ran. */
  answer: { readonly claims: Claims; readonly executed: Executed } | undefined;

  constructor(
    {
      target,
      operation,
      flags,
      args,
      background,
      context,
      metadata,
      calledAs,
    }: Omit<CallRequest, 'target'> & Partial<Pick<CallRequest, 'target'>>,
    ticket?: Uint8Array,
  ) {
    this.target = target;
    this.operation = operation;
    this.flags = flags;
    this.#args = args;
    this.background = background;
    this.context = context;
    this.metadata = metadata;
    this.#calledAs = calledAs;
    this.ticket = ticket;
  }

  /** Creates the record of a CLAIM. */
  static claim(ticket: Uint8Array): OutboundCall {
    return new OutboundCall({ operation: 0, flags: 0, args: NO_ARGUMENTS, background: false }, ticket);
  }

  /** Creates the record of a call that needed none before its reply. */
  static answered(): OutboundCall {
    return new OutboundCall({ operation: 0, flags: 0, args: NO_ARGUMENTS, background: false });
  }

  get args(): readonly unknown[] {
    return this.#args;
  }

  /** The name of the called member, for messages. */
  get name(): string {
    if (this.target === undefined) return 'a claim';
    const copies = (this.flags & FLAG_COPY) !== 0;
    return this.target.describe(this.operation, copies ? 'getValue()' : this.#calledAs);
  }

  /** Whether only a reply ends the caller's wait. */
  get patient(): boolean {
    return this.#deadline === undefined && this.#leaveSignal === undefined;
  }

  /** Calls `late` or `aborted` when the deadline passes or the signal aborts, until {@link OutboundCall.unwatch}. */
  watch(
    { timeout, signal }: CallOptions,
    deadlines: Deadlines,
    late: (timeout: number) => void,
    aborted: (signal: AbortSignal) => void,
  ): void {
    this.#deadlines = deadlines;
    if (timeout !== undefined) this.#deadline = deadlines.add(timeout, () => late(timeout));
    if (signal !== undefined) this.#leaveSignal = onAbort(signal, () => aborted(signal));
  }

  /** Called when the call is settled: removes deadline and signal. */
  unwatch(): void {
    if (this.#deadline) this.#deadlines?.delete(this.#deadline);
    this.#leaveSignal?.();
  }

  /**
   * Called when the call starts to wait at this place. Holds its object and arguments, which might otherwise be released before
   * its turn.
   */
  wait(place: Place<number>): void {
    this.#place = place;
    this.target?.addProxy();
    this.#unpin = pinProxies(this.#args);
  }

  /** Moves the call to another place. */
  waitAgain(place: Place<number>): void {
    this.#place = place;
  }

  /** The call's place, if it waits. */
  get place(): Place<number> | undefined {
    return this.#place;
  }

  /** Called when the call was sent, or never will be. */
  leave(): void {
    this.#args = NO_ARGUMENTS;
    if (this.#place === undefined) return;
    this.#place = undefined;
    this.target?.dropProxy();
    this.#unpin?.();
  }
}

/** Settles the promise of a call: with a value, or with a promise that rejects. */
type Settle = (outcome: unknown) => void;

// A promise's executor runs synchronously, so a single executor that stores the function here serves every call: a closure per
// call would cost more than all other bookkeeping.
const nothingTaken: Settle = () => undefined;
let taken = nothingTaken;
/** Stores the function that settles a promise, as its executor; {@link takenSettle} must follow at once. */
export function take(resolve: Settle): void {
  taken = resolve;
}
/** Returns the stored function. It leads to the promise, and so to a result that nothing else may keep alive. */
export function takenSettle(): Settle {
  const settle = taken;
  taken = nothingTaken;
  return settle;
}

/** The states in which a call has a number. */
type OpenState = Exclude<SlotState, 'closed'>;

/**
 * The calls that this end makes. The index of a slot is the number of its call, so the call of a reply is found by one array
 * access. A number is reused only when its slot is closed, so late messages cannot reach another call. Parallel arrays are used
 * because an object would be the largest allocation of a call. A call that waits or can be given up has an additional record.
 */
export class CallSlots<Extra extends object> {
  readonly #states: SlotState[] = [];
  readonly #settles: (Settle | undefined)[] = [];
  readonly #records: (Extra | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #counts: Record<OpenState, number> = { waiting: 0, sent: 0, answered: 0, 'given up': 0 };

  /** The calls that are not closed. */
  get size(): number {
    return this.#states.length - this.#free.length;
  }

  /** The number of calls that the peer counts: those without a reply, awaited or not. */
  get inFlight(): number {
    return this.#counts.sent + this.#counts['given up'];
  }

  /** Returns the number of calls in this state. */
  count(state: OpenState): number {
    return this.#counts[state];
  }

  state(call: number): SlotState {
    return this.#states[call] ?? 'closed';
  }

  /** Returns the record of a call, if it has one. */
  record(call: number): Extra | undefined {
    return this.#records[call];
  }

  /** Takes a slot for a call, which then waits. */
  open(settle: Settle, record: Extra | undefined): number {
    const call = this.#free.pop() ?? this.#states.length;
    this.#states[call] = 'waiting';
    this.#settles[call] = settle;
    this.#records[call] = record;
    this.#counts.waiting++;
    return call;
  }

  /** Takes a slot for a call that is sent at once: {@link CallSlots.open} and the step `send` in one. */
  openSent(settle: Settle): number {
    const call = this.#free.pop() ?? this.#states.length;
    this.#states[call] = 'sent';
    this.#settles[call] = settle;
    this.#records[call] = undefined;
    this.#counts.sent++;
    return call;
  }

  /** Makes the step `reply` for a call without a record. For any other call, returns `undefined` and changes nothing. */
  replied(call: number): Settle | undefined {
    if (this.#states[call] !== 'sent' || this.#records[call] !== undefined) return undefined;
    const settle = this.#settles[call];
    this.#states[call] = 'closed';
    this.#settles[call] = undefined;
    this.#counts.sent--;
    this.#free.push(call);
    return settle;
  }

  /** Sets the record of a call. */
  keep(call: number, record: Extra): void {
    this.#records[call] = record;
  }

  /**
   * Makes a transition. Returns the function that settles the call; `undefined` if the call stays open or its caller no longer
   * waits. Returns `false` and changes nothing for an illegal step.
   */
  step(call: number, step: SlotStep): Settle | undefined | false {
    const from = this.#states[call] ?? 'closed';
    const to = SLOT_STEPS[from][step];
    if (from === 'closed' || to === undefined) return false;
    if (to === from) return undefined;
    this.#states[call] = to;
    this.#counts[from]--;
    if (to !== 'closed') this.#counts[to]++;
    if (to === 'sent' || to === 'answered') return undefined;
    const settle = this.#settles[call];
    this.#settles[call] = undefined;
    if (to === 'closed') {
      this.#records[call] = undefined;
      this.#free.push(call);
    }
    return settle;
  }

  /** Yields the numbers of all calls that are not closed. */
  *calls(): IterableIterator<number> {
    for (const [call, state] of this.#states.entries()) if (state !== 'closed') yield call;
  }
}

/** The parts of the session that its outbound calls use. */
export interface OutboundContext {
  readonly outbox: Outbox;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly extensions: ReceivedProxies;
  /** Sets whether a call in progress keeps the process alive. */
  hold(wanted: boolean): void;
  /** Called when no call is in progress any more. */
  idle(): void;
  /** Called when the peer broke the protocol. */
  violation(what: string): void;
}

/** Reads the blobs of a call, whose object is held meanwhile. Then calls `then`, which sends it. */
export function holdWhileRead(
  unread: UnreadBlobs,
  target: CallTarget,
  args: readonly unknown[],
  then: (failure: unknown) => void,
): void {
  target.addProxy();
  const unpin = pinProxies(args);
  void unread.read((failure) => {
    then(failure);
    unread.forget();
    target.dropProxy();
    unpin?.();
  });
}

/** Returns whether the method ran, according to the reply. */
export function executedBy(kind: number, value: unknown): Executed {
  return kind !== Kind.RESULT && value instanceof UActorError ? value.executed : 'yes';
}

/** Returns the error of a call whose deadline has passed; `what` names the call. */
export function timedOut(what: string, timeout: number, executed: Executed): TimeoutError {
  return new TimeoutError(`${what} did not answer within ${timeout} ms`, { executed });
}

/** Returns the error of a claim without a timely reply. */
export function lateClaim(timeoutMs: number): ActorUnreachableError {
  return new ActorUnreachableError(`the process of a received proxy did not answer within ${timeoutMs} ms`);
}

/** Returns the error in the reply to a call given up before its turn. No caller waits for it, but it frees the call's number. */
export function givenUpInTime(): TimeoutError {
  return new TimeoutError('the call was abandoned before its turn', { executed: 'no' });
}
