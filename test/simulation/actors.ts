/** The actors of simulated programs. */
import type * as uactor from '../../index.ts';
import type { Host } from './host.ts';
import type { World } from './world.ts';

const MODULE = 'file:///simulated/actors.mjs';

/** What the classes look like from outside; each process has classes of its own. */
export type Actors = ReturnType<typeof makeActors>;

/** A function of another process. */
export type Callback = (value: unknown) => unknown;

/** A proxy of a worker, as one that calls back through it needs it. */
interface Calling extends uactor.BaseProxy {
  call(callback: Callback, value: unknown, id?: string, obeys?: boolean): Promise<unknown>;
}

/** The same outcome, or a rejection as soon as the signal aborts. */
async function orAborted(outcome: unknown, signal: AbortSignal): Promise<unknown> {
  const aborted = new Promise((_resolve, reject) => {
    const giveUp = (): void => reject(new Error('given up'));
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  return await Promise.race([outcome, aborted]);
}

function makeActors(
  { Actor, callOptions, currentCall, Lock, RLock, Queue, Semaphore, Condition }: typeof uactor,
  host: Host,
) {
  const { world } = host;

  /** An object that others get proxies of. */
  class Thing {
    readonly name: string;

    constructor(name: string) {
      this.name = name;
    }

    whoAmI(): string {
      return this.name;
    }
  }

  /** Does everything that a program can ask of an actor. */
  class Worker extends Actor {
    static override readonly module: string = MODULE;
    static override readonly options: uactor.ActorOptions = { serializer: 'msgpack' };
    static override readonly methodToTypeid = {
      thing: 'auto',
      laterThing: 'auto',
      lock: 'Lock',
      rlock: 'RLock',
      semaphore: 'Semaphore',
      condition: 'Condition',
      queue: 'Queue',
    } as const;
    readonly #things = new Map<string, Thing>();
    readonly #kept = new Map<string, unknown>();
    readonly #lock = new Lock();
    readonly #rlock = new RLock();
    readonly #semaphore = new Semaphore(2);
    readonly #condition = new Condition();
    readonly #queue = new Queue(4);

    /** Records that it ran, and gives the value back. */
    echo(value: unknown, id?: string): unknown {
      if (id !== undefined) world.ran(id, host);
      return value;
    }

    size(bytes: Uint8Array, id?: string): number {
      if (id !== undefined) world.ran(id, host);
      return bytes.length;
    }

    fail(message: string, id?: string): never {
      if (id !== undefined) world.ran(id, host);
      throw new RangeError(message);
    }

    bytes(length: number, id?: string): Uint8Array {
      if (id !== undefined) world.ran(id, host);
      return new Uint8Array(length);
    }

    async slow(ms: number, id?: string): Promise<number> {
      if (id !== undefined) world.ran(id, host);
      const { signal } = currentCall();
      await host.environment.delay(ms);
      if (signal.aborted) world.note(host, 'was told to stop slow()');
      return ms;
    }

    /** Ends only when its caller gives up, and not even then unless it obeys. */
    never(id?: string, obeys = false): Promise<never> {
      if (id !== undefined) world.ran(id, host);
      const { signal } = currentCall();
      return new Promise((_resolve, reject) => {
        if (obeys) signal.addEventListener('abort', () => reject(new Error('given up')), { once: true });
      });
    }

    /** Owns another process for a while. */
    async child(id?: string): Promise<unknown> {
      if (id !== undefined) world.ran(id, host);
      const child = await Worker.spawn();
      const answer = await child.echo(7);
      await child.shutdown();
      return answer;
    }

    /** Computes for so long without a turn of the event loop. */
    block(ms: number, id?: string): number {
      if (id !== undefined) world.ran(id, host);
      host.stop();
      world.scheduler.after(ms, undefined, () => host.continue());
      return ms;
    }

    eat(_bytes: Uint8Array, ms: number): void {
      this.block(ms);
    }

    thing(name: string): Thing {
      const thing = this.#things.get(name) ?? new Thing(name);
      this.#things.set(name, thing);
      return thing;
    }

    /** A thing of which nobody else knows, after a while. */
    async laterThing(ms: number): Promise<Thing> {
      await host.environment.delay(ms);
      return new Thing('later');
    }

    keep(slot: string, value: unknown, id?: string): void {
      if (id !== undefined) world.ran(id, host);
      this.#kept.set(slot, value);
    }

    give(slot: string, id?: string): unknown {
      if (id !== undefined) world.ran(id, host);
      return this.#kept.get(slot);
    }

    drop(slot: string, id?: string): void {
      if (id !== undefined) world.ran(id, host);
      const kept = this.#kept.get(slot);
      this.#kept.delete(slot);
      if (typeof kept === 'object' && kept !== null) host.uactor.release(kept);
    }

    /** Asks the thing kept in a slot for its name. */
    async askKept(slot: string, id?: string): Promise<unknown> {
      if (id !== undefined) world.ran(id, host);
      const kept = this.#kept.get(slot);
      if (typeof kept !== 'object' || kept === null || !('whoAmI' in kept)) return undefined;
      const { whoAmI } = kept;
      return typeof whoAmI === 'function' ? await whoAmI.call(kept) : undefined;
    }

    /** @param obeys - Whether it ends when its caller gives up, whatever the callback does. */
    async call(callback: Callback, value: unknown, id?: string, obeys = false): Promise<unknown> {
      if (id !== undefined) world.ran(id, host);
      const { signal } = currentCall();
      return await (obeys ? orAborted(callback(value), signal) : callback(value));
    }

    /** Hands a function on, so that it is called through this process. */
    async handOn(other: Calling, callback: Callback, value: unknown, id?: string, obeys = false): Promise<unknown> {
      if (id !== undefined) world.ran(id, host);
      const { signal } = currentCall();
      if (!obeys) return await other.call(callback, value);
      return await orAborted(callOptions(other, { signal }).call(callback, value, undefined, true), signal);
    }

    async ask(other: { echo(value: unknown): unknown }, value: unknown, id?: string): Promise<unknown> {
      if (id !== undefined) world.ran(id, host);
      return await other.echo(value);
    }

    /** Sends so many large arguments back, all at once. */
    async swap(callback: Callback, times: number, length: number): Promise<number> {
      const calls = Array.from({ length: times }, async () => await callback(new Uint8Array(length)));
      await Promise.all(calls);
      return times;
    }

    async *rows(count: number, id?: string): AsyncGenerator<number> {
      if (id !== undefined) world.ran(id, host);
      for (let row = 0; row < count; row++) yield row;
    }

    lock(): uactor.Lock {
      return this.#lock;
    }

    rlock(): uactor.RLock {
      return this.#rlock;
    }

    semaphore(): uactor.Semaphore {
      return this.#semaphore;
    }

    condition(): uactor.Condition {
      return this.#condition;
    }

    queue(): uactor.Queue {
      return this.#queue;
    }

    /** Takes a lock of another process and gives it back, if it can have it within that time. */
    async tryLock(lock: uactor.LockProxy, ms: number, holdMs = 0): Promise<boolean> {
      if (!(await lock.acquire({ timeout: ms }))) return false;
      if (holdMs > 0) await host.environment.delay(holdMs);
      await lock.release();
      return true;
    }
  }

  /** The same, whose process has another name. */
  class Supervised extends Worker {
    static override readonly module: string = MODULE;
  }

  return { Worker, Supervised };
}

/** The module whose functions are the tasks of a pool. */
export const TASKS = 'file:///simulated/tasks.mjs';

function makeTasks(_library: typeof uactor, host: Host) {
  return {
    async double(value: number, ms: number, id: string): Promise<number> {
      host.world.ran(id, host);
      await host.environment.delay(ms);
      return 2 * value;
    },
  };
}

/** Defines the actors in a world, with a main process. */
export function defineActors(world: World): { main: Host; actors: (host: Host) => Actors } {
  world.module(TASKS, makeTasks);
  const load = world.module(MODULE, makeActors);
  return { main: world.host('main'), actors: load };
}
