import type { Actors } from './actors.ts';
import { defineActors } from './actors.ts';
import type { Host } from './host.ts';
import type { World } from './world.ts';

/** A written program that shows one promise. It throws when the promise is broken. */
export type Scenario = (
  world: World,
  main: Host,
  actors: Actors & { readonly of: (host: Host) => Actors },
) => Promise<void>;

/** Resolves to the outcome of a promise within a time, or to `'pending'`. */
async function within(world: World, promise: Promise<unknown>, ms: number): Promise<string> {
  const outcome = promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof Error ? error.name : 'rejected'),
  );
  return await Promise.race([outcome, world.sleep(ms).then(() => 'pending')]);
}

function demand(what: string, holds: boolean): void {
  if (!holds) throw new Error(`broken promise: ${what}`);
}

/** Returns the process of a spawned actor, by the order of starting. */
function hostOf(world: World, index: number): Host {
  const host = world.hosts[index + 1];
  if (host === undefined) throw new Error(`there is no actor ${index}`);
  return host;
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  'F52 a deadline that passes while the claims of a reply are pending touches no other call': async (
    world,
    main,
    actors,
  ) => {
    const { Worker } = actors;
    const third = await Worker.spawn();
    const second = await Worker.spawn();
    await second.keep('thing', await third.thing('a'));
    hostOf(world, 0).stop();
    const given = main.uactor.callOptions(second, { timeout: 500 }).give('thing');
    const givenEnds = within(world, given, 2_000);
    await world.sleep(100);
    // This call takes the number of the first one, if that is already free.
    const innocent = await within(world, second.slow(1_500), 10_000);
    demand(`another call is answered; it ended as ${innocent}`, innocent === 'resolved');
    demand(
      `the call itself ends at its deadline; it ended as ${await givenEnds}`,
      (await givenEnds) === 'TimeoutError',
    );
  },
  'F53 a deadline holds while a lost connection is renewed': async (world, _main, actors) => {
    const { Worker } = actors;
    const server = await Worker.with({ address: 'tcp://server:7', authkey: 'k'.repeat(32) }).spawn();
    demand('the actor answers', (await server.echo(1)) === 1);
    const other = world.host('other');
    const there = world.load(Worker.module, other);
    demand('the class is there', 'Worker' in there);
    const connected = await actors.of(other).Worker.connect('tcp://server:7', { authkey: 'k'.repeat(32) });
    demand('the connected proxy works', (await connected.echo(2)) === 2);
    const serverHost = hostOf(world, 0);
    world.network.reachable(serverHost, false);
    for (const link of world.network.linksOf(other)) link.ends[0].reset();
    await world.sleep(100);
    const begun = world.scheduler.now;
    const call = other.uactor.callOptions(connected, { timeout: 200 }).echo(3);
    const outcome = await within(world, call, 60_000);
    const took = world.scheduler.now - begun;
    demand(
      `the call ends at its deadline of 200 ms; it ended as ${outcome} after ${took} ms`,
      outcome !== 'resolved' && took < 300,
    );
  },
  'two full peers make progress': async (world, _main, actors) => {
    const limits = { highWaterBytes: 65_536 };
    const worker = await actors.Worker.with({ limits }).spawn();
    const length = 200_000;
    const all = [worker.swap((bytes) => (bytes instanceof Uint8Array ? bytes.length : 0), 8, length)];
    for (let count = 0; count < 8; count++) all.push(worker.size(new Uint8Array(length)));
    const outcome = await within(world, Promise.all(all), 120_000);
    demand(`both finish; it ended as ${outcome}`, outcome === 'resolved');
  },
  'a permit granted to an acquire that gave up is free again': async (world, main, actors) => {
    const { Worker } = actors;
    const [worker, other] = [await Worker.spawn(), await Worker.spawn()];
    const lock = await worker.rlock();
    await lock.acquire();
    await within(world, worker.block(200), 10);
    const second = within(world, main.uactor.callOptions(lock, { timeout: 50 }).acquire(), 1_000);
    const released = lock.release();
    await second;
    await released;
    demand('another process gets the lock', await other.tryLock(lock, 1_000));
  },
  'Condition.wait with a deadline ends only with its lock': async (world, main, actors) => {
    const { Worker } = actors;
    const [worker, other] = [await Worker.spawn(), await Worker.spawn()];
    const condition = await worker.condition();
    await condition.acquire();
    const waiting = within(world, main.uactor.callOptions(condition, { timeout: 60 }).wait(), 5_000);
    const held = other.tryLock(await worker.condition(), 5_000, 400);
    await world.sleep(40);
    const blocked = within(world, worker.block(60), 1_000);
    await waiting;
    const released = await within(world, condition.release(), 5_000);
    await Promise.all([held, blocked]);
    demand(`the waiter holds its lock; its release ended as ${released}`, released === 'resolved');
  },
  'F57 a hand-over behind a backlog works': async (world, _main, actors) => {
    const { Worker } = actors;
    const [busy, other] = [await Worker.spawn(), await Worker.spawn()];
    const backlog: Promise<unknown>[] = [];
    for (let count = 0; count < 100; count++) backlog.push(busy.eat(new Uint8Array(100_000), 100));
    const outcome = await within(world, other.keep('busy', busy), 30_000);
    await Promise.all(backlog);
    demand(`the proxy is handed over; it ended as ${outcome}`, outcome === 'resolved');
  },
  'a getter that makes a call while its value is encoded destroys nothing': async (world, _main, actors) => {
    const worker = await actors.Worker.spawn();
    const inner: Promise<unknown>[] = [];
    const argument = {
      get x() {
        inner.push(worker.echo('inner').catch((error: unknown) => error));
        return 5;
      },
      y: 1,
    };
    const outer = await within(world, worker.echo(argument), 1_000);
    const after = await within(world, worker.echo(1), 1_000);
    demand(`the session lives; calls ended as ${outer} and ${after}`, outer === 'resolved' && after === 'resolved');
    demand(
      'the inner calls are answered',
      (await Promise.all(inner)).every((value) => value === 'inner'),
    );
  },
  'U39 two processes that dial each other at the same time share one session': async (world, _main, actors) => {
    const authkey = 'k'.repeat(32);
    const hosts = ['a', 'b'].map((name) => world.host(name));
    const classes = hosts.map((host) => {
      world.load(actors.Worker.module, host);
      return actors.of(host).Worker;
    });
    const servers = await Promise.all(
      classes.map(async (There, at) => await There.serve({ address: `tcp://${hosts[at]?.name}:7`, authkey })),
    );
    for (let round = 0; round < 20; round++) {
      const dials = classes.map(async (There, at) => {
        await world.sleep(((round * 7 + at * 3) % 10) / 10);
        return await There.connect(`tcp://${hosts[1 - at]?.name}:7`, { authkey });
      });
      const proxies = await Promise.all(dials);
      const echoed = await Promise.all(proxies.map(async (proxy, at) => await proxy.echo(at)));
      demand(`both are answered, ${String(echoed)}`, echoed.join() === '0,1');
      await world.sleep(50);
      const sessions = hosts.map(({ uactor }) => uactor.stats().sessions);
      demand(`one session in round ${round}; there are ${String(sessions)}`, sessions.join() === '1,1');
      for (const [at, proxy] of proxies.entries()) hosts[at]?.uactor.release(proxy);
      await world.sleep(2_000);
    }
    await Promise.all(servers.map(async (server) => await server.close()));
  },
  'U36 an object is given back whose reply waited for a process that is killed': async (world, _main, actors) => {
    const authkey = 'k'.repeat(32);
    const limits = { highWaterBytes: 65_536 };
    const worker = await actors.Worker.with({ address: 'tcp://served:7', authkey, limits }).spawn();
    const other = world.host('other');
    world.load(actors.Worker.module, other);
    const connected = await actors.of(other).Worker.with({ limits }).connect('tcp://served:7', { authkey });
    const calls = [connected.laterThing(500), ...Array.from({ length: 16 }, () => connected.bytes(200_000))];
    for (const call of calls) void call.catch(() => undefined);
    await world.sleep(5);
    // The earlier replies fill the pipe, so that the reply with the thing is not sent.
    other.stop();
    await world.sleep(1_000);
    const { objects } = hostOf(world, 0).uactor.stats();
    demand(`the thing waits, ${objects} objects`, objects === 2);
    other.kill();
    await world.sleep(1_000);
    const left = hostOf(world, 0).uactor.stats().objects;
    demand(`only the actor is left, ${left} objects`, left === 1);
    demand('the actor answers', (await worker.echo(1)) === 1);
  },
  'F54 one stopped process does not stop two others': async (world, main, actors) => {
    const { Worker } = actors;
    const [third, second] = [await Worker.spawn(), await Worker.spawn()];
    const thing = await third.thing('a');
    await second.keep('x', thing);
    hostOf(world, 0).stop();
    const keep = within(world, main.uactor.callOptions(second, { timeout: 300 }).keep('y', thing), 1_000);
    await world.sleep(1_000);
    const innocent = await within(world, second.echo('innocent'), 20_000);
    await keep;
    demand(`a call behind a claim goes on; it ended as ${innocent}`, innocent === 'resolved');
  },
};

/** Runs a scenario. @throws the scenario's error. */
export async function runScenario(world: World, scenario: Scenario): Promise<void> {
  const { main, actors } = defineActors(world);
  await world.run(async () => await scenario(world, main, { ...actors(main), of: actors }));
}
