import type * as uactor from '../index.ts';
import type { WireOptions } from '../test/simulation/connection.ts';
import type { Host } from '../test/simulation/host.ts';
import { World } from '../test/simulation/world.ts';
import { misuse } from '../core/seam/errors.ts';

/** How many lines at the end of a trace stand in the message of a {@link SeedError}. */
const TRACE_LINES = 60;

/** What {@link explore} runs, and over which network. */
export interface ExploreOptions {
  /** How many seeds, from 1 on, or which ones: `[17]` replays a failure. Default 100. */
  readonly seeds?: number | readonly number[];
  /** How much virtual time each run may take, in milliseconds. Default 600,000. */
  readonly limitMs?: number;
  /** How long a chunk travels over a simulated connection, in milliseconds, at least and at most. Default 0.05 to 0.5. */
  readonly latencyMs?: readonly [least: number, most: number];
}

const OPTIONS: readonly string[] = ['seeds', 'limitMs', 'latencyMs'] satisfies (keyof ExploreOptions)[];

/** A process of a simulated world. Its actors' processes are hosts, too. */
export interface SimulatedHost {
  /** What the world calls it; the process of an actor is called after its class. */
  readonly name: string;
  /** The library as code of this process sees it: `Actor`, `proxy`, `currentCall` and all other exports of `uactor`. */
  readonly uactor: typeof uactor;
  /** Whether its code runs. */
  readonly state: 'running' | 'stopped' | 'gone';
  /** SIGKILL: it is gone between two turns of its event loop. */
  kill(): void;
  /** SIGSTOP: nothing happens in it until {@link SimulatedHost.continue}. */
  stop(): void;
  /** SIGCONT. */
  continue(): void;
  /** Breaks its connections: what is under way is lost, and both ends hear of it. */
  cut(): void;
  /** Whether new connections to it are answered. */
  reachable(reachable: boolean): void;
}

/** Simulated processes in one real one, their network, and the virtual time that passes for them. */
export interface SimulatedWorld {
  /** What decides the order of everything in this run. */
  readonly seed: number;
  /** All processes, in the order in which they began. */
  readonly hosts: readonly SimulatedHost[];
  /** The virtual time, in milliseconds. */
  readonly now: number;
  /** Begins a process, such as a program's main process. */
  host(name: string): SimulatedHost;
  /**
   * Defines a module that every process can load: `make` gets the library of the process that loads it. An actor class names the URL
   * in its `static module`.
   *
   * @returns what gives the module's exports in a process.
   */
  module<T extends object>(
    url: string,
    make: (library: typeof uactor, host: SimulatedHost) => T,
  ): (host: SimulatedHost) => T;
  /** Resolves after so much virtual time, in milliseconds. */
  sleep(ms: number): Promise<void>;
  /** A number from 0 to 1, 1 excluded, that the seed decides. */
  random(): number;
  /** Adds a line to the trace. */
  note(text: string): void;
}

/** A run of {@link explore} failed. Its `cause` is what the test threw. */
export class SeedError extends Error {
  /** The seed that fails, again and again. */
  readonly seed: number;
  /** What happened, in order: the virtual time in milliseconds, the process, the message or event. */
  declare readonly trace: readonly string[];

  constructor(seed: number, trace: readonly string[], cause: unknown) {
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    const shown = trace.slice(-TRACE_LINES);
    const left = trace.length - shown.length;
    super(
      `seed ${seed} fails; replay it with explore(test, { seeds: [${seed}] })\n${what}\n` +
        `${left > 0 ? `… ${left} lines before, see the property trace\n` : ''}${shown.join('\n')}`,
      { cause },
    );
    this.name = 'SeedError';
    this.seed = seed;
    // Its end stands in the message: whoever prints the error shall not see it twice.
    Object.defineProperty(this, 'trace', { value: trace });
  }
}

/**
 * Runs a test once for each seed, each time in a world of its own. The seed decides in which order things happen: how long messages
 * travel, how they are cut, how fast processes start. Time is virtual, so waiting takes none. The state of modules is shared between
 * the simulated processes.
 *
 * ```ts
 * await explore(async (world) => {
 *   const load = world.module(Counter.module, (uactor) => ({ Counter: counterOf(uactor) }));
 *   const counter = await load(world.host('main')).Counter.spawn();
 *   world.hosts[1]?.cut();
 *   …
 * }, { seeds: 200 });
 * ```
 *
 * @throws `TypeError` for a test or an option that is none; {@link SeedError} for the first seed with which the test throws, gets stuck, or leaves a crash or a rejection that nobody
 * handles.
 */
export async function explore(
  test: (world: SimulatedWorld) => Promise<void>,
  options: ExploreOptions = {},
): Promise<void> {
  const { seeds = 100, limitMs, latencyMs } = checked(test, options);
  const wire: WireOptions = latencyMs === undefined ? {} : { latencyMs };
  for (const seed of seedsOf(seeds)) await runSeed(test, seed, wire, limitMs);
}

function checked(test: unknown, options: ExploreOptions): ExploreOptions {
  if (typeof test !== 'function') throw misuse('explore: the first argument must be the test, a function of the world');
  if (typeof options !== 'object' || options === null) throw misuse('explore: the options must be an object');
  const strange = Object.keys(options).find((key) => !OPTIONS.includes(key));
  if (strange !== undefined) throw misuse(`explore: there is no option '${strange}', only ${OPTIONS.join(', ')}`);
  const { limitMs, latencyMs } = options;
  if (limitMs !== undefined && !(limitMs > 0))
    throw misuse('explore: limitMs must be a number of milliseconds above 0');
  if (latencyMs !== undefined) {
    const [least, most] = Array.isArray(latencyMs) ? latencyMs : [];
    if (!(typeof least === 'number' && typeof most === 'number' && least >= 0 && most >= least)) {
      throw misuse('explore: latencyMs must be the least and the most milliseconds of a chunk: [0.05, 0.5]');
    }
  }
  return options;
}

function seedsOf(seeds: number | readonly number[]): readonly number[] {
  const list =
    Number.isSafeInteger(seeds) && Number(seeds) > 0
      ? Array.from({ length: Number(seeds) }, (_, index) => index + 1)
      : seeds;
  if (Array.isArray(list) && list.length > 0 && list.every((seed) => Number.isSafeInteger(seed))) return list;
  throw misuse('explore: seeds must be how many seeds there are, at least 1, or a list of whole numbers');
}

async function runSeed(
  test: (world: SimulatedWorld) => Promise<void>,
  seed: number,
  wire: WireOptions,
  limitMs: number | undefined,
): Promise<void> {
  const world = new World({ seed, wire });
  try {
    await world.run(() => test(new ExploredWorld(world, seed)), limitMs);
    const [crash] = world.crashes;
    if (crash !== undefined) throw new Error(`${crash.host.name} crashed`, { cause: crash.error });
    if (world.unhandled.length > 0) throw new Error('a rejection is handled by nobody', { cause: world.unhandled[0] });
  } catch (error) {
    throw new SeedError(seed, world.trace, error);
  }
}

/** What a user's test sees of a world. */
class ExploredWorld implements SimulatedWorld {
  readonly seed: number;
  readonly #world: World;
  readonly #shown = new WeakMap<Host, ExploredHost>();
  readonly #hidden = new WeakMap<SimulatedHost, Host>();

  constructor(world: World, seed: number) {
    this.#world = world;
    this.seed = seed;
  }

  get hosts(): readonly SimulatedHost[] {
    return this.#world.hosts.map((host) => this.#show(host));
  }

  get now(): number {
    return this.#world.scheduler.now;
  }

  host(name: string): SimulatedHost {
    return this.#show(this.#world.host(name));
  }

  module<T extends object>(
    url: string,
    make: (library: typeof uactor, host: SimulatedHost) => T,
  ): (host: SimulatedHost) => T {
    const load = this.#world.module(url, (library, host) => make(library, this.#show(host)));
    return (shown) => {
      const host = this.#hidden.get(shown);
      if (host === undefined)
        throw new TypeError('this host is of another world: use those of the world that the test got');
      return load(host);
    };
  }

  sleep(ms: number): Promise<void> {
    return this.#world.sleep(ms);
  }

  random(): number {
    return this.#world.random.next();
  }

  note(text: string): void {
    this.#world.note(undefined, text);
  }

  #show(host: Host): ExploredHost {
    const shown = this.#shown.get(host) ?? new ExploredHost(host);
    this.#shown.set(host, shown);
    this.#hidden.set(shown, host);
    return shown;
  }
}

class ExploredHost implements SimulatedHost {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  get name(): string {
    return this.#host.name;
  }

  get uactor(): typeof uactor {
    return this.#host.uactor;
  }

  get state(): 'running' | 'stopped' | 'gone' {
    return this.#host.state;
  }

  kill(): void {
    this.#host.kill();
  }

  stop(): void {
    this.#host.stop();
  }

  continue(): void {
    this.#host.continue();
  }

  cut(): void {
    const { world } = this.#host;
    world.note(this.#host, 'loses its connections');
    for (const link of world.network.linksOf(this.#host)) link.ends[0].reset();
  }

  reachable(reachable: boolean): void {
    this.#host.world.network.reachable(this.#host, reachable);
  }
}
