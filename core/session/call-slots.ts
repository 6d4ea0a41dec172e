/** What became of a call that this end makes. */
export type SlotState = 'waiting' | 'sent' | 'answered' | 'given up' | 'closed';

/** What happens to a call. */
export type SlotStep = 'send' | 'refuse' | 'reply' | 'reply with claims' | 'claimed' | 'give up' | 'end';

/**
 * Every step that a call can take, by the state that it is in:
 *
 * - `waiting` for its turn, unencoded; nothing of it was sent;
 * - `sent`, or just being encoded, which may end in a refusal;
 * - `answered`: its reply is here, and proxies in it are still to be claimed from their processes;
 * - `given up`: its caller has gone on, its reply is still to come, and until then it counts at the peer;
 * - `closed`: it is settled, and its number is free.
 *
 * The end of the session leaves what is answered alone: that is still delivered.
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

// A promise's executor runs at once, so one executor that leaves the function here serves every call: a closure per call
// would cost more than the rest of the bookkeeping.
const nothingTaken: Settle = () => undefined;
let taken = nothingTaken;
/** The executor of a call's promise; {@link takenSettle} must follow at once. */
export function take(resolve: Settle): void {
  taken = resolve;
}
/** It leads to the promise, and so to a result that nothing else may hold any more. */
export function takenSettle(): Settle {
  const settle = taken;
  taken = nothingTaken;
  return settle;
}

/** The states in which a call has a number. */
export type OpenState = Exclude<SlotState, 'closed'>;

/**
 * The calls that this end makes, each in a slot whose index is the number of the call: finding the call of a reply is one
 * access to an array. A number is used again only when its slot is closed, so nothing that comes late can meet another
 * call. Arrays side by side, because an object per call would be the largest allocation of a call; a call that needs more
 * (it waits, it can be given up) has a record beside.
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

  /** The calls that count at the peer: those whose reply is still to come, wanted or not. */
  get inFlight(): number {
    return this.#counts.sent + this.#counts['given up'];
  }

  /** How many calls are in that state. */
  count(state: OpenState): number {
    return this.#counts[state];
  }

  state(call: number): SlotState {
    return this.#states[call] ?? 'closed';
  }

  /** What a call has besides its state. */
  record(call: number): Extra | undefined {
    return this.#records[call];
  }

  /** Takes a slot for a call, which waits. */
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

  /** The step `reply` of a call without a record; `undefined`, and nothing changes, for any other. */
  replied(call: number): Settle | undefined {
    if (this.#states[call] !== 'sent' || this.#records[call] !== undefined) return undefined;
    const settle = this.#settles[call];
    this.#states[call] = 'closed';
    this.#settles[call] = undefined;
    this.#counts.sent--;
    this.#free.push(call);
    return settle;
  }

  /** Gives a call a record, or another one. */
  keep(call: number, record: Extra): void {
    this.#records[call] = record;
  }

  /**
   * Takes a step. Whoever settles the call is given what does so; a call that stays, or that nobody waits for, has none.
   * Returns `false`, and changes nothing, for a step that the call cannot take from where it stands.
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

  /** The numbers of all calls that are not closed. */
  *calls(): IterableIterator<number> {
    for (const [call, state] of this.#states.entries()) if (state !== 'closed') yield call;
  }
}
