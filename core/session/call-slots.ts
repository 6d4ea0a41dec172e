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

/** Settles the promise of a call: with a value, or with a promise that rejects. */
export type Settle = (outcome: unknown) => void;

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
export type OpenState = Exclude<SlotState, 'closed'>;

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
