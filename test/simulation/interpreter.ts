import { type Actors, defineActors } from './actors.ts';
import type { Host } from './host.ts';
import { codeOf, Ledger, said } from './ledger.ts';
import { Owned } from './owned.ts';
import { type Client, type Fault, isNarrow, type Program, type Step } from './program.ts';
import { type Performance, PATIENCE_MS, SharedSteps, type Worker } from './shared-steps.ts';
import { StuckError, World, type WorldOptions } from './world.ts';

/** The time within which calls between healthy processes end, whatever happens to a third one. */
const HEALTHY_MS = 20_000;
/** Steps whose calls wait for a third process. */
const ASKS_THIRD: ReadonlySet<Step['kind']> = new Set(['keep', 'give', 'askKept', 'ask', 'handOn', 'busy']);
const KEY = 'k'.repeat(32);

/** How a program is run, in addition to its own settings. */
export type RunOptions = Pick<WorldOptions, 'tracing' | 'core' | 'newCores'>;

/** The outcome of running a program. */
export interface Outcome {
  readonly world: World;
  readonly violations: readonly string[];
}

/** Runs a program and checks every promise of its ledger. It is not traced unless the options say so. */
export async function runProgram(program: Program, options: RunOptions = {}): Promise<Outcome> {
  const { latencyMs, capacityBytes, cutting } = program;
  const wire = { latencyMs: [0.05, latencyMs], capacityBytes, cutting } as const;
  const world = new World({ tracing: false, ...options, seed: program.seed, wire });
  const run = new Run(world, program);
  const { stackTraceLimit } = Error;
  // Stacks are sent with errors; they name the core's location, and functions as this version of Node does.
  Error.stackTraceLimit = 0;
  try {
    await world.run(() => run.all(), 1_000_000);
  } catch (error) {
    run.ledger.violated(error instanceof StuckError ? 'the program is stuck' : `the program fails: ${said(error)}`);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  for (const { host, error } of world.crashes) run.ledger.violations.push(`${kindOf(host)} crashes: ${said(error)}`);
  for (const error of world.unhandled) run.ledger.violations.push(`a rejection is unhandled: ${said(error)}`);
  // After a broken promise, the state of a core is unknown, so it is not used again.
  if (run.ledger.violations.length === 0) world.end();
  return { world, violations: run.ledger.violations };
}

function kindOf({ name }: Host): string {
  return name.replace(/#\d+/, '');
}

/** One run of a program. */
class Run {
  readonly ledger: Ledger;
  readonly #world: World;
  readonly #program: Program;
  readonly #main: Host;
  readonly #other: Host;
  readonly #actors: (host: Host) => Actors;
  readonly #workers: Worker[] = [];
  readonly #hosts: Host[] = [];
  #connected: Worker | undefined;
  /** Processes that a fault has affected. */
  readonly #hurt = new Set<Host>();
  /** Those that lost a connection, and with it the references held over it. */
  readonly #cut = new Set<Host>();
  /** The processes through which the content of a worker's slot was passed. */
  readonly #routes = new Map<number, Set<Host>>();
  readonly #owned: Owned;
  readonly #shared: SharedSteps;
  #things = 0;

  constructor(world: World, program: Program) {
    this.#world = world;
    this.#program = program;
    this.ledger = new Ledger(world);
    const { main, actors } = defineActors(world);
    this.#main = main;
    this.#actors = actors;
    this.#other = world.host('other');
    this.#owned = new Owned(world, this.ledger, main);
    this.#shared = new SharedSteps({ world, ledger: this.ledger, main, program, isHurt: (step) => this.#isHurt(step) });
  }

  async all(): Promise<void> {
    await this.#start();
    const begun = this.#world.scheduler.now;
    const steps = this.#program.steps.map(async (step) => {
      await this.#until(begun + step.at);
      await this.#take(step);
    });
    for (const fault of this.#program.faults)
      this.#world.scheduler.at(begun + fault.at, undefined, () => this.#fault(fault));
    await Promise.race([Promise.all(steps), this.#world.sleep(200_000)]);
    await this.#finish();
    this.ledger.close();
  }

  async #start(): Promise<void> {
    const { workers, highWaterBytes, maxCallsInFlight, serializer } = this.#program;
    const { Worker, Supervised } = this.#actors(this.#main);
    const options = { limits: { highWaterBytes, maxCallsInFlight }, serializer, authkey: KEY };
    const Served = Worker.with({ ...options, address: 'tcp://served:7' });
    const Plain = Worker.with(options);
    for (let index = 0; index < workers; index++) {
      const before = this.#world.hosts.length;
      this.#workers.push(await (index === 0 ? Served : Plain).spawn());
      const host = this.#world.hosts[before];
      if (host !== undefined) this.#hosts.push(host);
    }
    await this.#owned.start({ Worker: Plain, Supervised: Supervised.with(options) }, this.#program);
    const There = this.#actors(this.#other).Worker.with(options);
    this.#connected = await There.connect('tcp://served:7', { authkey: KEY });
  }

  async #until(time: number): Promise<void> {
    const { now } = this.#world.scheduler;
    if (time > now) await this.#world.sleep(time - now);
  }

  #hostOf(client: Client): Host {
    return client === 'main' ? this.#main : this.#other;
  }

  #fault(fault: Fault): void {
    if (fault.kind === 'killMember' || fault.kind === 'killTasker' || fault.kind === 'killSupervised') {
      this.#owned.hurt(fault.kind);
      return;
    }
    const worker = 'worker' in fault ? this.#hosts[fault.worker] : this.#hosts[0];
    if (worker === undefined || worker.state === 'gone') return;
    this.#hurt.add(worker);
    if (fault.kind === 'stop') {
      worker.stop();
      this.#world.scheduler.after(fault.ms, undefined, () => worker.continue());
    } else if (fault.kind === 'kill') {
      this.#cut.add(worker);
      worker.kill();
    } else {
      for (const host of [worker, this.#other]) this.#cut.add(host);
      this.#hurt.add(this.#other);
      const [link] = this.#world.network.linksOf(this.#other);
      this.#world.note(this.#other, `loses its connection: ${fault.kind}`);
      if (fault.kind === 'hole') link?.ends[0].blackHole();
      else link?.ends[0].reset();
      if (fault.kind === 'unreachable') {
        this.#world.network.reachable(worker, false);
        this.#world.scheduler.after(fault.ms, undefined, () => this.#world.network.reachable(worker, true));
      }
    }
  }

  /** Carries out one step, and records it. */
  async #take(step: Step): Promise<void> {
    const host = this.#hostOf(step.client);
    const plain = step.client === 'main' ? this.#workers[step.worker] : this.#connected;
    if (plain === undefined) return;
    const { timeout, abort } = step;
    let worker = plain;
    if (timeout !== undefined) worker = host.uactor.callOptions(plain, { timeout });
    else if (abort !== undefined) {
      const controller = new AbortController();
      this.#world.scheduler.after(abort, host, () => controller.abort(new Error('changed its mind')));
      worker = host.uactor.callOptions(plain, { signal: controller.signal });
    }
    const faulty = this.#program.faults.flatMap((fault) => ('worker' in fault ? [fault.worker] : []));
    const healthy =
      !this.#hurt.has(host) && !faulty.includes(step.worker) && (faulty.length === 0 || !ASKS_THIRD.has(step.kind));
    const dueMs = timeout ?? abort ?? (healthy ? HEALTHY_MS : PATIENCE_MS + 60_000);
    const id = this.ledger.nextId(step);
    const watch = (promise: Promise<unknown>, most = dueMs): ReturnType<Ledger['watch']> =>
      this.ledger.watch(id, step, most, promise);
    await this.#perform(step, id, { host, plain, worker, watch });
  }

  async #perform(step: Step, id: string, { host, plain, worker, watch }: Performance): Promise<void> {
    const { ledger } = this;
    switch (step.kind) {
      case 'echo': {
        const value = { id, list: [1, 'two', null] };
        await watch(this.#same(worker.echo(value, id), JSON.stringify(value)));
        break;
      }
      case 'fail': {
        const { outcome } = await watch(worker.fail('as asked', id));
        if (outcome === 'resolved') ledger.violated('fail resolves');
        break;
      }
      case 'never':
        await watch(worker.never(id, isNarrow(this.#program)));
        break;
      case 'slow':
        await watch(worker.slow(step.amount, id));
        break;
      case 'size':
        await watch(this.#same(worker.size(new Uint8Array(step.amount), id), String(step.amount)));
        break;
      case 'bytes':
        await watch(
          this.#same(
            worker.bytes(step.amount, id).then((bytes) => bytes.length),
            String(step.amount),
          ),
        );
        break;
      case 'callback':
        await watch(
          this.#same(
            worker.call((value) => [value], 7, id),
            '[7]',
          ),
        );
        break;
      case 'swap':
        await watch(worker.swap((bytes) => (bytes instanceof Uint8Array ? bytes.length : 0), step.times, step.amount));
        break;
      case 'reentrant': {
        const inner: Promise<unknown>[] = [];
        const value = {
          get x() {
            inner.push(ledger.watch(`${id}, inner`, { ...step, kind: 'reentrant' }, PATIENCE_MS, plain.echo('inner')));
            return 5;
          },
        };
        await watch(worker.echo(value, id));
        await Promise.all(inner);
        break;
      }
      case 'rows': {
        const read = async (): Promise<void> => {
          const rows: number[] = [];
          const iterator = await worker.rows(step.amount, id);
          for await (const row of iterator) {
            if (row !== rows.length) ledger.violated('rows are out of order');
            rows.push(row);
            if (rows.length === 15) break;
          }
          if (rows.length !== Math.min(step.amount, 15)) ledger.violated('rows are missing');
          host.uactor.release(iterator);
        };
        // The deadline applies to each call.
        await watch(read(), PATIENCE_MS * 2);
        break;
      }
      case 'relayed':
        await watch(worker.call(async (value) => await plain.echo(value), step.amount, id, isNarrow(this.#program)));
        break;
      case 'block':
        await watch(worker.block(step.amount, id));
        break;
      case 'keep': {
        const giver = this.#workers[step.to];
        const thing = await this.#shared.quiet(
          step.client === 'main' ? giver?.thing(`t${this.#things++ % 5}`) : plain.thing('own'),
        );
        if (thing === undefined) break;
        if (step.later !== undefined) await this.#world.sleep(step.later);
        this.#routed(step.worker, host, this.#hosts[step.client === 'main' ? step.to : 0]);
        await watch(worker.keep('slot', thing, id));
        host.uactor.release(thing);
        break;
      }
      case 'give': {
        const given = worker.give('slot', id);
        const { outcome, error } = await watch(given);
        if (outcome === 'rejected') this.#mayBeGone(error, step);
        else await this.#name(await given, host, step);
        break;
      }
      case 'askKept': {
        const { outcome, error } = await watch(worker.askKept('slot', id));
        if (outcome === 'rejected') this.#mayBeGone(error, step);
        break;
      }
      case 'forget':
        await watch(worker.drop('slot', id));
        break;
      case 'ask': {
        const to = step.client === 'main' ? this.#workers[step.to] : plain;
        if (to !== undefined) await watch(worker.ask(to, 5, id));
        break;
      }
      case 'handOn': {
        // The other process knows only one actor.
        const to = step.to === step.worker ? undefined : this.#workers[step.to];
        if (to === undefined || step.client === 'other') break;
        const handed = worker.handOn(to, (value) => [value], 7, id, isNarrow(this.#program));
        await watch(this.#same(handed, '[7]'));
        break;
      }
      case 'busy':
        // The other process knows only one actor.
        if (step.client === 'main') await this.#shared.busy(step, id, this.#workers[step.to], { plain, watch });
        break;
      case 'flood': {
        const { times, amount } = step;
        const calls: Promise<unknown>[] = [
          worker.swap((bytes) => (bytes instanceof Uint8Array ? bytes.length : 0), times, amount),
        ];
        for (let count = 0; count < times; count++) calls.push(worker.size(new Uint8Array(amount)));
        await watch(Promise.all(calls));
        // Waits for all of them, not only for the first that fails.
        await Promise.allSettled(calls);
        break;
      }
      case 'lock':
      case 'rlock':
      case 'semaphore':
        await this.#shared.lock(step, { plain, host, watch });
        break;
      case 'condition':
        await this.#shared.condition(step, { plain, host, watch });
        break;
      case 'put':
      case 'get':
        await this.#shared.queue(step, id, { plain, host, watch });
        break;
      case 'collect': {
        const thing = await this.#shared.quiet(plain.thing('garbage'));
        if (thing !== undefined) host.collect(thing);
        break;
      }
      case 'pooled':
        if (step.client === 'main') await watch(this.#owned.pooled(id), PATIENCE_MS);
        break;
      case 'push':
        if (step.client === 'main') await watch(this.#owned.pushed(id), HEALTHY_MS);
        break;
      case 'task':
        if (step.client === 'main') await this.#owned.task(step, id, watch);
        break;
      case 'supervised':
        if (step.client === 'main') await this.#owned.supervised(step, id, watch);
        break;
      case 'child':
        await watch(this.#same(worker.child(id), '7'), PATIENCE_MS);
        break;
    }
  }

  async #same(promise: Promise<unknown>, expected: string): Promise<void> {
    const text = JSON.stringify(await promise);
    if (text !== expected) this.ledger.violated(`an answer is wrong: ${text.slice(0, 80)}`);
  }

  #routed(worker: number, ...hosts: readonly (Host | undefined)[]): void {
    const route = this.#routes.get(worker) ?? new Set();
    for (const host of hosts) if (host !== undefined) route.add(host);
    this.#routes.set(worker, route);
  }

  /**
   * Checks that a proxy never finds its object gone, unless a process on its way lost a connection: the references held over it were
   * released. A ticket may also be lost when one of the processes was stopped before it could leave it.
   */
  #mayBeGone(error: unknown, step: Step): void {
    const code = codeOf(error);
    if (code !== 'OBJECT_GONE' && code !== 'TICKET_INVALID') return;
    const excuses = code === 'OBJECT_GONE' ? this.#cut : this.#hurt;
    const route = [this.#hostOf(step.client), this.#hosts[step.worker], ...(this.#routes.get(step.worker) ?? [])];
    if (route.some((host) => host !== undefined && excuses.has(host))) return;
    this.ledger.violated(`${step.kind} finds an object gone: ${said(error)}`);
  }

  async #name(thing: unknown, host: Host, step: Step): Promise<void> {
    if (typeof thing !== 'object' || thing === null || !('whoAmI' in thing) || typeof thing.whoAmI !== 'function')
      return;
    try {
      await Promise.race([thing.whoAmI(), this.#world.sleep(PATIENCE_MS)]);
    } catch (error) {
      this.#mayBeGone(error, step);
    }
    host.uactor.release(thing);
  }

  #isHurt(step: Step): boolean {
    const worker = this.#hosts[step.worker];
    return this.#hurt.has(this.#hostOf(step.client)) || (worker !== undefined && this.#hurt.has(worker));
  }

  /** Continues all processes; then every lock must be free, every queue must have its items, and no process may keep anything. */
  async #finish(): Promise<void> {
    for (const host of this.#hosts) host.continue();
    await this.#world.sleep(PATIENCE_MS);
    for (const [index, worker] of this.#workers.entries()) await this.#inspect(index, worker);
    await this.#owned.finish();
    await this.#quietTables();
    if (this.#connected !== undefined) this.#other.uactor.release(this.#connected);
    for (const host of this.#world.hosts) host.collectAll();
    await this.#world.sleep(10_000);
    const ends = this.#workers.map(async (worker) => await this.#shared.quiet(worker.shutdown()));
    await Promise.all(ends);
    await this.#world.sleep(20_000);
    for (const host of this.#world.hosts) {
      if (host.state === 'gone') continue;
      const left = Object.entries(host.uactor.stats()).filter(([, count]) => count !== 0);
      if (left.length > 0) this.ledger.violated(`${kindOf(host)} keeps ${left.map(([what]) => what).join(', ')}`);
      if (host !== this.#main && host !== this.#other) this.ledger.violated(`a process of an actor does not end`);
    }
  }

  /** Checks that the tables of idle processes contain only held objects. */
  async #quietTables(): Promise<void> {
    const kept = [...this.#workers, ...(this.#connected === undefined ? [] : [this.#connected])];
    for (const host of this.#world.hosts) if (host.state !== 'gone') host.collectAll(kept);
    await this.#world.sleep(5_000);
    // A call that never ends runs as long as its session lives.
    const calls = this.#program.steps.some(({ kind }) => kind === 'never') ? [] : ['callsInFlight', 'callsRunning'];
    for (const host of [this.#main, this.#other, ...this.#hosts]) {
      if (host.state === 'gone') continue;
      const { objects, ...stats } = host.uactor.stats();
      const counts = new Map(Object.entries(stats));
      const left = ['tickets', 'callsWaiting', 'bytesQueued', ...calls].filter((what) => (counts.get(what) ?? 0) > 0);
      // The actor itself counts as one object.
      if (objects > (this.#hosts.includes(host) ? 1 : 0)) left.push('objects');
      if (left.length > 0) this.ledger.violated(`${kindOf(host)} still has ${left.join(', ')}`);
    }
  }

  async #inspect(index: number, worker: Worker): Promise<void> {
    const host = this.#hosts[index];
    if (host === undefined || host.state === 'gone') return;
    const alive = await this.#shared.quiet(worker.echo(1));
    if (alive !== 1) {
      if (!this.#hurt.has(host)) this.ledger.violated('a healthy actor does not answer in the end');
      return;
    }
    await this.#shared.inspect(index, worker);
  }
}
