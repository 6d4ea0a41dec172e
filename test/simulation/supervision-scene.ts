/** The parts of supervision scenarios: simulated members, their log, and their processes. */
import type * as uactor from '../../index.ts';
import type { Host } from './host.ts';
import type { World } from './world.ts';

const MODULE = 'file:///simulated/supervised.mjs';

/** The reports of a scenario's simulated processes, in order. */
type Log = string[];

function makeClasses({ Actor, currentCall }: typeof uactor, host: Host, log: Log, refusal: { refuses: boolean }) {
  /** A member of a supervised group. */
  class Member extends Actor {
    static override readonly module: string = MODULE;
    static override readonly options: uactor.ActorOptions = { serializer: 'msgpack' };
    readonly #name: string;
    readonly #notes: string[] = [];

    constructor(name = 'member') {
      super();
      if (refusal.refuses) throw new Error('no more members');
      this.#name = name;
      log.push(`${name} begins`);
    }

    process(): number {
      return host.pid;
    }

    note(text: string): readonly string[] {
      log.push(`${this.#name} runs ${text}`);
      this.#notes.push(text);
      return this.#notes;
    }

    async wait(): Promise<void> {
      log.push(`${this.#name} waits`);
      const { signal } = currentCall();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    }

    quit(code: number): void {
      host.environment.process.exit(code);
    }

    override shutdown(): void {
      log.push(`${this.#name} shuts down`);
    }
  }

  /** Calls a member that its constructor received. */
  class Asking extends Actor {
    static override readonly module: string = MODULE;
    static override readonly options: uactor.ActorOptions = { serializer: 'msgpack' };
    #member: uactor.Remote<typeof Member>;

    constructor(member: uactor.Remote<typeof Member>) {
      super();
      this.#member = member;
    }

    keep(member: uactor.Remote<typeof Member>): void {
      this.#member = member;
    }

    async ask(): Promise<number> {
      return await this.#member.process();
    }
  }

  return { Member, Asking };
}

/** The parts that a scenario uses. */
export interface Scene {
  readonly world: World;
  readonly main: Host;
  readonly log: Log;
  readonly classes: (host: Host) => ReturnType<typeof makeClasses>;
  /** Sets whether further incarnations fail to start. */
  refuse(refuses: boolean): void;
}

/** A written program that shows one promise. It throws when the promise is broken. */
export type SupervisionScenario = (scene: Scene) => Promise<void>;

/** Runs a scenario. @throws the scenario's error. */
export async function runSupervision(world: World, scenario: SupervisionScenario): Promise<void> {
  const log: Log = [];
  const refusal = { refuses: false };
  const classes = world.module(MODULE, (library, host) => makeClasses(library, host, log, refusal));
  const main = world.host('main');
  const refuse = (refuses: boolean): void => {
    refusal.refuses = refuses;
  };
  await world.run(async () => await scenario({ world, main, log, classes, refuse }));
}

export function demand(what: string, holds: boolean): void {
  if (!holds) throw new Error(`broken promise: ${what}`);
}

export function demandEqual(what: string, found: unknown, wanted: unknown): void {
  const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
  demand(`${what}: ${is} instead of ${should}`, is === should);
}

/** Resolves to the error with which a promise rejects. */
export async function rejection(
  promise: Promise<unknown>,
): Promise<Error & Partial<uactor.ActorDeath> & { code?: string }> {
  const error: unknown = await promise.then(
    (value) => new Error(`it resolved to ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error : new Error(String(error));
}

/** Returns the error's class, and what it states about the call. */
export async function outcome(promise: Promise<unknown>): Promise<string> {
  const error = await rejection(promise);
  return `${error.name} ${'executed' in error ? String(error.executed) : error.message}`;
}

/** Returns the running processes of actors, without the main program and the supervisors. */
export function actorsAlive({ world }: Scene): readonly Host[] {
  return world.hosts.filter(({ name, state }) => name.includes('#') && state !== 'gone');
}

export function inOrder(pids: readonly number[]): readonly number[] {
  return pids.toSorted((one, other) => one - other);
}

/** Waits until this many processes have been started in total, and returns the time at which that happened. */
export async function started({ world }: Scene, count: number, limitMs = 60_000): Promise<number> {
  const latest = world.scheduler.now + limitMs;
  while (world.hosts.length < count) {
    demand(`process ${count} is started within ${limitMs} ms`, world.scheduler.now < latest);
    await world.sleep(1);
  }
  return world.scheduler.now;
}

/** Waits until `holds` returns true. */
export async function until({ world }: Scene, what: string, holds: () => boolean, limitMs = 60_000): Promise<void> {
  const latest = world.scheduler.now + limitMs;
  while (!holds()) {
    demand(`${what} within ${limitMs} ms`, world.scheduler.now < latest);
    await world.sleep(1);
  }
}

/** Kills the newest process, and returns the delay before its supervisor started another one. */
export async function delayAfterKill(scene: Scene): Promise<number> {
  const count = scene.world.hosts.length;
  scene.world.hosts.at(-1)?.kill();
  const killedAt = scene.world.scheduler.now;
  return (await started(scene, count + 1)) - killedAt;
}

export function demandDelay(what: string, foundMs: number, wantedMs: number): void {
  demand(`${what} waits ${wantedMs} ms, it waited ${foundMs} ms`, foundMs >= wantedMs && foundMs < wantedMs + 5);
}
