import type {
  ProcessExit,
  ProcessStarter,
  StartedProcess,
  StartPlan,
} from '../../core/process/owner/started-process.ts';
import type * as uactor from '../../index.ts';
import type { SimConnection } from './connection.ts';
import type { CoreInstance } from './core-entry.ts';
import type { Garbage } from './garbage.ts';
import { type CoreEnvironment, ExitSignal, hostEnvironment } from './host-environment.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';
import type { Occurrence, Place, Scheduler } from './scheduler.ts';

/** The minimum and maximum time that a simulated process takes to start, in milliseconds. */
const START_MS = [5, 40] as const;

/** The world, as its simulated processes see it. */
export interface HostWorld {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly network: Network;
  nextPid(): number;
  /** Returns the next seed of a key pair. */
  nextKeySeed(): Buffer;
  /** Returns a core for a process; `environment` creates the process's environment with the core's garbage. */
  coreFor(environment: (garbage: Garbage) => CoreEnvironment): HostCore;
  took(edge: string): void;
  note(host: Host | undefined, what: string): void;
  crashed(host: Host, error: unknown): void;
  host(name: string, owner?: Host): Host;
  load(url: string, host: Host): object;
  /** Records that a method ran, for the call with that id. */
  ran(id: string, host: Host): void;
}

/** A core, with the parts that a process has as long as it has that core. */
export interface HostCore {
  readonly core: CoreInstance;
  readonly environment: CoreEnvironment;
  readonly garbage: Garbage;
}

/** A simulated process: its own core, objects, sessions, keys and current call. */
export class Host implements Place {
  readonly name: string;
  readonly pid: number;
  readonly world: HostWorld;
  /** Resolves when the process has ended. */
  readonly ended: Promise<ProcessExit>;
  /** The lines that the process wrote to its standard error, and its warnings. */
  readonly said: string[] = [];
  readonly environment: CoreEnvironment;
  readonly garbage: Garbage;
  readonly #core: CoreInstance;
  #state: 'running' | 'stopped' | 'gone' = 'running';
  #deferred: Occurrence[] = [];
  #end: (exit: ProcessExit) => void = () => undefined;

  constructor(world: HostWorld, name: string) {
    this.world = world;
    this.name = name;
    this.pid = world.nextPid();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    const { core, environment, garbage } = world.coreFor((watched) =>
      hostEnvironment({
        name,
        pid: this.pid,
        scheduler: world.scheduler,
        random: world.random,
        keySeed: () => world.nextKeySeed(),
        place: this,
        garbage: watched,
        load: (url) => world.load(url, this),
        exit: (code) => this.#gone({ exitCode: code, signal: null }),
        crash: (error) => this.crash(error),
        said: (text) => this.said.push(text),
      }),
    );
    this.#core = core;
    this.environment = environment;
    this.garbage = garbage;
    this.#core.settle({
      network: world.network.accessFrom(this),
      starter: this.#starter(),
      took: (edge) => world.took(edge),
    });
  }

  /** The library's public names, as code of this process sees them. */
  get uactor(): typeof uactor {
    return this.#core.uactor;
  }

  get state(): 'running' | 'stopped' | 'gone' {
    return this.#state;
  }

  /**
   * Returns the operation of a call to this process, in words; `undefined` for an object that it does not have, or from an older core.
   */
  nameCall(target: number, operation: number, flags: number): string | undefined {
    return this.#core.nameCall?.(target, operation, flags);
  }

  /** SIGKILL: the process ends between two turns of its event loop. */
  kill(): void {
    this.world.note(this, 'is killed');
    this.#gone({ exitCode: null, signal: 'SIGKILL' });
  }

  /** SIGSTOP: nothing happens in the process until {@link Host.continue}. */
  stop(): void {
    if (this.#state !== 'running') return;
    this.world.note(this, 'is stopped');
    this.#state = 'stopped';
  }

  /** SIGCONT. */
  continue(): void {
    if (this.#state !== 'stopped') return;
    this.world.note(this, 'goes on');
    this.#state = 'running';
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const { run, cancelled } of deferred) {
      // A timer that was cleared before the stop stays cleared: only code of this process could clear it, and none ran since.
      if (!cancelled) this.world.scheduler.after(0, this, run);
    }
  }

  /** SIGTERM. */
  terminate(): void {
    this.world.scheduler.after(0, this, () => this.#emit('SIGTERM', 'SIGTERM'));
  }

  defer(occurrence: Occurrence): void {
    this.#deferred.push(occurrence);
  }

  /** Declares that nothing in this process refers to these proxies, functions or signals any more. */
  collect(...targets: readonly WeakKey[]): void {
    for (const finalize of this.garbage.collect(targets)) this.world.scheduler.after(0.1, this, finalize);
  }

  /** Declares this for everything that the library watches, except these. */
  collectAll(kept: readonly WeakKey[] = []): void {
    for (const finalize of this.garbage.collectAll(kept)) this.world.scheduler.after(0.1, this, finalize);
  }

  /** Called when code of this process threw an uncaught error: Node would end the process. */
  crash(error: unknown): void {
    if (this.#state === 'gone' || error instanceof ExitSignal) return;
    this.world.crashed(this, error);
    this.#emit('uncaughtExceptionMonitor', error);
    this.#gone({ exitCode: 1, signal: null });
  }

  /** Calls `process.emit`, whose type declares each event separately. */
  #emit(event: string, argument: unknown): void {
    const emitter: { emit(event: string, argument: unknown): boolean } = this.environment.process;
    emitter.emit(event, argument);
  }

  #gone(exit: ProcessExit): void {
    if (this.#state === 'gone') return;
    this.world.note(this, `ends with ${exit.signal ?? `exit code ${exit.exitCode}`}`);
    this.#state = 'gone';
    this.#deferred = [];
    this.world.network.abandon(this);
    this.#end(exit);
  }

  #starter(): ProcessStarter {
    return {
      start: (plan) => this.#start(plan),
      diagnose: () => Promise.resolve(''),
    };
  }

  #start({ name }: StartPlan): StartedProcess {
    const { world } = this;
    const child = world.host(`${name}#${world.nextPid()}`, this);
    const [pipe, other] = world.network.pipe(`pipe of ${child.name}`, this, child);
    const [least, most] = START_MS;
    world.scheduler.after(least + world.random.next() * (most - least), child, () => child.#live(other));
    // The owner learns of the end in a later turn of its event loop.
    const exit = new Promise<ProcessExit>((resolve) => {
      void child.ended.then((how) => world.scheduler.after(0.1, this, () => resolve(how)));
    });
    return {
      pid: child.pid,
      pipe,
      exit,
      kill: (signal) => (signal === 'SIGKILL' ? child.kill() : child.terminate()),
      hold: () => undefined,
    };
  }

  #live(pipe: SimConnection): void {
    const life = this.#core.liveAsActor(pipe, (module) => Promise.resolve().then(() => this.world.load(module, this)));
    life.catch((error: unknown) => this.crash(error));
  }
}
