/** Supervised groups, and actors that end together, in virtual time. */
import {
  actorsAlive,
  delayAfterKill,
  demand,
  demandEqual,
  inOrder,
  outcome,
  until,
  type SupervisionScenario,
} from './supervision-scene.ts';

export const groupScenarios: Readonly<Record<string, SupervisionScenario>> = {
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
  'U65 members of a group are restarted with those before them, though their proxies were released': async (scene) => {
    const { main, classes } = scene;
    const { Member, Asking } = classes(main);
    const group = await main.uactor.superviseAll([[Member], [Asking, ([member]) => [member]]], {
      strategy: 'one-for-all',
    });
    const [member, asking] = group.proxies;
    main.uactor.release(member);
    await delayAfterKill(scene);
    await until(scene, 'both run again', () => actorsAlive(scene).length === 2);
    demand('the second reaches the first', typeof (await asking.ask()) === 'number');
    await group.shutdown();
    demandEqual('how many are left', actorsAlive(scene).length, 0);
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
