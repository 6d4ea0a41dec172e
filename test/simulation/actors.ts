/** The actors of simulated programs. */
import type * as uactor from '../../index.ts';
import type { Host } from './host.ts';
import type { World } from './world.ts';

const MODULE = 'file:///simulated/actors.mjs';

/** The classes of actors, as their users see them; each process has its own classes. */
export type Actors = ReturnType<typeof makeActors>;

/** A function of another process. */
export type Callback = (value: unknown) => unknown;

/** The members of a worker's proxy that a worker needs to call back through it. */
interface Calling extends uactor.BaseProxy {
  call(callback: Callback, value: unknown, id?: string, obeys?: boolean): Promise<unknown>;
}

/** Resolves like `outcome`, but rejects as soon as the signal aborts. */
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

  /** An object of which other processes get proxies. */
  class Thing {
    readonly name: string;

    constructor(name: string) {
      this.name = name;
    }

    whoAmI(): string {
      return this.name;
    }
  }

  /** Does everything that a program can request of an actor. */
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

    /** Records that it ran, and returns the value. */
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

    /** Never ends, unless the caller gives up and `obeys` is true. */
    never(id?: string, obeys = false): Promise<never> {
      if (id !== undefined) world.ran(id, host);
      const { signal } = currentCall();
      return new Promise((_resolve, reject) => {
        if (obeys) signal.addEventListener('abort', () => reject(new Error('given up')), { once: true });
      });
    }

    /** Owns another process for some time. */
    async child(id?: string): Promise<unknown> {
      if (id !== undefined) world.ran(id, host);
      const child = await Worker.spawn();
      const answer = await child.echo(7);
      await child.shutdown();
      return answer;
    }

    /** Blocks the event loop for this many milliseconds. */
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

    /** Returns, after some time, a thing to which only the caller has a reference. */
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

    /** Requests the name of the thing kept in a slot. */
    async askKept(slot: string, id?: string): Promise<unknown> {
      if (id !== undefined) world.ran(id, host);
      const kept = this.#kept.get(slot);
      if (typeof kept !== 'object' || kept === null || !('whoAmI' in kept)) return undefined;
      const { whoAmI } = kept;
      return typeof whoAmI === 'function' ? await whoAmI.call(kept) : undefined;
    }

    /** @param obeys - Whether it ends when its caller gives up, even if the callback does not end. */
    async call(callback: Callback, value: unknown, id?: string, obeys = false): Promise<unknown> {
      if (id !== undefined) world.ran(id, host);
      const { signal } = currentCall();
      return await (obeys ? orAborted(callback(value), signal) : callback(value));
    }

    /** Passes a function on, so that it is called through this process. */
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

    /** Sends this many large arguments back, all at the same time. */
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

    /** Acquires a lock of another process and releases it, if it is free within that time. */
    async tryLock(lock: uactor.LockProxy, ms: number, holdMs = 0): Promise<boolean> {
      if (!(await lock.acquire({ timeout: ms }))) return false;
      if (holdMs > 0) await host.environment.delay(holdMs);
      await lock.release();
      return true;
    }
  }

  /** The same actor, whose process has another name. */
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
