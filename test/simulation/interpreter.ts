import type * as uactor from '../../index.ts';
import { type Actors, defineActors } from './actors.ts';
import type { Host } from './host.ts';
import { Ledger, said } from './ledger.ts';
import { Owned } from './owned.ts';
import type { Client, Fault, Program, Step } from './program.ts';
import { StuckError, World } from './world.ts';

type Worker = uactor.Remote<Actors['Worker']>;

/** How long what does not end by itself may take at most, when processes are stopped for a while, in milliseconds. */
const PATIENCE_MS = 90_000;
/** The same between healthy processes, whatever a third does. */
const HEALTHY_MS = 20_000;
/** Steps whose call waits, by what it says, for a third process. */
const ASKS_THIRD: ReadonlySet<Step['kind']> = new Set(['keep', 'give', 'askKept', 'ask']);
const KEY = 'k'.repeat(32);

/** What running a program came to. */
export interface Outcome {
  readonly world: World;
  readonly violations: readonly string[];
}

/** Runs a program and checks every promise of its ledger. */
export async function runProgram(program: Program, tracing = false, core?: string): Promise<Outcome> {
  const { latencyMs, capacityBytes, cutting } = program;
  const wire = { latencyMs: [0.05, latencyMs], capacityBytes, cutting } as const;
  const world = new World({ seed: program.seed, wire, tracing, ...(core !== undefined && { core }) });
  const run = new Run(world, program);
  const { stackTraceLimit } = Error;
  // Stacks travel with errors, and say where the core lies and how this version of Node calls it.
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
  /** Processes that something was done to. */
  readonly #hurt = new Set<Host>();
  /** Those of them that lost a connection, and with it what was held over it. */
  readonly #cut = new Set<Host>();
  /** The processes that took part in what was kept in a worker's slot. */
  readonly #routes = new Map<number, Set<Host>>();
  readonly #owned: Owned;
  readonly #turns = new Map<string, Promise<void>>();
  #things = 0;
  readonly #queues = { put: new Set<string>(), tried: new Set<string>(), got: new Map<string, number>() };

  constructor(world: World, program: Program) {
    this.#world = world;
    this.#program = program;
    this.ledger = new Ledger(world);
    const { main, actors } = defineActors(world);
    this.#main = main;
    this.#actors = actors;
    this.#other = world.host('other');
    this.#owned = new Owned(world, this.ledger, main);
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
    const { Worker } = this.#actors(this.#main);
    const options = { limits: { highWaterBytes, maxCallsInFlight }, serializer, authkey: KEY };
    const Served = Worker.with({ ...options, address: 'tcp://served:7' });
    const Plain = Worker.with(options);
    for (let index = 0; index < workers; index++) {
      const before = this.#world.hosts.length;
      this.#workers.push(await (index === 0 ? Served : Plain).spawn());
      const host = this.#world.hosts[before];
      if (host !== undefined) this.#hosts.push(host);
    }
    await this.#owned.start(Plain, this.#program);
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
    if (fault.kind === 'killMember') {
      this.#owned.killMember();
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
      if (fault.kind === 'reset') link?.ends[0].reset();
      else link?.ends[0].blackHole();
    }
  }

  /** Carries out one step, and accounts for it. */
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
        await watch(worker.never(id, this.#program.maxCallsInFlight <= 2));
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
        // The deadline is that of each call.
        await watch(read(), PATIENCE_MS * 2);
        break;
      }
      case 'relayed':
        await watch(worker.call(async (value) => await plain.echo(value), step.amount, id));
        break;
      case 'block':
        await watch(worker.block(step.amount, id));
        break;
      case 'keep': {
        const giver = this.#workers[step.to];
        const thing = await this.#quiet(
          step.client === 'main' ? giver?.thing(`t${this.#things++ % 5}`) : plain.thing('own'),
        );
        if (thing === undefined) break;
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
      case 'lock':
      case 'rlock':
      case 'semaphore':
        await this.#lock(step, plain, host, watch);
        break;
      case 'condition':
        await this.#oneByOne(step, () => this.#condition(step, plain, host, watch));
        break;
      case 'put':
      case 'get':
        await this.#queue(step, id, plain, host, watch);
        break;
      case 'collect': {
        const thing = await this.#quiet(plain.thing('garbage'));
        if (thing !== undefined) host.collect(thing);
        break;
      }
      case 'pooled':
        if (step.client === 'main') await watch(this.#owned.pooled(id), PATIENCE_MS);
        break;
      case 'push':
        if (step.client === 'main') await watch(this.#owned.pushed(id), HEALTHY_MS);
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

  /** The value of a call that prepares a step; `undefined` when it fails, which the step's own kind tests. */
  async #quiet<T>(promise: Promise<T> | undefined): Promise<T | undefined> {
    return await Promise.race([promise?.catch(() => undefined), this.#world.sleep(PATIENCE_MS).then(() => undefined)]);
  }

  #routed(worker: number, ...hosts: readonly (Host | undefined)[]): void {
    const route = this.#routes.get(worker) ?? new Set();
    for (const host of hosts) if (host !== undefined) route.add(host);
    this.#routes.set(worker, route);
  }

  /**
   * A proxy that is held never finds its object gone, unless a process on its way lost a connection: what was held over it was given
   * back. A ticket may also come to nothing when one of them was stopped before it could leave it.
   */
  #mayBeGone(error: unknown, step: Step): void {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
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

  async #lock(step: Step, plain: Worker, host: Host, watch: Performance['watch']): Promise<void> {
    const lock = await this.#quiet(
      step.kind === 'semaphore' ? plain.semaphore() : step.kind === 'rlock' ? plain.rlock() : plain.lock(),
    );
    if (lock === undefined) return;
    const name = `${step.kind}${step.worker}`;
    const { timeout, abort } = step;
    // A lock that others hold may not come in time: that is no fault.
    const options = { timeout: timeout ?? abort ?? 20_000 };
    const acquiring = host.uactor.callOptions(lock, options).acquire();
    const { outcome } = await watch(acquiring, options.timeout);
    if (outcome === 'resolved') {
      // A process may hold the lock of another kind several times: an RLock belongs to the client's process.
      const most = step.kind === 'semaphore' ? 2 : step.kind === 'rlock' ? Infinity : 1;
      if (!this.#isHurt(step)) this.ledger.holds(name, most);
      await this.#world.sleep(this.#world.random.below(20));
      this.ledger.givesBack(name);
      await this.#quiet(lock.release());
    }
    host.uactor.release(lock);
  }

  #isHurt(step: Step): boolean {
    const worker = this.#hosts[step.worker];
    return this.#hurt.has(this.#hostOf(step.client)) || (worker !== undefined && this.#hurt.has(worker));
  }

  /** The lock of a condition belongs to a process, which uses it for one thing at a time. */
  async #oneByOne(step: Step, body: () => Promise<void>): Promise<void> {
    const key = `${step.client} ${step.worker}`;
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(body);
    this.#turns.set(key, turn);
    await turn;
  }

  async #condition(step: Step, plain: Worker, host: Host, watch: Performance['watch']): Promise<void> {
    const condition = await this.#quiet(plain.condition());
    if (condition === undefined) return;
    const got = await this.#quiet(host.uactor.callOptions(condition, { timeout: 20_000 }).acquire());
    if (got === true) {
      const timeout = step.timeout ?? step.abort ?? 100;
      // It may end late: only with its lock.
      await watch(host.uactor.callOptions(condition, { timeout }).wait(), PATIENCE_MS);
      const released = await condition.release().catch((error: unknown) => error);
      if (released instanceof Error && !this.#isHurt(step)) {
        this.ledger.violated(`a condition ends its wait without its lock: ${said(released)}`);
      }
    }
    host.uactor.release(condition);
  }

  async #queue(step: Step, id: string, plain: Worker, host: Host, watch: Performance['watch']): Promise<void> {
    const queue = await this.#quiet(plain.queue());
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

  #got(item: unknown): void {
    const name = String(item);
    const times = (this.#queues.got.get(name) ?? 0) + 1;
    this.#queues.got.set(name, times);
    if (times > 1) this.ledger.violated('an item of a queue came twice');
    if (!this.#queues.tried.has(name)) this.ledger.violated('an item of a queue came from nowhere');
  }

  /** Everything goes on; then every lock is free, every queue keeps what it took, and no process keeps anything. */
  async #finish(): Promise<void> {
    for (const host of this.#hosts) host.continue();
    await this.#world.sleep(PATIENCE_MS);
    for (const [index, worker] of this.#workers.entries()) await this.#inspect(index, worker);
    await this.#owned.finish();
    await this.#quietTables();
    if (this.#connected !== undefined) this.#other.uactor.release(this.#connected);
    for (const host of this.#world.hosts) host.collectAll();
    await this.#world.sleep(10_000);
    const ends = this.#workers.map(async (worker) => await this.#quiet(worker.shutdown()));
    await Promise.all(ends);
    await this.#world.sleep(20_000);
    for (const host of this.#world.hosts) {
      if (host.state === 'gone') continue;
      const left = Object.entries(host.uactor.stats()).filter(([, count]) => count !== 0);
      if (left.length > 0) this.ledger.violated(`${kindOf(host)} keeps ${left.map(([what]) => what).join(', ')}`);
      if (host !== this.#main && host !== this.#other) this.ledger.violated(`a process of an actor does not end`);
    }
  }

  /** When everything is idle, what is left in the tables is what is held. */
  async #quietTables(): Promise<void> {
    const kept = [...this.#workers, ...(this.#connected === undefined ? [] : [this.#connected])];
    for (const host of this.#world.hosts) if (host.state !== 'gone') host.collectAll(kept);
    await this.#world.sleep(5_000);
    // A call that never ends is running for as long as its session lives.
    const calls = this.#program.steps.some(({ kind }) => kind === 'never') ? [] : ['callsInFlight', 'callsRunning'];
    for (const host of [this.#main, this.#other, ...this.#hosts]) {
      if (host.state === 'gone') continue;
      const { objects, ...stats } = host.uactor.stats();
      const counts = new Map(Object.entries(stats));
      const left = ['tickets', 'callsWaiting', 'bytesQueued', ...calls].filter((what) => (counts.get(what) ?? 0) > 0);
      // The actor itself counts as one.
      if (objects > (this.#hosts.includes(host) ? 1 : 0)) left.push('objects');
      if (left.length > 0) this.ledger.violated(`${kindOf(host)} still has ${left.join(', ')}`);
    }
  }

  async #inspect(index: number, worker: Worker): Promise<void> {
    const host = this.#hosts[index];
    if (host === undefined || host.state === 'gone') return;
    const alive = await this.#quiet(worker.echo(1));
    if (alive !== 1) {
      if (!this.#hurt.has(host)) this.ledger.violated('a healthy actor does not answer in the end');
      return;
    }
    for (const make of ['lock', 'rlock', 'semaphore', 'condition'] as const) {
      const lock = await this.#quiet(worker[make]());
      if (lock === undefined) continue;
      const times = make === 'semaphore' ? 2 : 1;
      for (let count = 0; count < times; count++) {
        const got = await this.#quiet(this.#main.uactor.callOptions(lock, { timeout: 3_000 }).acquire());
        if (got !== true) this.ledger.violated(`a ${make} is not free in the end`);
      }
      for (let count = 0; count < times; count++) await this.#quiet(lock.release());
      this.#main.uactor.release(lock);
    }
    const queue = await this.#quiet(worker.queue());
    if (queue === undefined) return;
    for (;;) {
      const item = await this.#quiet(queue.getNowait());
      if (item === undefined) break;
      this.#got(item);
    }
    for (const item of this.#queues.put) {
      if (item.startsWith(`${index}/`) && !this.#queues.got.has(item))
        this.ledger.violated('an item of a queue is lost');
    }
    this.#main.uactor.release(queue);
  }
}

interface Performance {
  readonly host: Host;
  readonly plain: Worker;
  readonly worker: Worker;
  readonly watch: (promise: Promise<unknown>, most?: number) => ReturnType<Ledger['watch']>;
}
