import type * as uactor from '../../index.ts';
import type { Actors } from './actors.ts';
import type { Host } from './host.ts';
import { type Ledger, said } from './ledger.ts';
import type { World } from './world.ts';

/** What the main process owns besides its workers: a pool of actors, and a manager with a list. */
export class Owned {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #main: Host;
  #pool: uactor.ActorPool<Actors['Worker']> | undefined;
  #members = new Set<Host>();
  #manager: uactor.SyncManager | undefined;
  #list: uactor.ListProxy<string> | undefined;
  readonly #pushed: string[] = [];

  constructor(world: World, ledger: Ledger, main: Host) {
    this.#world = world;
    this.#ledger = ledger;
    this.#main = main;
  }

  async start(worker: Actors['Worker'], { pool, manager }: { pool: boolean; manager: boolean }): Promise<void> {
    if (pool) {
      const before = new Set(this.#world.hosts);
      this.#pool = await this.#main.uactor.ActorPool.spawn(worker, { size: 2 });
      this.#members = new Set(this.#world.hosts.filter((host) => !before.has(host)));
    }
    if (manager) {
      this.#manager = await this.#main.uactor.SyncManager.start();
      this.#list = await this.#manager.list<string>();
    }
  }

  /** A member of the pool dies; the pool makes another one. */
  killMember(): void {
    const member = [...this.#members].find(({ state }) => state !== 'gone');
    member?.kill();
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

  /** What the list took is in it, once, and in the order of the answers; then both end. */
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
    } catch (error) {
      this.#ledger.violated(`a pool or a manager fails in the end: ${said(error)}`);
    }
  }
}
