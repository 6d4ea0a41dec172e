/** Supervision in virtual time: what `docs/supervision.md` promises, with the exact delays and through every kind of end. */
import type * as uactor from '../../index.ts';
import type { Host } from './host.ts';
import type { World } from './world.ts';

const MODULE = 'file:///simulated/supervised.mjs';

/** What the simulated processes of a scenario tell it, in order. */
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

  /** Asks a member that it was made with. */
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

/** What a scenario works with. */
interface Scene {
  readonly world: World;
  readonly main: Host;
  readonly log: Log;
  readonly classes: (host: Host) => ReturnType<typeof makeClasses>;
  /** Whether the next incarnations come up. */
  refuse(refuses: boolean): void;
}

/** A written-down program that shows one promise. It throws when the promise is broken. */
export type SupervisionScenario = (scene: Scene) => Promise<void>;

/** Runs a scenario. @throws what it threw. */
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

function demand(what: string, holds: boolean): void {
  if (!holds) throw new Error(`broken promise: ${what}`);
}

function demandEqual(what: string, found: unknown, wanted: unknown): void {
  const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
  demand(`${what}: ${is} instead of ${should}`, is === should);
}

/** What a promise was rejected with. */
async function rejection(promise: Promise<unknown>): Promise<Error & Partial<uactor.ActorDeath> & { code?: string }> {
  const error: unknown = await promise.then(
    (value) => new Error(`it resolved to ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error : new Error(String(error));
}

/** The error as its class and what is known of the call. */
async function outcome(promise: Promise<unknown>): Promise<string> {
  const error = await rejection(promise);
  return `${error.name} ${'executed' in error ? String(error.executed) : error.message}`;
}

/** Actors' processes that run; the main program and supervisors are not among them. */
function actorsAlive({ world }: Scene): readonly Host[] {
  return world.hosts.filter(({ name, state }) => name.includes('#') && state !== 'gone');
}

function inOrder(pids: readonly number[]): readonly number[] {
  return pids.toSorted((one, other) => one - other);
}

/** Waits for that many processes to have been started in all, and returns when that was. */
async function started({ world }: Scene, count: number, limitMs = 60_000): Promise<number> {
  const latest = world.scheduler.now + limitMs;
  while (world.hosts.length < count) {
    demand(`process ${count} is started within ${limitMs} ms`, world.scheduler.now < latest);
    await world.sleep(1);
  }
  return world.scheduler.now;
}

/** Waits until that holds. */
async function until({ world }: Scene, what: string, holds: () => boolean, limitMs = 60_000): Promise<void> {
  const latest = world.scheduler.now + limitMs;
  while (!holds()) {
    demand(`${what} within ${limitMs} ms`, world.scheduler.now < latest);
    await world.sleep(1);
  }
}

/** Kills the newest process, and returns how long its supervisor waited before it started another. */
async function delayAfterKill(scene: Scene): Promise<number> {
  const count = scene.world.hosts.length;
  scene.world.hosts.at(-1)?.kill();
  const killedAt = scene.world.scheduler.now;
  return (await started(scene, count + 1)) - killedAt;
}

function demandDelay(what: string, foundMs: number, wantedMs: number): void {
  demand(`${what} waits ${wantedMs} ms, it waited ${foundMs} ms`, foundMs >= wantedMs && foundMs < wantedMs + 5);
}

export const supervisionScenarios: Readonly<Record<string, SupervisionScenario>> = {
  'U65 each restart in a row waits twice as long, up to the longest delay': async (scene) => {
    const { main, classes } = scene;
    const { Member } = classes(main);
    const member = await main.uactor.supervise(Member, [], {
      maxRestarts: 20,
      withinMs: 60_000,
      backoff: { initialMs: 50, maxMs: 400 },
    });
    for (const delayMs of [50, 100, 200, 400, 400, 400]) {
      demandDelay('the restart', await delayAfterKill(scene), delayMs);
      await member.process();
    }
    await member.shutdown();
  },
  'U65 an incarnation that lasted withinMs ends the row of restarts, however long its restart took': async (scene) => {
    const { world, main, classes } = scene;
    const { Member } = classes(main);
    const member = await main.uactor.supervise(Member, [], {
      withinMs: 5_000,
      backoff: { initialMs: 4_000, maxMs: 60_000 },
    });
    demandDelay('the first restart', await delayAfterKill(scene), 4_000);
    await member.process();
    demandDelay('one of an incarnation that lasted a moment', await delayAfterKill(scene), 8_000);
    await member.process();
    demandDelay('the next one', await delayAfterKill(scene), 16_000);
    await member.process();
    await world.sleep(5_001);
    demandDelay('one of an incarnation that lasted', await delayAfterKill(scene), 4_000);
    await member.shutdown();
  },
  'U65 more restarts than the limit within its span end in RestartLimitError with the last exit': async (scene) => {
    const { main, classes } = scene;
    const { Member } = classes(main);
    const member = await main.uactor.supervise(Member, []);
    for (let restart = 0; restart < 3; restart++) {
      await delayAfterKill(scene);
      await member.process();
    }
    demandEqual('the call that ends it', await outcome(member.quit(7)), 'ActorDiedError maybe');
    const error = await rejection(member.process());
    demandEqual(
      'the error',
      [error.name, error.code, error.exitCode, error.signal],
      ['RestartLimitError', 'RESTART_LIMIT', 7, null],
    );
    demand('the last end is its cause', error.cause instanceof Error && error.cause.name === 'ActorDiedError');
    demandEqual('how many are left', actorsAlive(scene).length, 0);
  },
  'U65 as many restarts, further apart, never reach the limit': async (scene) => {
    const { world, main, classes } = scene;
    const { Member } = classes(main);
    const member = await main.uactor.supervise(Member, []);
    for (let restart = 0; restart < 12; restart++) {
      await delayAfterKill(scene);
      await member.process();
      await world.sleep(1_700);
    }
    await member.shutdown();
  },
  'U65 a crash loop ends in an error that shows why no incarnation came up': async (scene) => {
    const { world, main, classes, refuse } = scene;
    const { Member } = classes(main);
    const member = await main.uactor.supervise(Member, []);
    refuse(true);
    const under = outcome(member.wait());
    await until(scene, 'the call begins', () => scene.log.includes('member waits'));
    const begun = world.scheduler.now;
    world.hosts.at(-1)?.kill();
    demandEqual('the call under way', await under, 'ActorDiedError maybe');
    const error = await rejection(member.process());
    demandEqual('the error', [error.name, 'executed' in error && error.executed], ['RestartLimitError', 'no']);
    demand('it says why', error.message.includes('no more members'));
    demandEqual('how many processes were started', world.hosts.length - 1, 4);
    const tookMs = world.scheduler.now - begun;
    demand(`100, 200 and 400 ms and three starts pass, it took ${tookMs} ms`, tookMs >= 700 && tookMs < 1_000);
    demandEqual('how many are left', actorsAlive(scene).length, 0);
  },
  'U65 calls under way reject, calls during a restart wait in order or until their deadline, calls after it run':
    async (scene) => {
      const { world, main, log, classes } = scene;
      const { Member } = classes(main);
      const member = await main.uactor.supervise(Member, [], { backoff: { initialMs: 1_000 } });
      await member.note('before');
      const under = outcome(member.wait());
      await until(scene, 'the call begins', () => log.includes('member waits'));
      world.hosts.at(-1)?.kill();
      demandEqual('a call under way', await under, 'ActorDiedError maybe');
      const during = [
        member.note('a'),
        member.note('b'),
        main.uactor.callOptions(member, { timeout: 5_000 }).note('c'),
      ];
      const late = outcome(main.uactor.callOptions(member, { timeout: 300 }).note('late'));
      const given = new AbortController();
      const aborted = rejection(main.uactor.callOptions(member, { signal: given.signal }).note('aborted'));
      given.abort(new Error('no longer wanted'));
      demandEqual('a call that is given up', (await aborted).message, 'no longer wanted');
      demandEqual('a call whose deadline passes', await late, 'TimeoutError no');
      demandEqual('the calls that waited', await Promise.all(during), [['a'], ['a', 'b'], ['a', 'b', 'c']]);
      demandEqual('a call after it', await member.note('after'), ['a', 'b', 'c', 'after']);
      demandEqual(
        'what ran',
        log.filter((line) => line.includes(' runs ')).map((line) => line.slice('member runs '.length)),
        ['before', 'a', 'b', 'c', 'after'],
      );
      await member.shutdown();
    },
  'U65 a call made before its process is known to have ended was sent, and rejects': async (scene) => {
    const { world, main, classes } = scene;
    const { Member } = classes(main);
    const member = await main.uactor.supervise(Member, []);
    world.hosts.at(-1)?.kill();
    demandEqual('the call', await outcome(member.note('too early')), 'ActorDiedError maybe');
    demandEqual('the next one', await member.note('after'), ['after']);
    await member.shutdown();
  },
  'U65 a deadline that passes while the next incarnation starts is not prolonged': async (scene) => {
    const { world, main, classes } = scene;
    const { Member } = classes(main);
    const member = await main.uactor.supervise(Member, [], { backoff: { initialMs: 100 } });
    const end = main.uactor.ended(member);
    world.hosts.at(-1)?.kill();
    await end;
    const begun = world.scheduler.now;
    const how = await outcome(main.uactor.callOptions(member, { timeout: 101 }).wait());
    const tookMs = world.scheduler.now - begun;
    demand(`it ends at its deadline, it ended as ${how} after ${tookMs} ms`, tookMs >= 101 && tookMs < 103);
    await member.shutdown();
  },
  'U65 an exit with code 0 is restarted by always alone': async (scene) => {
    const { world, main, classes } = scene;
    const { Member } = classes(main);
    for (const [restart, restarts] of [
      ['always', true],
      ['on-failure', false],
      ['never', false],
    ] as const) {
      const member = await main.uactor.supervise(Member, [], { restart });
      const count = world.hosts.length;
      demandEqual('the call', await outcome(member.quit(0)), 'ActorDiedError maybe');
      if (restarts) await member.process();
      else demandEqual(`a call after it with ${restart}`, await outcome(member.process()), 'ActorDiedError no');
      await world.sleep(30_000);
      demandEqual(`processes started with ${restart}`, world.hosts.length - count, restarts ? 1 : 0);
      await member.shutdown();
    }
    demandEqual('how many are left', actorsAlive(scene).length, 0);
  },
  'U65 the end of a member restarts it alone, it and those after it, or all, the last one shut down first': async (
    scene,
  ) => {
    const { world, main, log, classes } = scene;
    const { Member } = classes(main);
    for (const [strategy, wanted] of [
      ['one-for-one', ['b begins']],
      ['rest-for-one', ['c shuts down', 'b begins', 'c begins']],
      ['one-for-all', ['c shuts down', 'a shuts down', 'a begins', 'b begins', 'c begins']],
    ] as const) {
      const before = world.hosts.length;
      const group = await main.uactor.superviseAll(
        [
          [Member, ['a']],
          [Member, ['b']],
          [Member, ['c']],
        ],
        { strategy },
      );
      log.length = 0;
      world.hosts[before + 1]?.kill();
      await until(scene, `${strategy} restarts its members`, () => log.length >= wanted.length);
      await world.sleep(10_000);
      demandEqual(`what ${strategy} does`, log, wanted);
      await Promise.all(group.proxies.map((member) => member.process()));
      log.length = 0;
      await group.shutdown();
      demandEqual('how the group shuts down', log, ['c shuts down', 'b shuts down', 'a shuts down']);
    }
    demandEqual('how many are left', actorsAlive(scene).length, 0);
  },
  'U65 members that end while their group is restarted are restarted with it': async (scene) => {
    const { world, main, classes } = scene;
    const { Member } = classes(main);
    const group = await main.uactor.superviseAll(
      [
        [Member, ['a']],
        [Member, ['b']],
        [Member, ['c']],
      ],
      {
        strategy: 'rest-for-one',
        maxRestarts: 100,
        backoff: { initialMs: 50, maxMs: 100 },
      },
    );
    for (let round = 0; round < 20; round++) {
      const alive = actorsAlive(scene);
      alive[world.random.below(alive.length)]?.kill();
      await world.sleep(world.random.below(160));
    }
    await until(scene, 'all three run again', () => actorsAlive(scene).length === 3);
    const pids = await Promise.all(group.proxies.map((member) => member.process()));
    demandEqual('their processes', inOrder(pids), inOrder(actorsAlive(scene).map(({ pid }) => pid)));
    await group.shutdown();
    demandEqual('how many are left', actorsAlive(scene).length, 0);
  },
  'U65 members reach those before them after each of them was restarted': async (scene) => {
    const { world, main, classes } = scene;
    const { Member, Asking } = classes(main);
    const group = await main.uactor.superviseAll([[Member], [Asking, ([member]) => [member]]], {
      strategy: 'rest-for-one',
    });
    const [member, asking] = group.proxies;
    for (const index of [1, 2]) {
      demandEqual(`the answer of incarnation ${index}`, await asking.ask(), await member.process());
      actorsAlive(scene)
        .find(({ name }) => name.startsWith('Member'))
        ?.kill();
      await world.sleep(10_000);
    }
    demandEqual('the answer of the last one', await asking.ask(), await member.process());
    await group.shutdown();
  },
  'U65 the limit counts for the group, and ends all of its members': async (scene) => {
    const { main, classes } = scene;
    const { Member } = classes(main);
    const group = await main.uactor.superviseAll(
      [
        [Member, ['a']],
        [Member, ['b']],
      ],
      { maxRestarts: 2 },
    );
    for (const name of ['a', 'b'] as const) {
      await delayAfterKill(scene);
      await until(scene, `${name} is restarted`, () => actorsAlive(scene).length === 2);
      await Promise.all(group.proxies.map((member) => member.process()));
    }
    scene.world.hosts.at(-1)?.kill();
    const over = await group.over;
    demandEqual('why it is over', over?.name, 'RestartLimitError');
    for (const member of group.proxies) {
      demandEqual('a call of a member', await outcome(member.process()), 'RestartLimitError no');
    }
    await until(scene, 'every member has ended', () => actorsAlive(scene).length === 0);
  },
  'U65 a supervisor that dies takes its actors with it, also while it restarts them': async (scene) => {
    const { world, classes } = scene;
    for (const afterMs of [0, 30, 99, 105, 120, 400]) {
      const supervisor = world.host(`supervisor ${afterMs}`);
      const { Member } = classes(supervisor);
      const group = await supervisor.uactor.superviseAll(
        [
          [Member, ['a']],
          [Member, ['b']],
        ],
        { strategy: 'one-for-all' },
      );
      demand('both run', actorsAlive(scene).length === 2 && group.proxies.length === 2);
      actorsAlive(scene)[0]?.kill();
      await world.sleep(afterMs);
      supervisor.kill();
      const begun = world.hosts.length;
      await until(scene, 'its actors end', () => actorsAlive(scene).length === 0, 2_000);
      await world.sleep(60_000);
      demandEqual('processes started after it died', world.hosts.length, begun);
    }
  },
  'U65 shutdown during the delay, the start and the end of an incarnation leaves nothing': async (scene) => {
    const { world, main, classes } = scene;
    const { Member } = classes(main);
    for (const afterMs of [0, 1, 50, 101, 105, 110, 120, 130, 140, 150]) {
      const member = await main.uactor.supervise(Member, [], { restart: 'always' });
      world.hosts.at(-1)?.kill();
      await world.sleep(afterMs);
      const waiting = afterMs > 0 && afterMs < 100 ? outcome(member.process()) : undefined;
      await member.shutdown();
      if (waiting !== undefined) demandEqual('a call that waited', await waiting, 'ActorUnreachableError no');
      demandEqual(`how many are left after ${afterMs} ms`, actorsAlive(scene).length, 0);
      const begun = world.hosts.length;
      await world.sleep(30_000);
      demandEqual('processes started after it', world.hosts.length, begun);
      demandEqual('a call after it', await outcome(member.process()), 'ActorUnreachableError no');
    }
  },
  'U65 handed on, the stable proxy names the present incarnation, and ends for its receiver with it': async (scene) => {
    const { world, main, classes } = scene;
    const { Member, Asking } = classes(main);
    const member = await main.uactor.supervise(Member, []);
    const asking = await Asking.spawn(member);
    const first = await member.process();
    demandEqual('the answer of the receiver', await asking.ask(), first);
    const end = main.uactor.ended(member);
    world.hosts.find(({ pid }) => pid === first)?.kill();
    await end;
    const second = await member.process();
    demand('there is another incarnation', second !== first);
    const error = await outcome(asking.ask());
    demand(
      `the receiver's proxy has ended, its call ended as ${error}`,
      /^(ActorDied|ConnectionLost|ActorUnreachable)Error/.test(error),
    );
    await asking.keep(member);
    demandEqual('the answer once it is handed on anew', await asking.ask(), second);
    await asking.shutdown();
    await member.shutdown();
  },
  'U66 endTogether ends one actor with the other, whichever ends and however, until they are untied': async (scene) => {
    const { world, main, classes } = scene;
    const { Member } = classes(main);
    for (const [first, how] of [
      [0, 'killed'],
      [1, 'killed'],
      [0, 'shut down'],
      [1, 'shut down'],
      [0, 'exits'],
    ] as const) {
      const pair = [await Member.spawn('a'), await Member.spawn('b')] as const;
      main.uactor.endTogether(...pair);
      const hosts = actorsAlive(scene);
      if (how === 'killed') hosts[first]?.kill();
      else if (how === 'exits') await outcome(pair[first].quit(3));
      else await pair[first].shutdown();
      await until(scene, `the other of two ends when one is ${how}`, () => actorsAlive(scene).length === 0, 1_000);
      for (const each of pair) demand('both are gone', (await outcome(each.process())).startsWith('ActorDiedError'));
    }
    const [one, other] = [await Member.spawn('a'), await Member.spawn('b')];
    main.uactor.endTogether(one, other)();
    await one.shutdown();
    await world.sleep(10_000);
    demand('one that was untied lives', typeof (await other.process()) === 'number');
    await other.shutdown();
  },
  'U65 U66 a supervised actor that is tied to another is not restarted when that ends': async (scene) => {
    const { world, main, classes } = scene;
    const { Member } = classes(main);
    const member = await main.uactor.supervise(Member, [], { restart: 'always' });
    const other = await Member.spawn();
    main.uactor.endTogether(other, member);
    await other.shutdown();
    await until(scene, 'both end', () => actorsAlive(scene).length === 0, 1_000);
    await world.sleep(30_000);
    demandEqual('how many are left', actorsAlive(scene).length, 0);
  },
};
