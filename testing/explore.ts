import type * as uactor from '../index.ts';
import type { WireOptions } from '../test/simulation/connection.ts';
import type { Host } from '../test/simulation/host.ts';
import { World } from '../test/simulation/world.ts';
import { misuse } from '../core/seam/errors.ts';
import { isOptionsObject } from '../core/seam/call-options.ts';
import { shownText } from '../core/values/error-text.ts';

/** How many lines at the end of a trace are part of the message of a {@link SeedError}. */
const TRACE_LINES = 60;

/** The seeds and the network of {@link explore}. */
export interface ExploreOptions {
  /** The number of seeds, from 1 on, or a list of seeds: `[17]` replays a failure. Default 100. */
  readonly seeds?: number | readonly number[];
  /** How much virtual time each run may take, in milliseconds. Default 600,000. */
  readonly limitMs?: number;
  /** The minimum and maximum time that a chunk takes over a simulated connection, in milliseconds. Default 0.05 to 0.5. */
  readonly latencyMs?: readonly [least: number, most: number];
}

const OPTIONS: readonly string[] = ['seeds', 'limitMs', 'latencyMs'] satisfies (keyof ExploreOptions)[];

/** A process of a simulated world. Its actors' processes are hosts, too. */
export interface SimulatedHost {
  /** The process's name; an actor's process is named after its class. */
  readonly name: string;
  /** The library as seen by code of this process: `Actor`, `proxy`, `currentCall` and all other exports of `uactor`. */
  readonly uactor: typeof uactor;
  /** The state of the process. */
  readonly state: 'running' | 'stopped' | 'gone';
  /** SIGKILL: the process ends between two turns of its event loop. */
  kill(): void;
  /** SIGSTOP: nothing happens in it until {@link SimulatedHost.continue}. */
  stop(): void;
  /** SIGCONT. */
  continue(): void;
  /** Breaks its connections: messages in transit are lost, and both ends notice. */
  cut(): void;
  /** Sets whether new connections to it are accepted. */
  reachable(reachable: boolean): void;
}

/** Simulated processes within one real process, with their network and their virtual time. */
export interface SimulatedWorld {
  /** The seed that decides the order of everything in this run. */
  readonly seed: number;
  /** All processes, in the order in which they started. */
  readonly hosts: readonly SimulatedHost[];
  /** The virtual time, in milliseconds. */
  readonly now: number;
  /** Starts a process, such as a program's main process. */
  host(name: string): SimulatedHost;
  /**
   * Defines a module that every process can load: `make` gets the library of the loading process. An actor class names the URL in
   * its `static module`.
   *
   * @returns a function that returns the module's exports in a process.
   */
  module<T extends object>(
    url: string,
    make: (library: typeof uactor, host: SimulatedHost) => T,
  ): (host: SimulatedHost) => T;
  /** Resolves after this much virtual time, in milliseconds. */
  sleep(ms: number): Promise<void>;
  /** Returns a number from 0 to 1, excluding 1, determined by the seed. */
  random(): number;
  /** Adds a line to the trace. */
  note(text: string): void;
}

/** A run of {@link explore} failed. Its `cause` is the error of the test. */
export class SeedError extends Error {
  /** The failing seed; it fails on every run. */
  readonly seed: number;
  /** The events in order: the virtual time in milliseconds, the process, the message or event. */
  declare readonly trace: readonly string[];

  constructor(seed: number, trace: readonly string[], cause: unknown) {
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : shownText(cause);
    const shown = trace.slice(-TRACE_LINES);
    const left = trace.length - shown.length;
    super(
      `seed ${seed} fails; replay it with explore(test, { seeds: [${seed}] })\n${what}\n` +
        `${left > 0 ? `… ${left} lines before, see the property trace\n` : ''}${shown.join('\n')}`,
      { cause },
    );
    this.name = 'SeedError';
    this.seed = seed;
    // The end of the trace is in the message; printing the error must not show it twice.
    Object.defineProperty(this, 'trace', { value: trace });
  }
}

/**
 * Runs a test once for each seed, each time in a separate world. The seed decides the order of events: how long messages are in
 * transit, how they are split, how fast processes start. Time is virtual, so waiting takes no real time. The simulated processes
 * share the state of modules.
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
 * @throws `TypeError` for an invalid test or option; {@link SeedError} for the first seed with which the test throws, gets stuck,
 * or leaves a crash or an unhandled rejection.
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
  if (!isOptionsObject(options)) throw misuse('explore: the options must be an object');
  const strange = Object.keys(options).find((key) => !OPTIONS.includes(key));
  if (strange !== undefined) throw misuse(`explore: there is no option '${strange}', only ${OPTIONS.join(', ')}`);
  const { limitMs, latencyMs } = options;
  if (limitMs !== undefined && !(limitMs > 0))
    throw misuse('explore: limitMs must be a number of milliseconds above 0');
  if (latencyMs !== undefined) {
    const [least, most] = Array.isArray(latencyMs) ? latencyMs : [];
    if (!(typeof least === 'number' && typeof most === 'number' && least >= 0 && most >= least)) {
      throw misuse('explore: latencyMs must be the minimum and the maximum in milliseconds: [0.05, 0.5]');
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
  throw misuse('explore: seeds must be a number of seeds, at least 1, or a list of whole numbers');
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
    if (world.unhandled.length > 0) throw new Error('a rejection is not handled', { cause: world.unhandled[0] });
  } catch (error) {
    throw new SeedError(seed, world.trace, error);
  }
}

/** The world as a user's test sees it. */
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
        throw new TypeError('this host belongs to another world: use the hosts of the world that the test got');
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
