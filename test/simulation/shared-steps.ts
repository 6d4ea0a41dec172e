import type * as uactor from '../../index.ts';
import type { Actors } from './actors.ts';
import type { Host } from './host.ts';
import { type Ledger, said } from './ledger.ts';
import { isNarrow, NARROW_MS, type Program, type Step } from './program.ts';
import type { World } from './world.ts';

export type Worker = uactor.Remote<Actors['Worker']>;

/** The maximum duration of work that does not end by itself, when processes are stopped for some time, in milliseconds. */
export const PATIENCE_MS = 90_000;

/** The size of the argument of a call that keeps an actor busy, in bytes. */
const BUSY_BYTES = 20_000;

/** The parts with which a step is carried out. */
export interface Performance {
  readonly host: Host;
  /** A proxy of the step's worker. */
  readonly plain: Worker;
  /** A proxy of the step's worker, with the step's deadline or signal. */
  readonly worker: Worker;
  readonly watch: (promise: Promise<unknown>, most?: number) => ReturnType<Ledger['watch']>;
}

type Shared = Omit<Performance, 'worker'>;

/** The parts of the run that the steps with shared objects use. */
export interface SharedParts {
  readonly world: World;
  readonly ledger: Ledger;
  readonly main: Host;
  readonly program: Program;
  /** Whether a fault has affected a process that takes part in a step. */
  readonly isHurt: (step: Step) => boolean;
}

/** The steps with locks, conditions, queues and busy actors, and their promises. */
export class SharedSteps {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #main: Host;
  readonly #program: Program;
  readonly #isHurt: (step: Step) => boolean;
  readonly #turns = new Map<string, Promise<void>>();
  readonly #queues = { put: new Set<string>(), tried: new Set<string>(), got: new Map<string, number>() };

  constructor({ world, ledger, main, program, isHurt }: SharedParts) {
    this.#world = world;
    this.#ledger = ledger;
    this.#main = main;
    this.#program = program;
    this.#isHurt = isHurt;
  }

  /** Resolves to the value of a call that prepares a step; `undefined` when it fails, which other steps test. */
  async quiet<T>(promise: Promise<T> | undefined): Promise<T | undefined> {
    return await Promise.race([promise?.catch(() => undefined), this.#world.sleep(PATIENCE_MS).then(() => undefined)]);
  }

  async lock(step: Step, { plain, host, watch }: Shared): Promise<void> {
    const lock = await this.quiet(
      step.kind === 'semaphore' ? plain.semaphore() : step.kind === 'rlock' ? plain.rlock() : plain.lock(),
    );
    if (lock === undefined) return;
    const name = `${step.kind}${step.worker}`;
    const { timeout, abort } = step;
    // A lock that others hold may not become free in time; that is not a fault.
    const options = { timeout: timeout ?? abort ?? 20_000 };
    const acquiring = host.uactor.callOptions(lock, options).acquire();
    const { outcome } = await watch(acquiring, options.timeout);
    if (outcome === 'resolved') {
      // One process may acquire an RLock several times, because it belongs to the client's process.
      const most = step.kind === 'semaphore' ? 2 : step.kind === 'rlock' ? Infinity : 1;
      const counted = !this.#isHurt(step);
      if (counted) this.#ledger.holds(name, most);
      await this.#world.sleep(this.#world.random.below(20));
      if (counted) this.#ledger.givesBack(name);
      await this.quiet(lock.release());
    }
    host.uactor.release(lock);
  }

  /** A condition's lock belongs to a process, so each process uses it for one step at a time. */
  async condition(step: Step, shared: Shared): Promise<void> {
    const key = `${step.client} ${step.worker}`;
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(() => this.#condition(step, shared));
    this.#turns.set(key, turn);
    await turn;
  }

  async #condition(step: Step, { plain, host, watch }: Shared): Promise<void> {
    const condition = await this.quiet(plain.condition());
    if (condition === undefined) return;
    const acquireMs = isNarrow(this.#program) ? NARROW_MS : 20_000;
    const got = await this.quiet(host.uactor.callOptions(condition, { timeout: acquireMs }).acquire());
    if (got === true) {
      const timeout = step.timeout ?? step.abort ?? 100;
      // The wait may end late, because it ends only with its lock.
      await watch(host.uactor.callOptions(condition, { timeout }).wait(), PATIENCE_MS);
      const released = await condition.release().catch((error: unknown) => error);
      if (released instanceof Error && !this.#isHurt(step)) {
        this.#ledger.violated(`a condition ends its wait without its lock: ${said(released)}`);
      }
    }
    host.uactor.release(condition);
  }

  async queue(step: Step, id: string, { plain, host, watch }: Shared): Promise<void> {
    const queue = await this.quiet(plain.queue());
    if (queue === undefined) return;
    const item = `${step.worker}/${id}`;
    const timeout = step.timeout ?? step.abort ?? 5_000;
    if (step.kind === 'put') {
      this.#queues.tried.add(item);
      const { outcome } = await watch(host.uactor.callOptions(queue, { timeout }).put(item), timeout);
      if (outcome === 'resolved') this.#queues.put.add(item);
    } else {
      const getting = host.uactor.callOptions(queue, { timeout }).get();
      const { outcome } = await watch(getting, timeout);
      if (outcome === 'resolved') this.#got(await getting);
    }
    host.uactor.release(queue);
  }

  /**
   * Checks that a proxy is passed on in time, however many earlier calls its actor has, unless a fault affects one of the three
   * processes.
   */
  async busy(
    step: Step & { readonly kind: 'busy' },
    id: string,
    busy: Worker | undefined,
    { plain, watch }: Pick<Performance, 'plain' | 'watch'>,
  ): Promise<void> {
    if (busy === undefined || step.to === step.worker) return;
    const backlog = Array.from(
      { length: step.times },
      async () => await this.quiet(busy.eat(new Uint8Array(BUSY_BYTES), step.amount)),
    );
    const { outcome, error } = await watch(plain.keep('busy', busy, id), PATIENCE_MS);
    const three = [step.to, step.worker];
    const faulty = this.#program.faults.some((fault) => 'worker' in fault && three.includes(fault.worker));
    const hurt = faulty || three.some((worker) => this.#isHurt({ ...step, worker }));
    if (outcome === 'rejected' && !hurt)
      this.#ledger.violated(`a proxy of a busy actor is not handed on: ${said(error)}`);
    await Promise.all(backlog);
  }

  #got(item: unknown): void {
    const name = String(item);
    const times = (this.#queues.got.get(name) ?? 0) + 1;
    this.#queues.got.set(name, times);
    if (times > 1) this.#ledger.violated('an item of a queue came twice');
    if (!this.#queues.tried.has(name)) this.#ledger.violated('an item of a queue came from nowhere');
  }

  /** Checks that every lock is free, and every queue contains its items, among those that the program used. */
  async inspect(index: number, worker: Worker): Promise<void> {
    const used = new Set(this.#program.steps.flatMap((step) => (step.worker === index ? [step.kind] : [])));
    for (const make of ['lock', 'rlock', 'semaphore', 'condition'] as const) {
      if (!used.has(make)) continue;
      const lock = await this.quiet(worker[make]());
      if (lock === undefined) continue;
      const times = make === 'semaphore' ? 2 : 1;
      for (let count = 0; count < times; count++) {
        const got = await this.quiet(this.#main.uactor.callOptions(lock, { timeout: 3_000 }).acquire());
        if (got !== true) this.#ledger.violated(`a ${make} is not free in the end`);
      }
      for (let count = 0; count < times; count++) await this.quiet(lock.release());
      this.#main.uactor.release(lock);
    }
    if (!used.has('put') && !used.has('get')) return;
    const queue = await this.quiet(worker.queue());
    if (queue === undefined) return;
    for (;;) {
      const item = await this.quiet(queue.getNowait());
      if (item === undefined) break;
      this.#got(item);
    }
    for (const item of this.#queues.put) {
      if (item.startsWith(`${index}/`) && !this.#queues.got.has(item))
        this.#ledger.violated('an item of a queue is lost');
    }
    this.#main.uactor.release(queue);
  }
}
