import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import type * as uactor from '../../index.ts';
import type { WireOptions } from './connection.ts';
import type { CoreInstance } from './core-entry.ts';
import { Garbage } from './garbage.ts';
import { ExitSignal, type CoreEnvironment } from './host-environment.ts';
import { Host, type HostCore, type HostWorld } from './host.ts';
import { MessageLog } from './message-log.ts';
import { Network } from './network.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';

/** Returns a module's exports in a process. */
type ModuleLoader = (host: Host) => object;

/** Options of a world. */
export interface WorldOptions {
  /** The seed, which decides the order of all events. Default 1. */
  readonly seed?: number;
  /** The properties of connections. */
  readonly wire?: WireOptions;
  /** Whether every message is written to the trace. Default `true`. */
  readonly tracing?: boolean;
  /** The path of another build of the core. Default: that of this package. */
  readonly core?: string;
  /** Whether every core must be new, rather than used by an earlier world. Default `false`. */
  readonly newCores?: boolean;
}

/** The package's own module, which exports the server of a manager. */
const FRONT_DOOR = 'file:///uactor/index.js';

/** The world runs forever, or no event is left. */
export class StuckError extends Error {}

const KEY_SEED_BYTES = 32;

/** The number of cores kept for later worlds. */
const MOST_IDLE = 32;

type CoreFunction = (
  environment: CoreEnvironment,
  require: NodeJS.Require,
  module: { exports: { core?: CoreInstance } },
) => void;

/** A core's compiled text, and its imports. */
interface CompiledCore {
  readonly run: CoreFunction;
  readonly require: NodeJS.Require;
  /** Cores of ended worlds: creating a new one takes as long as much of its process's work. */
  readonly idle: UsedCore[];
}

type UsedCore = Pick<HostCore, 'core' | 'garbage'>;

const compiled = new Map<string, CompiledCore>();

/** Simulated processes, the network between them, and their common time. */
export class World implements HostWorld {
  readonly random: Random;
  readonly scheduler: Scheduler = new Scheduler();
  readonly network: Network;
  readonly hosts: Host[] = [];
  /** The events in order, for readers. */
  readonly trace: string[] = [];
  /** Errors that ended a process unintentionally. */
  readonly crashes: { readonly host: Host; readonly error: unknown }[] = [];
  /** The number of times that the method of each call ran. */
  readonly runs: Map<string, number> = new Map();
  /** The number of times that each edge of the core's state machines was taken. */
  readonly edges: Map<string, number> = new Map();
  readonly tracing: boolean;
  readonly messages: MessageLog = new MessageLog(this);
  readonly #modules = new Map<string, ModuleLoader>();
  readonly #core: string;
  readonly #newCores: boolean;
  readonly #cores: UsedCore[] = [];
  #pids = 100;
  #keySeeds = 0;

  constructor({
    seed = 1,
    wire = {},
    tracing = true,
    core = process.env['UACTOR_CORE'] ?? ownCore(),
    newCores = false,
  }: WorldOptions = {}) {
    this.random = new Random(seed);
    this.tracing = tracing;
    this.network = new Network(this, wire);
    this.network.onLink = (link) => this.messages.watch(link);
    this.#core = core;
    this.#newCores = newCores;
  }

  /** Creates a process without an owner, such as a program's main process, or with one. */
  host(name: string, owner?: Host): Host {
    const host = new Host(this, name);
    this.hosts.push(host);
    if (owner !== undefined) this.note(owner, `starts ${name}`);
    return host;
  }

  /**
   * Defines the module with that URL for all processes.
   *
   * @returns a function that returns a process's own exports of the module.
   */
  module<T extends object>(url: string, make: (library: typeof uactor, host: Host) => T): (host: Host) => T {
    const made = new WeakMap<Host, T>();
    const load = (host: Host): T => {
      const exports = made.get(host) ?? make(host.uactor, host);
      made.set(host, exports);
      return exports;
    };
    this.#modules.set(url, load);
    return load;
  }

  /** Returns the exports of the module with that URL in a process. */
  load(url: string, host: Host): object {
    const load = this.#modules.get(url);
    if (load !== undefined) return load(host);
    if (url === FRONT_DOOR) return host.uactor;
    throw new Error(
      `the simulation knows no module ${url}: define it with world.module(url, (uactor) => ({ … })), and name that URL in the ` +
        "class's static module",
    );
  }

  /** Adds a line to the trace. */
  note(host: Host | undefined, what: string): void {
    if (!this.tracing) return;
    this.trace.push(
      `${this.scheduler.now.toFixed(2).padStart(10)} ${host === undefined ? '' : `${host.name} `}${what}`,
    );
  }

  crashed(host: Host, error: unknown): void {
    this.note(host, `crashes: ${String(error)}`);
    this.crashes.push({ host, error });
  }

  /** Records that a method ran, for the call with that id. */
  ran(id: string, host: Host): void {
    if (host.state === 'gone') return;
    this.runs.set(id, (this.runs.get(id) ?? 0) + 1);
    this.note(host, `runs ${id}`);
  }

  took(edge: string): void {
    this.edges.set(edge, (this.edges.get(edge) ?? 0) + 1);
  }

  /**
   * Returns the next seed of a key pair: the same ones in every world, so that each key pair is created once.
   */
  nextKeySeed(): Buffer {
    return new Random(++this.#keySeeds).bytes(KEY_SEED_BYTES);
  }

  nextPid(): number {
    return ++this.#pids;
  }

  /** Returns a separate core: one whose world has ended, or a new one. */
  coreFor(environment: (garbage: Garbage) => CoreEnvironment): HostCore {
    const { run, require, idle } = compile(this.#core);
    const used = this.#newCores ? undefined : idle.pop();
    const garbage = used?.garbage ?? new Garbage();
    const own = environment(garbage);
    used?.core.renew?.(own);
    const core = used?.core ?? instantiate(run, own, require);
    if (core === undefined) throw new Error(`${this.#core} is no testing build of the core`);
    this.#cores.push({ core, garbage });
    return { core, environment: own, garbage };
  }

  /** Called when nothing will happen in the world any more: other worlds may use its cores. */
  end(): void {
    const { idle } = compile(this.#core);
    // The first process of the next world gets the core of this world's first process.
    for (const used of this.#cores.splice(0).toReversed()) {
      used.garbage.clear();
      if (used.core.renew !== undefined && idle.length < MOST_IDLE) idle.push(used);
    }
  }

  /**
   * Runs the world until the promise has settled.
   *
   * @param limitMs - The maximum virtual time.
   * @throws the error of the promise; {@link StuckError} when no event is left, or the time is over.
   */
  async until<T>(wanted: Promise<T>, limitMs = 600_000): Promise<T> {
    let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
    wanted.then(
      (value) => (outcome = { value }),
      (error: unknown) => (outcome = { error }),
    );
    const latest = this.scheduler.now + limitMs;
    await settle();
    // Evaluated again after each step, which may have changed it.
    const done = (): boolean => outcome !== undefined;
    while (!done()) {
      if (await this.scheduler.step(latest)) continue;
      const why = this.scheduler.next === undefined ? 'nothing will ever happen again' : `${limitMs} ms have passed`;
      throw new StuckError(`what was waited for has not come, and ${why}`);
    }
    if (outcome === undefined) throw new StuckError('no outcome');
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  /** Runs `body`, and the world with it until the body has settled. */
  async run<T>(body: () => Promise<T>, limitMs?: number): Promise<T> {
    return await this.#guarded(() => this.until(body(), limitMs));
  }

  /** Lets virtual time pass, with all of its events. */
  async pass(ms: number): Promise<void> {
    const latest = this.scheduler.now + ms;
    while (await this.scheduler.step(latest)) {
      // Each step is one turn of a process.
    }
    this.scheduler.advanceTo(latest);
  }

  /**
   * Lets virtual time pass like real time, for tests that wait in real time.
   *
   * @returns a function that ends this.
   */
  passInRealTime(): () => void {
    const begun = performance.now() - this.scheduler.now;
    const ended = new AbortController();
    const go = async (): Promise<void> => {
      while (!ended.signal.aborted) {
        if (!(await this.scheduler.step(performance.now() - begun))) await settle();
      }
    };
    void go();
    return () => ended.abort();
  }

  /** Resolves after this much virtual time, for bodies that {@link World.run} runs. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.scheduler.after(ms, undefined, resolve);
    });
  }

  /** Runs `body` while unhandled rejections count as crashes, whichever process they belong to. */
  async #guarded<T>(body: () => Promise<T>): Promise<T> {
    const others = process.listeners('unhandledRejection');
    const unhandled = (error: unknown): void => {
      if (error instanceof ExitSignal) return;
      this.note(undefined, `a rejection is not handled: ${String(error)}`);
      this.unhandled.push(error);
    };
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', unhandled);
    try {
      return await body();
    } finally {
      await settle();
      process.off('unhandledRejection', unhandled);
      for (const other of others) process.on('unhandledRejection', other);
    }
  }

  /** The unhandled rejections. */
  readonly unhandled: unknown[] = [];
}

/** Lets everything run that is due in the real event loop. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Compiles the core's text once; each call of the resulting function creates a separate core. */
function compile(path: string): CompiledCore {
  const known = compiled.get(path);
  if (known !== undefined) return known;
  const made: unknown = compileFunction(readFileSync(path, 'utf8'), ['environment', 'require', 'module'], {
    filename: path,
  });
  if (typeof made !== 'function') throw new Error(`${path} cannot be compiled`);
  const core = {
    run: (...args: Parameters<CoreFunction>) => void Reflect.apply(made, undefined, args),
    require: remembering(createRequire(path)),
    idle: [],
  };
  compiled.set(path, core);
  return core;
}

function instantiate(run: CoreFunction, own: CoreEnvironment, require: NodeJS.Require): CoreInstance | undefined {
  const module: { exports: { core?: CoreInstance } } = { exports: {} };
  run(own, require, module);
  return module.exports.core;
}

/** Looks each module up once, because `require` does so every time. */
function remembering(require: NodeJS.Require): NodeJS.Require {
  const loaded = new Map<string, unknown>();
  const load = (id: string): unknown => {
    if (!loaded.has(id)) loaded.set(id, require(id));
    return loaded.get(id);
  };
  return Object.assign(load, require);
}

/** Returns the path of this package's testing build in `dist/testing`, whether this file is a source or in `dist/` itself. */
export function ownCore(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const path = join(folder, 'dist', 'testing', 'core.cjs');
    if (existsSync(path)) return path;
    if (dirname(folder) === folder) throw new Error('there is no dist/testing/core.cjs: build the package');
  }
}
