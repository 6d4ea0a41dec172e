/** One supervised actor in virtual time: the promises of `docs/supervision.md`, with the exact delays and every kind of end. */
import {
  actorsAlive,
  delayAfterKill,
  demand,
  demandDelay,
  demandEqual,
  outcome,
  rejection,
  started,
  until,
  type SupervisionScenario,
} from './supervision-scene.ts';

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
  'U65 a call made after terminate() is not sent any more, of a supervised actor as of any other': async (scene) => {
    const { main, classes } = scene;
    const { Member } = classes(main);
    for (const supervised of [false, true]) {
      const member = supervised ? await main.uactor.supervise(Member, [], { restart: 'always' }) : await Member.spawn();
      await main.uactor.terminate(member);
      demand('the call rejects', (await outcome(member.process())).endsWith(' no'));
      demandEqual('how many are left', actorsAlive(scene).length, 0);
    }
  },
  'U65 release of the stable proxy ends the supervision, and the actor with its last reference': async (scene) => {
    const { world, main, classes } = scene;
    const { Member, Asking } = classes(main);
    for (const moment of ['runs', 'waits for its restart', 'is restarted'] as const) {
      const member = await main.uactor.supervise(Member, [], { restart: 'always' });
      const clone = main.uactor.callOptions(member, { timeout: 60_000 });
      if (moment !== 'runs') world.hosts.at(-1)?.kill();
      if (moment === 'is restarted') await started(scene, world.hosts.length + 1);
      main.uactor.release(member);
      await world.sleep(1_000);
      demandEqual(`how many live by the clone, released when it ${moment}`, actorsAlive(scene).length, 1);
      main.uactor.release(clone);
      await until(scene, 'the actor ends', () => actorsAlive(scene).length === 0, 5_000);
      await world.sleep(30_000);
      demandEqual('how many are left', actorsAlive(scene).length, 0);
    }
    const member = await main.uactor.supervise(Member, []);
    const asking = await Asking.spawn(member);
    main.uactor.release(member);
    const pid = await asking.ask();
    actorsAlive(scene)
      .find((host) => host.pid === pid)
      ?.kill();
    await world.sleep(30_000);
    demandEqual('how many are left of one that others held', actorsAlive(scene).length, 1);
    await asking.shutdown();
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
};
