/** What became of a slot: free, waiting for its reply, or given up by the caller while its reply is still to come. */
type SlotState = 'free' | 'pending' | 'abandoned';

/** How a pending call ends. */
export interface Settle {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The calls that this end made and that were not answered yet. A call's id is its slot's index: finding the call of a
 * reply is one array access, and ids are used again only after the reply came, so a late reply can never meet another
 * call. Parallel arrays, because an object per call would be the largest allocation of a call.
 */
export class CallTable {
  readonly #resolves: (((value: unknown) => void) | undefined)[] = [];
  readonly #rejects: (((error: unknown) => void) | undefined)[] = [];
  readonly #states: SlotState[] = [];
  readonly #free: number[] = [];
  #occupied = 0;

  /** The number of slots whose reply is still to come, given-up ones included: they cost the peer all the same. */
  get size(): number {
    return this.#occupied;
  }

  /** Takes a slot; its index is the id of the call. */
  open(resolve: (value: unknown) => void, reject: (error: unknown) => void): number {
    const call = this.#free.pop() ?? this.#states.length;
    this.#resolves[call] = resolve;
    this.#rejects[call] = reject;
    this.#states[call] = 'pending';
    this.#occupied++;
    return call;
  }

  /** Whether `call` waits for its reply and its caller for the outcome. */
  isPending(call: number): boolean {
    return this.#states[call] === 'pending';
  }

  /** Whether a reply to `call` is still to come, wanted or not. */
  isOpen(call: number): boolean {
    const state = this.#states[call];
    return state === 'pending' || state === 'abandoned';
  }

  /** Frees the slot and returns what settles the call, or `undefined` for one that was given up. */
  close(call: number): Settle | undefined {
    const resolve = this.#resolves[call];
    const reject = this.#rejects[call];
    this.#resolves[call] = undefined;
    this.#rejects[call] = undefined;
    this.#states[call] = 'free';
    this.#free.push(call);
    this.#occupied--;
    return resolve && reject ? { resolve, reject } : undefined;
  }

  /** Forgets the caller but keeps the slot until the reply has come. Returns what rejects the call. */
  abandon(call: number): ((error: unknown) => void) | undefined {
    if (this.#states[call] !== 'pending') return undefined;
    const reject = this.#rejects[call];
    this.#resolves[call] = undefined;
    this.#rejects[call] = undefined;
    this.#states[call] = 'abandoned';
    return reject;
  }

  /** Empties the table and returns what rejects each call that somebody still waits for. */
  clear(): ((error: unknown) => void)[] {
    const rejects = this.#rejects.filter((reject) => reject !== undefined);
    for (const list of [this.#resolves, this.#rejects, this.#states, this.#free]) list.length = 0;
    this.#occupied = 0;
    return rejects;
  }
}
