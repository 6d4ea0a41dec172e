import { beforeAll, expect, test } from 'vitest';
import { hear, type HostEvent } from '../../cluster/events.ts';
import { Seal } from '../../cluster/seal.ts';
import { encodeArguments } from '../../cluster/stored-arguments.ts';
import { beginning, FakeActor, FakeHost, MemoryBroker, orderOf, World } from '../support/cluster-world.ts';
import { failure } from '../support/failure.ts';

const TTL_MS = 2_000;
const TAKEN = { name: 'HostError', code: 'NAME_TAKEN', executed: 'no' };

// Modules loaded on first use take real time, which does not pass in the world.
beforeAll(async () => void (await encodeArguments([], 'none')));

/** Hosts of one cluster, in virtual time. */
class Scene {
  readonly world = new World();
  readonly broker = new MemoryBroker();

  async host(id: string, options: ConstructorParameters<typeof FakeHost>[3] = {}): Promise<FakeHost> {
    const host = new FakeHost(this.world, this.broker, id, options);
    await this.passed(host.names.join());
    await this.world.pass(100);
    return host;
  }

  async passed<T>(promise: Promise<T>): Promise<T> {
    return await this.world.until(promise);
  }
}

/** Returns how many actors of that name a host has started. */
const startsOf = (host: FakeHost, name: string): number =>
  host.actors.filter(({ order }) => order.name === name).length;

test('U70 only a host with the labels, the module and a free slot that does not drain takes a name over', async () => {
  const scene = new Scene();
  const labels = { gpu: '1' };
  const a = await scene.host('a', { labels });
  await scene.passed(a.spawn('one', {}, [], labels));
  const others = [
    await scene.host('no label'),
    await scene.host('another label', { labels: { gpu: '2' } }),
    await scene.host('another module', { labels, modules: ['other'] }),
    await scene.host('drains', { labels }),
    await scene.host('full', { labels, slots: 1 }),
  ];
  const [, , , drains, full] = others;
  if (drains !== undefined) drains.draining = true;
  await scene.passed(full?.spawn('two') ?? Promise.reject(new Error('no host')));
  a.kill();
  await scene.world.pass(3 * TTL_MS);
  expect(others.map((host) => startsOf(host, 'one'))).toEqual([0, 0, 0, 0, 0]);
  const b = await scene.host('b', { labels });
  await scene.world.pass(TTL_MS);
  expect(beginning([b], 'one')).toHaveLength(1);
});

test('U70 a host with one free slot takes one of several names', async () => {
  const scene = new Scene();
  const a = await scene.host('a');
  for (const name of ['one', 'two', 'three']) await scene.passed(a.spawn(name));
  const b = await scene.host('b', { slots: 1 });
  a.kill();
  await scene.world.pass(3 * TTL_MS);
  expect([b.actors.length, b.living.length]).toEqual([1, 1]);
});

test('U70 a name that another host runs, that waits for a host, or that has another authkey is taken', async () => {
  const scene = new Scene();
  const [a, b] = [await scene.host('a'), await scene.host('b', { modules: ['other'] })];
  const actor = await scene.passed(a.spawn('one'));
  expect(await scene.passed(failure(b.spawn('one')))).toMatchObject(TAKEN);
  expect([actor.alive, actor.begins]).toEqual([true, true]);
  await scene.passed(a.drain());
  expect(await scene.passed(failure(b.spawn('one')))).toMatchObject(TAKEN);
  const foreign = new Seal('another key of sixteen bytes', 'test').close('names/two', {});
  await scene.passed(b.registry.names.create('two', foreign));
  expect(await scene.passed(failure(b.spawn('two')))).toMatchObject(TAKEN);
  expect((await scene.passed(b.registry.names.get('two')))?.value).toEqual(foreign);
});

test('U70 the end of an earlier actor of a name does not end the present one', async () => {
  const scene = new Scene();
  const a = await scene.host('a');
  const first = await scene.passed(a.spawn('one', { restart: 'always' }));
  await scene.passed(a.end(first, 1));
  await scene.world.pass(500);
  expect(a.living).toHaveLength(1);
  await scene.passed(a.end(first, 0, 'told'));
  await scene.world.pass(500);
  expect([a.living.length, a.actors.length]).toEqual([1, 2]);
  expect(await scene.passed(failure(a.spawn('one')))).toMatchObject(TAKEN);
});

test('U70 an actor that was stopped is not restarted, and its name is free, even with restart: always', async () => {
  const scene = new Scene();
  const a = await scene.host('a');
  const actor = await scene.passed(a.spawn('one', { restart: 'always' }));
  await scene.passed(a.end(actor, 1, 'told'));
  await scene.world.pass(1_000);
  expect(a.living).toEqual([]);
  await scene.passed(a.spawn('one'));
});

test('U70 an actor whose process ends while it is constructed does not get its name', async () => {
  const scene = new Scene();
  const a = await scene.host('a');
  const claim = await scene.passed(a.names.claim(orderOf('one')));
  const actor = new FakeActor('a-0', orderOf('one'), a.machine);
  await scene.passed(claim.begin(actor, []));
  await scene.passed(a.end(actor, 1));
  expect(await scene.passed(failure(claim.done()))).toMatchObject({ code: 'LEASE_EXPIRED' });
  await scene.passed(claim.abandon());
  await scene.world.pass(1_000);
  expect(a.living).toEqual([]);
  await scene.passed(a.spawn('one'));
});

test('U70 a host that leaves claims no name', async () => {
  const scene = new Scene();
  const a = await scene.host('a');
  const leaving = a.names.left();
  expect(await scene.passed(failure(a.spawn('one')))).toMatchObject({ code: 'LEASE_EXPIRED', executed: 'no' });
  await scene.passed(leaving);
});

test('U70 a host that lost its lease joins again, and reports that', async () => {
  const scene = new Scene();
  const [a, b] = [await scene.host('a'), await scene.host('b')];
  const events: HostEvent[] = [];
  hear(b.registry, new Seal('a key of more than sixteen bytes', 'test'), 'host', (event) => events.push(event));
  a.registry.faults.cut = true;
  await scene.world.pass(2 * TTL_MS);
  a.registry.faults.cut = false;
  await scene.world.pass(TTL_MS);
  expect(events).toEqual([
    { id: 'a', event: 'lost' },
    { id: 'a', event: 'joined' },
  ]);
});

test('U70 the names of a host that was killed do not stay with a host that starts under its id and cannot run them', async () => {
  const scene = new Scene();
  const a = await scene.host('a');
  await scene.passed(a.spawn('one'));
  a.kill();
  const again = new FakeHost(scene.world, scene.broker, 'a', { modules: ['other'] });
  await scene.passed(again.names.join());
  const b = await scene.host('b');
  await scene.world.pass(TTL_MS);
  expect(beginning([b], 'one')).toHaveLength(1);
});

test('U70 a name whose actor is constructed elsewhere is taken; if that host dies first, the name is free', async () => {
  const scene = new Scene();
  const [a, b] = [await scene.host('a'), await scene.host('b')];
  await scene.passed(a.names.claim(orderOf('one')));
  expect(await scene.passed(failure(b.spawn('one')))).toMatchObject(TAKEN);
  await scene.passed(a.spawn('never', { restart: 'never' }));
  a.kill();
  await scene.world.pass(2 * TTL_MS);
  expect(b.actors).toEqual([]);
  for (const name of ['one', 'never']) expect(await scene.passed(b.registry.names.get(name))).toBeUndefined();
});

test('U70 an actor that ends moves to another host if its slot is occupied when it would restart', async () => {
  const scene = new Scene();
  const a = await scene.host('a', { slots: 1 });
  const one = await scene.passed(a.spawn('one', { restart: 'always' }));
  const b = await scene.host('b');
  await scene.passed(a.end(one, 1));
  await scene.passed(a.spawn('two'));
  await scene.world.pass(1_000);
  expect(a.living.map(({ order }) => order.name)).toEqual(['two']);
  expect(beginning([b], 'one')).toHaveLength(1);
});

test('U70 the name of an actor that is stopped while the brokers are unavailable is freed when they reply', async () => {
  const scene = new Scene();
  const a = await scene.host('a');
  const one = await scene.passed(a.spawn('one'));
  a.registry.faults.cut = true;
  await scene.passed(a.end(one, 0, 'told'));
  a.registry.faults.cut = false;
  await scene.world.pass(TTL_MS);
  await scene.passed(a.spawn('one'));
});
