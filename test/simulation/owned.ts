import type * as uactor from '../../index.ts';
import { type Actors, TASKS } from './actors.ts';
import type { Host } from './host.ts';
import { type Ledger, said } from './ledger.ts';
import type { OwnedFault, Program, Step } from './program.ts';
import { type Performance, PATIENCE_MS } from './shared-steps.ts';
import type { World } from './world.ts';

/** The errors with which a task may reject when a worker was killed while it ran, or before it had started. */
const TASK_ERRORS: ReadonlySet<string> = new Set(['WorkerDiedError', 'ActorSpawnError']);

/** The errors with which a call to a supervised actor may reject, in addition to those of its own deadline or signal. */
const SUPERVISED_ERRORS: ReadonlySet<string> = new Set(['ActorDiedError', 'RestartLimitError']);

/** The further objects that the main process owns: a pool of actors, a manager with a list, a pool for tasks, a supervised actor. */
export class Owned {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #main: Host;
  #pool: uactor.ActorPool<Actors['Worker']> | undefined;
  #members = new Set<Host>();
  #manager: uactor.SyncManager | undefined;
  #list: uactor.ListProxy<string> | undefined;
  readonly #pushed: string[] = [];
  #tasks: uactor.Pool | undefined;
  #supervised: uactor.Remote<Actors['Worker']> | undefined;
  readonly #hurt = new Set<OwnedFault>();

  constructor(world: World, ledger: Ledger, main: Host) {
    this.#world = world;
    this.#ledger = ledger;
    this.#main = main;
  }

  async start({ Worker, Supervised }: Actors, { pool, manager, tasks, supervised }: Program): Promise<void> {
    const { Pool, supervise } = this.#main.uactor;
    if (tasks) this.#tasks = new Pool({ module: TASKS, processes: 2 });
    if (supervised) {
      this.#supervised = await supervise(Supervised, [], { restart: 'always', backoff: { initialMs: 20 } });
    }
    if (pool) {
      const before = new Set(this.#world.hosts);
      this.#pool = await this.#main.uactor.ActorPool.spawn(Worker, { size: 2 });
      this.#members = new Set(this.#world.hosts.filter((host) => !before.has(host)));
    }
    if (manager) {
      this.#manager = await this.#main.uactor.SyncManager.start();
      this.#list = await this.#manager.list<string>();
    }
  }

  /** Kills a process that its pool or its supervisor then replaces. */
  hurt(fault: OwnedFault): void {
    this.#hurt.add(fault);
    const alive = this.#world.hosts.filter(({ state }) => state !== 'gone');
    const victim = alive.find((host) => {
      if (fault === 'killMember') return this.#members.has(host);
      return host.name.startsWith(fault === 'killTasker' ? 'PoolWorker#' : 'Supervised#');
    });
    victim?.kill();
  }

  /** A task runs once; only the death of a worker rejects it. */
  async task(step: Step, id: string, watch: Performance['watch']): Promise<void> {
    if (this.#tasks === undefined) return;
    const ms = 'amount' in step ? step.amount : 0;
    const running = this.#tasks.apply('double', [21, ms, id]);
    const { outcome, error } = await watch(running, PATIENCE_MS);
    if (outcome === 'resolved') {
      if ((await running) !== 42) this.#ledger.violated('a task answers wrongly');
    } else if (!this.#hurt.has('killTasker') || !TASK_ERRORS.has(nameOf(error))) {
      this.#ledger.violated(`a task is rejected: ${said(error)}`);
    }
  }

  /** Each call settles, with a documented outcome. */
  async supervised(step: Step, id: string, watch: Performance['watch']): Promise<void> {
    const plain = this.#supervised;
    if (plain === undefined) return;
    const { timeout } = step;
    const proxy = timeout === undefined ? plain : this.#main.uactor.callOptions(plain, { timeout });
    const ms = 'amount' in step ? step.amount : 0;
    const { outcome, error } = await watch(proxy.slow(ms, id), timeout ?? PATIENCE_MS);
    if (outcome === 'resolved') return;
    const name = nameOf(error);
    const documented = this.#hurt.has('killSupervised') && SUPERVISED_ERRORS.has(name);
    if (!documented && !(timeout !== undefined && name === 'TimeoutError')) {
      this.#ledger.violated(`a call of a supervised actor is rejected: ${said(error)}`);
    }
  }

  async pooled(id: string): Promise<void> {
    if (this.#pool === undefined) return;
    const answer = await this.#pool.any.echo(id, id);
    if (answer !== id) this.#ledger.violated('a member of a pool answers wrongly');
  }

  async pushed(id: string): Promise<void> {
    if (this.#list === undefined) return;
    await this.#list.push(id);
    this.#pushed.push(id);
  }

  /** Checks that the list contains the pushed items once each, in the order of the replies; then both end. */
  async finish(): Promise<void> {
    try {
      if (this.#list !== undefined) {
        const items = await this.#list.slice();
        if (JSON.stringify(items) !== JSON.stringify(this.#pushed))
          this.#ledger.violated('a list keeps something else');
      }
      await this.#manager?.shutdown();
      if (this.#pool !== undefined) await this.#pool.any.echo('alive');
      await this.#pool?.shutdown();
      if (this.#tasks !== undefined) {
        if ((await this.#tasks.apply('double', [1, 0, 'last'])) !== 2) this.#ledger.violated('a task answers wrongly');
        await this.#tasks.terminate();
      }
      await this.#finishSupervised();
    } catch (error) {
      this.#ledger.violated(`a pool or a manager fails in the end: ${said(error)}`);
    }
  }

  /** Checks that the supervised actor finally replies, unless its supervisor gave up; then it is shut down, and is not restarted. */
  async #finishSupervised(): Promise<void> {
    if (this.#supervised === undefined) return;
    const answer = await this.#supervised.echo('alive').catch((error: unknown) => nameOf(error));
    const givenUp = this.#hurt.has('killSupervised') && answer === 'RestartLimitError';
    if (answer !== 'alive' && !givenUp)
      this.#ledger.violated(`a supervised actor answers ${String(answer)} in the end`);
    await this.#supervised.shutdown();
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
