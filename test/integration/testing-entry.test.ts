import { existsSync } from 'node:fs';
import * as library from 'uactor';
import {
  Actor,
  callOptions,
  currentCall,
  proxy,
  ProxyError,
  type RemoteObject,
  TimeoutError,
  UActorError,
} from 'uactor';
import { explore, inProcess, SeedError } from 'uactor/testing';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import { Counter } from '#fixtures/counter.js';
import { Holder } from '#fixtures/holder.js';

class Shelf {
  readonly #books: string[];

  constructor(books: string[]) {
    this.#books = books;
  }

  count(): number {
    return this.#books.length;
  }
}

class Library extends Actor {
  static override readonly exposed = ['books', 'shelf', 'tell', 'ask', 'fail', 'hang', 'spawnCounter'] as const;
  readonly #books: string[];
  readonly #told: ((what: string) => unknown) | undefined;
  readonly #ended: ((what: string) => unknown) | undefined;

  constructor(books: string[] = [], told?: (what: string) => unknown, ended?: (what: string) => unknown) {
    super();
    if (books.includes('forbidden')) throw new RangeError('that book is forbidden');
    this.#books = books;
    this.#told = told;
    this.#ended = ended;
  }

  books(): string[] {
    return this.#books;
  }

  shelf(): RemoteObject<Shelf> {
    return proxy(new Shelf(this.#books));
  }

  async tell(what: string): Promise<unknown> {
    return await this.#told?.(what);
  }

  async ask(shelf: { count(): unknown }): Promise<unknown> {
    return await shelf.count();
  }

  fail(): never {
    throw Object.assign(new RangeError('no such book'), { shelf: 5 });
  }

  async hang(): Promise<void> {
    const { signal } = currentCall();
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    await this.#told?.('aborted');
  }

  async spawnCounter(): Promise<number> {
    const counter = await Counter.spawn();
    return await counter.pid();
  }

  hidden(): void {}

  override async shutdown(): Promise<void> {
    await this.#ended?.('shutdown');
  }
}

describe('U75 inProcess', () => {
  test('gives a proxy whose methods answer with copies', async () => {
    const books = ['Emma'];
    await using actor = await inProcess(Library, books);
    books.push('Persuasion');
    const copy = await actor.books();
    expect(copy).toEqual(['Emma']);
    copy.push('Sanditon');
    expect(await actor.books()).toEqual(['Emma']);
    expect(await actor.pid()).toBe(process.pid);
  });

  test('hands out proxies, of several actors at the same time', async () => {
    await using first = await inProcess(Library, ['Emma']);
    await using second = await inProcess(Library, ['Emma', 'Persuasion']);
    const shelf = await second.shelf();
    expect(await shelf.count()).toBe(2);
    // The proxies go from one actor to the other through the test.
    expect(await first.ask(shelf)).toBe(2);
    expect(await second.ask(await first.shelf())).toBe(1);
    expect(() => proxy(new Shelf([]))).toThrow(ProxyError);
  });

  test('calls functions of the test, those given to the constructor too', async () => {
    const said: string[] = [];
    await using actor = await inProcess(Library, [], (what) => {
      said.push(what);
      return what.length;
    });
    expect(await actor.tell('hello')).toBe(5);
    expect(said).toEqual(['hello']);
    await expect(callOptions(actor, { timeout: 50 }).hang()).rejects.toThrow(TimeoutError);
    await expect.poll(() => said).toEqual(['hello', 'aborted']);
  });

  test('throws errors as from another process', async () => {
    await using actor = await inProcess(Library);
    await expect(actor.fail()).rejects.toMatchObject({ name: 'RangeError', message: 'no such book', shelf: 5 });
    await expect(inProcess(Library, ['forbidden'])).rejects.toThrow(new RangeError('that book is forbidden'));
    // A member that is not exposed is not a member of the proxy.
    expect('hidden' in actor).toBe(false);
  });

  test('runs the shutdown hook once, and ends the actors that it spawned', async () => {
    const said: string[] = [];
    const actor = await inProcess(Library, [], undefined, (what) => said.push(what));
    const pid = await actor.spawnCounter();
    await actor.shutdown();
    await actor[Symbol.asyncDispose]();
    expect(said).toEqual(['shutdown']);
    await expect(actor.books()).rejects.toThrow(UActorError);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('shutdown waits for the calls that were made before it', async () => {
    const said: string[] = [];
    const actor = await inProcess(
      Library,
      ['Emma'],
      (what) => said.push(what),
      (what) => said.push(what),
    );
    const calls = [actor.books(), actor.tell('still'), actor.tell('here')];
    await actor.shutdown();
    expect(await Promise.all(calls)).toEqual([['Emma'], 1, 2]);
    expect(said).toEqual(['still', 'here', 'shutdown']);
  });

  test('takes no longer than spawnTimeout', async () => {
    class Never extends Actor {
      async init(): Promise<void> {
        await new Promise(() => undefined);
      }
    }
    await expect(inProcess(Never.with({ spawnTimeout: 50 }))).rejects.toMatchObject({
      name: 'ActorSpawnError',
      code: 'SPAWN_TIMEOUT',
    });
  });

  test('is given up when spawnSignal aborts', async () => {
    class Never extends Actor {
      async init(): Promise<void> {
        await new Promise(() => undefined);
      }
    }
    const reason = new Error('no longer wanted');
    await expect(inProcess(Never.with({ spawnSignal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    const controller = new AbortController();
    const building = inProcess(Never.with({ spawnSignal: controller.signal }));
    setTimeout(() => controller.abort(reason), 20);
    await expect(building).rejects.toBe(reason);
  });

  test('does not end the process', async () => {
    await using actor = await inProcess(Library);
    await expect(library.terminate(actor)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await actor.books()).toEqual([]);
  });

  test('lets a real process call the actor', async () => {
    await using actor = await inProcess(Library, ['Emma']);
    await using holder = await Holder.spawn();
    await holder.keep('actor', actor);
    expect(await holder.use('actor', 'books')).toEqual(['Emma']);
  });

  test('leaves nothing', async () => {
    const before = library.stats();
    const { connectionAddress } = await (async () => {
      await using actor = await inProcess(Library, ['Emma']);
      await actor.shelf();
      return { connectionAddress: actor.connectionAddress };
    })();
    if (process.platform !== 'win32') expect(existsSync(connectionAddress?.slice('ipc://'.length) ?? '')).toBe(false);
    await expect.poll(() => library.stats().sessions).toBe(before.sessions);
  });
});

const URL_OF_COUNTER = 'file:///simulated/tally.mjs';

function tallyOf({ Actor: Base }: typeof library) {
  return class Tally extends Base {
    static override readonly module: string = URL_OF_COUNTER;
    #count = 0;

    add(): number {
      return ++this.#count;
    }
  };
}

const URL_OF_TASKS = 'file:///simulated/tasks.mjs';

/** Two callers of one actor: the seed decides which one is first. */
async function race(seeds: number | readonly number[]): Promise<SeedError> {
  const failed: unknown = await explore(
    async (world) => {
      const load = world.module(URL_OF_COUNTER, (uactor) => ({ Tally: tallyOf(uactor) }));
      const [one, other] = [load(world.host('one')).Tally, load(world.host('other')).Tally];
      const owned = await one.with({ address: 'tcp://tally:7', authkey: 'k'.repeat(32) }).spawn();
      const connected = await other.connect('tcp://tally:7', { authkey: 'k'.repeat(32) });
      const [first, second] = await Promise.all([owned.add(), connected.add()]);
      expect([first, second]).toEqual([1, 2]);
    },
    { seeds, latencyMs: [1, 20] },
  ).catch((error: unknown) => error);
  if (failed instanceof SeedError) return failed;
  throw new Error(`no seed failed: ${String(failed)}`);
}

describe('U75 explore', () => {
  test.each([
    ['no test', 5, {}],
    ['a text for seeds', () => undefined, { seeds: 'x' }],
    ['no seeds at all', () => undefined, { seeds: 0 }],
    ['a limit that is none', () => undefined, { limitMs: 'x' }],
    ['latencies the wrong way round', () => undefined, { latencyMs: [2, 1] }],
    ['an option that there is not', () => undefined, { runs: 5 }],
    ['options that are none', () => undefined, null],
  ])('refuses %s before anything runs', async (_what, run: unknown, options: unknown) => {
    // @ts-expect-error -- that is what is tried
    expect(await failure(explore(run, options))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
  });

  test('reports a seed whose test throws a value that cannot be shown', async () => {
    const unshowable = { toString: 1 };
    const failed = await failure(explore(() => Promise.reject(unshowable), { seeds: [7] }));
    expect(failed).toMatchObject({ seed: 7, message: expect.stringContaining('a value that cannot be shown') });
  });

  test('runs a test once for each seed, in virtual time', async () => {
    const seeds: number[] = [];
    await explore(
      async (world) => {
        seeds.push(world.seed);
        const main = world.host('main');
        const load = world.module(URL_OF_COUNTER, (uactor) => ({ Tally: tallyOf(uactor) }));
        const tally = await load(main).Tally.spawn();
        await world.sleep(60_000);
        expect(world.now).toBeGreaterThanOrEqual(60_000);
        expect(await tally.add()).toBe(1);
        await tally.shutdown();
        expect(world.hosts.map(({ state }) => state)).toEqual(['running', 'gone']);
      },
      { seeds: [3, 4] },
    );
    expect(seeds).toEqual([3, 4]);
  });

  test('names the seed that fails, with a trace, and replays it', async () => {
    const found = await race(50);
    const again = await race([found.seed]);
    expect(again.seed).toBe(found.seed);
    expect(again.trace).toEqual(found.trace);
    expect(found.message).toContain(
      `seed ${found.seed} fails; replay it with explore(test, { seeds: [${found.seed}] })`,
    );
    expect(found.message).toMatch(/other → Tally#\d+ CALL \d+: add\(\) of Tally 1, /);
    expect(found.message).toMatch(/Tally#\d+ → other RESULT \d+: add\(\) of Tally 1, /);
    // A printed error shows the trace once, in its message.
    expect(Object.keys(found)).not.toContain('trace');
    expect(found.cause).toMatchObject({ name: 'AssertionError' });
  });

  test('kills, stops and cuts processes', async () => {
    await explore(
      async (world) => {
        const main = world.host('main');
        const { UActorError: DeathError } = main.uactor;
        const load = world.module(URL_OF_COUNTER, (uactor) => ({ Tally: tallyOf(uactor) }));
        const tally = await load(main).Tally.spawn();
        const [, home] = world.hosts;
        home?.stop();
        let answered = false;
        const call = tally.add().then(() => (answered = true));
        await world.sleep(1_000);
        expect(answered).toBe(false);
        home?.continue();
        await call;
        const lost = tally.add();
        if (world.random() < 0.5) home?.kill();
        else home?.cut();
        await lost.catch((error: unknown) => expect(error).toBeInstanceOf(DeathError));
      },
      { seeds: 10 },
    );
  });

  test('runs the tasks of a pool, each once, though a worker dies', async () => {
    let died = 0;
    await explore(
      async (world) => {
        const ran: number[] = [];
        world.module(URL_OF_TASKS, ({ currentTask }) => ({
          async double(number: number) {
            ran.push(number);
            await world.sleep(world.random() * 50);
            currentTask().report(`${number} of 3`);
            return number * 2;
          },
        }));
        const main = world.host('main');
        const { Pool, WorkerDiedError } = main.uactor;
        const pool = new Pool({ module: URL_OF_TASKS, processes: 2 });
        const reports: unknown[] = [];
        expect(await pool.map('double', [1, 2, 3], { onProgress: (value) => reports.push(value) })).toEqual([2, 4, 6]);
        expect(reports.length).toBe(3);
        expect(new Set(reports)).toEqual(new Set(['1 of 3', '2 of 3', '3 of 3']));
        expect(ran.toSorted((left, right) => left - right)).toEqual([1, 2, 3]);
        const workers = world.hosts.filter((host) => host !== main);
        expect(workers.length).toBe(2);
        const last = pool.apply('double', [4]);
        await world.sleep(world.random() * 50);
        for (const worker of workers) worker.kill();
        await last.catch((error: unknown) => {
          expect(error).toBeInstanceOf(WorkerDiedError);
          died++;
        });
        // The pool learns of the deaths, and gives the next task to a new worker.
        await world.sleep(100);
        expect(await pool.apply('double', [5])).toBe(10);
        expect(ran.slice(3)).toEqual(ran.includes(4) ? [4, 5] : [5]);
        pool.close();
        await pool.join();
        expect(world.hosts.filter(({ state }) => state !== 'gone')).toEqual([main]);
      },
      { seeds: 20 },
    );
    // Some seeds kill the worker before it has replied, others afterwards.
    expect(died).toBeGreaterThan(0);
    expect(died).toBeLessThan(20);
  });

  test('shows what the tasks of a worker reject with that is killed while it starts', async () => {
    await explore(
      async (world) => {
        const ran: number[] = [];
        world.module(URL_OF_TASKS, () => ({ keep: (number: number) => ran.push(number) }));
        const main = world.host('main');
        const { ActorSpawnError, Pool } = main.uactor;
        const pool = new Pool({ module: URL_OF_TASKS, processes: 1 });
        const chunk = pool.map('keep', [1, 2], { chunkSize: 2 }).catch((error: unknown) => error);
        // A process takes at least 5 ms to start.
        await world.sleep(world.random() * 5);
        world.hosts.at(-1)?.kill();
        const error = await chunk;
        expect(error).toBeInstanceOf(ActorSpawnError);
        expect(error).toMatchObject({ executed: 'no' });
        await pool.apply('keep', [3]);
        expect(ran).toEqual([3]);
        await pool.terminate();
      },
      { seeds: 20 },
    );
  });

  test('fails for a test that waits for ever, and for seeds that are none', async () => {
    await expect(explore(() => new Promise(() => undefined), { seeds: 1 })).rejects.toThrow('nothing will ever happen');
    await expect(explore(async () => {}, { seeds: 0 })).rejects.toThrow(TypeError);
    await expect(explore(async () => {}, { seeds: [1.5] })).rejects.toThrow(TypeError);
  });
});
