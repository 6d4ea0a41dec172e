import type { Step } from './program.ts';
import type { World } from './world.ts';

/** The outcome of a call. */
interface Call {
  readonly id: string;
  readonly step: Step;
  readonly begunAt: number;
  /** The time by which the call must have ended in any case. */
  readonly dueAt: number;
  outcome: 'pending' | 'resolved' | 'rejected';
  endedAt: number;
  error: unknown;
}

/** How late a call may end after its deadline, in milliseconds: the resolution of the clock. */
const GRAIN_MS = 2;

/** Records what a program did, and reports broken promises. */
export class Ledger {
  readonly violations: string[] = [];
  readonly #world: World;
  readonly #calls: Call[] = [];
  #ids = 0;
  /** The number of holders of each lock. */
  readonly #holders = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  get pending(): number {
    return this.#calls.filter(({ outcome }) => outcome === 'pending').length;
  }

  violated(what: string): void {
    this.violations.push(what);
    this.#world.note(undefined, `VIOLATION: ${what}`);
  }

  nextId(step: Step): string {
    return `${++this.#ids}:${step.kind}`;
  }

  /**
   * Watches a call, and resolves to its outcome.
   *
   * @param dueMs - The maximum total time of the call.
   */
  async watch(id: string, step: Step, dueMs: number, promise: Promise<unknown>): Promise<Call> {
    const { now } = this.#world.scheduler;
    const call: Call = { id, step, begunAt: now, dueAt: now + dueMs, outcome: 'pending', endedAt: 0, error: undefined };
    this.#calls.push(call);
    this.#world.note(undefined, `${step.client} calls ${id} of worker ${step.worker}`);
    const ended = (outcome: 'resolved' | 'rejected', error?: unknown): void => {
      if (call.outcome !== 'pending') this.violated(`${id} has settled twice`);
      call.outcome = outcome;
      call.error = error;
      call.endedAt = this.#world.scheduler.now;
      const how = outcome === 'resolved' ? 'resolved' : `rejected: ${said(error)}`;
      this.#world.note(undefined, `${id} is ${how}`);
      if (codeOf(error) === 'PROTOCOL') this.violated('one end says that the other broke the protocol');
      if (call.endedAt > call.dueAt + GRAIN_MS) {
        this.violated(`${step.kind} ends ${late(call)} ms after it was due`);
      }
    };
    await promise.then(
      () => ended('resolved'),
      (error: unknown) => ended('rejected', error),
    );
    return call;
  }

  /** Records that a process acquired a lock that at most `most` may hold. */
  holds(lock: string, most: number): void {
    const holders = (this.#holders.get(lock) ?? 0) + 1;
    this.#holders.set(lock, holders);
    if (holders > most) this.violated(`${lock.replace(/\d+/, '')} is held ${holders} times`);
  }

  givesBack(lock: string): void {
    this.#holders.set(lock, (this.#holders.get(lock) ?? 0) - 1);
  }

  /** Runs the checks that are only possible when everything has ended. */
  close(): void {
    for (const { id, outcome, error, step } of this.#calls) {
      if (outcome === 'pending') this.violated(`${step.kind} never settles`);
      const runs = this.#world.runs.get(id) ?? 0;
      if (runs > 1) this.violated(`${step.kind} has run ${runs} times`);
      const executed: unknown = isObject(error) && 'executed' in error ? error.executed : undefined;
      if (outcome !== 'rejected' || executed === undefined || !TELLING.has(step.kind)) continue;
      if (executed === 'no' && runs > 0) this.violated(`${step.kind} says executed 'no', and it ran`);
      if (executed === 'yes' && runs === 0) this.violated(`${step.kind} says executed 'yes', and it did not run`);
    }
    this.#closeOrder();
  }

  /** Checks that calls over one proxy started in the order in which they were made. */
  #closeOrder(): void {
    const order = new Map([...this.#world.runs.keys()].map((id, index) => [id, index]));
    const last = new Map<string, { at: number; id: string }>();
    for (const { id, step } of this.#calls) {
      const at = order.get(id);
      if (at === undefined || !COUNTED.has(step.kind)) continue;
      const line = `${step.client} ${step.worker}`;
      const before = last.get(line);
      if (before !== undefined && before.at > at) this.violated(`${step.kind} starts before an earlier call`);
      last.set(line, { at, id });
    }
  }
}

/** The operations that consist of one call over the actor's own proxy, and whose method records that it ran. */
const COUNTED: ReadonlySet<string> = new Set(['echo', 'fail', 'never', 'slow', 'size', 'bytes', 'callback', 'block']);

/** The operations whose error states in `executed` whether that method ran. */
const TELLING: ReadonlySet<string> = new Set([...COUNTED, 'task', 'supervised']);

function late({ endedAt, dueAt }: Call): number {
  return Math.round(endedAt - dueAt);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Returns the code of an error, if it has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Returns an error in one line. */
export function said(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  return `${error.name}${code === undefined ? '' : ` ${code}`}: ${error.message.slice(0, 150)}`;
}
