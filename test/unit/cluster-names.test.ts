import { beforeAll, describe, expect, test, vi } from 'vitest';
import { hear, type HostEvent } from '../../cluster/events.ts';
import { Seal } from '../../cluster/seal.ts';
import { encodeArguments } from '../../cluster/stored-arguments.ts';
import { beginning, type FakeActor, FakeHost, MemoryBroker, World } from '../support/cluster-world.ts';
import { failure } from '../support/failure.ts';

const TTL_MS = 2_000;

/** Lets virtual time pass until the promise settles. */
async function meanwhile<T>(world: World, promise: Promise<T>, ms = 2_000): Promise<T> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let passed = 0; passed < ms; passed += 10) {
    await world.pass(10);
    if (settled) return await promise;
  }
  throw new Error('it takes too long');
}

async function joined(world: World, hosts: readonly FakeHost[]): Promise<void> {
  await meanwhile(world, Promise.all(hosts.map((host) => host.names.join())));
  await world.pass(100);
}

function some<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is none');
  return value;
}

// Modules loaded on first use take real time, which does not pass in the world.
beforeAll(async () => void (await encodeArguments([], 'none')));

describe('names of several hosts', () => {
  test('U70 two hosts claim a name at the same moment and one gets it, in 100 orders of events with lost replies', async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const world = new World(seed);
      const broker = new MemoryBroker();
      const hosts = ['a', 'b', 'c'].map((id) => new FakeHost(world, broker, id));
      await joined(world, hosts);
      for (const { registry } of hosts) registry.faults.lostReplies = seed % 2 === 0 ? 0.2 : 0;
      const claims = hosts.map((host) => host.spawn('one').catch((error: unknown) => error));
      const outcomes = await meanwhile(world, Promise.all(claims), 5_000);
      const winners = outcomes.filter((outcome) => !(outcome instanceof Error));
      const most = beginning(hosts, 'one');
      expect(winners.length, `seed ${seed}`).toBeLessThanOrEqual(1);
      expect(most.length, `seed ${seed}`).toBeLessThanOrEqual(1);
      if (seed % 2 === 1) {
        expect(winners, `seed ${seed}`).toHaveLength(1);
        for (const lost of outcomes.filter((outcome) => outcome instanceof Error)) {
          expect(lost).toMatchObject({ name: 'HostError', code: 'NAME_TAKEN', executed: 'no' });
        }
      }
    }
  });

  test('U70 the names of a dead host move within ttl and a moment to a host with the labels and slots', async () => {
    const world = new World();
    const broker = new MemoryBroker();
    const labels = { gpu: '1' };
    const [a, b, c] = [
      new FakeHost(world, broker, 'a', { labels }),
      new FakeHost(world, broker, 'b'),
      new FakeHost(world, broker, 'c', { labels }),
    ];
    await joined(world, [a, b, c]);
    await meanwhile(world, a.spawn('one', {}, [], labels));
    await world.pass(5_000);
    a.kill();
    await world.pass(TTL_MS + 500);
    expect([beginning([b], 'one').length, beginning([c], 'one').length]).toEqual([0, 1]);
  });

  test('U70 two actors of a name never begin calls at the same time, whatever fails, in 30 runs', async () => {
    let lives = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const world = new World(seed);
      const broker = new MemoryBroker();
      const hosts = ['a', 'b', 'c'].map(
        (id) => new FakeHost(world, broker, id, { ttlMs: TTL_MS, faults: { latencyMs: 40 } }),
      );
      await joined(world, hosts);
      await meanwhile(world, some(hosts[0]).spawn('one', { restart: 'always' }));
      const epochs: string[] = [];
      const check = (): void => {
        const present = beginning(hosts, 'one');
        expect(present.length, `seed ${seed}, at ${world.nowMs}`).toBeLessThanOrEqual(1);
        const epoch = present[0]?.present?.epoch;
        if (epoch !== undefined && epochs.at(-1) !== epoch) epochs.push(epoch);
      };
      for (const { registry } of hosts) Object.assign(registry.faults, { lostReplies: 0.05, lostRequests: 0.05 });
      for (let turn = 0; turn < 12; turn++) {
        const host = some(hosts[Math.floor(world.random() * hosts.length)]);
        const event = Math.floor(world.random() * 3);
        const ms = world.random() * 2.5 * TTL_MS;
        if (event === 0) host.machine.stop();
        if (event === 1) host.registry.faults.cut = true;
        if (event === 2) {
          const actor = host.living.find(() => true);
          if (actor) void host.end(actor, 1);
        }
        await world.pass(ms, check);
        host.machine.continue();
        host.registry.faults.cut = false;
        await world.pass(world.random() * 500, check);
      }
      for (const { registry } of hosts) Object.assign(registry.faults, { lostReplies: 0, lostRequests: 0 });
      await world.pass(4 * TTL_MS + 12_000, check);
      expect(beginning(hosts, 'one'), `seed ${seed}`).toHaveLength(1);
      // Each life has a larger number than the previous one.
      const numbers = epochs.map((epoch) => Number(epoch.split('.')[1]));
      expect(numbers, `seed ${seed}`).toEqual(numbers.toSorted((one, other) => one - other));
      lives += epochs.length;
    }
    expect(lives).toBeGreaterThan(60);
  });

  test('U70 a host that is stopped and continued begins no call under its old lease, and ends its actors', async () => {
    const world = new World();
    const broker = new MemoryBroker();
    const [a, b] = [new FakeHost(world, broker, 'a'), new FakeHost(world, broker, 'b')];
    await joined(world, [a, b]);
    const actor = await meanwhile(world, a.spawn('one'));
    await world.pass(1_000);
    expect(actor.begins).toBe(true);
    a.machine.stop();
    await world.pass(0.65 * TTL_MS);
    expect(actor.begins).toBe(false);
    await world.pass(TTL_MS);
    expect(beginning([b], 'one')).toHaveLength(1);
    a.machine.continue();
    await world.pass(TTL_MS);
    expect(actor.alive).toBe(false);
    expect(beginning([a, b], 'one')).toHaveLength(1);
    // The host has a new lease by now, and takes names again.
    await meanwhile(world, a.spawn('two'));
  });

  test('U70 a drained host gives up its names at once, and a name that is not restarted becomes free', async () => {
    const world = new World();
    const broker = new MemoryBroker();
    const [a, b] = [new FakeHost(world, broker, 'a'), new FakeHost(world, broker, 'b')];
    await joined(world, [a, b]);
    await meanwhile(world, a.spawn('moves'));
    await meanwhile(world, a.spawn('ends', { restart: 'never' }));
    await meanwhile(world, a.drain());
    await world.pass(300);
    expect(beginning([b], 'moves')).toHaveLength(1);
    expect(b.living).toHaveLength(1);
    await meanwhile(world, b.spawn('ends'));
  });

  test.each([
    ['on-failure', 1, true],
    ['on-failure', 0, false],
    ['always', 0, true],
    ['never', 1, false],
  ] as const)('U70 restart: %s, exit code %i: the actor restarts: %s', async (restart, exitCode, again) => {
    const world = new World();
    const broker = new MemoryBroker();
    const host = new FakeHost(world, broker, 'a');
    await joined(world, [host]);
    const actor = await meanwhile(world, host.spawn('one', { restart }, ['an argument']));
    await meanwhile(world, host.end(actor, exitCode));
    await world.pass(1_000);
    expect(host.living).toHaveLength(again ? 1 : 0);
    if (!again) await meanwhile(world, host.spawn('one'));
  });

  test('U70 an actor that ends repeatedly restarts after increasing delays', async () => {
    const world = new World();
    const host = new FakeHost(world, new MemoryBroker(), 'a');
    await joined(world, [host]);
    await meanwhile(world, host.spawn('one'));
    const delays: number[] = [];
    for (let end = 0; end < 6; end++) {
      const actor: FakeActor = some(host.living[0]);
      const endedAt = world.nowMs;
      await meanwhile(world, host.end(actor, 1));
      while (host.living.length === 0) await world.pass(10);
      delays.push(world.nowMs - endedAt);
      // After this time, the record contains the actor's place.
      await world.pass(100);
    }
    for (const [index, delay] of delays.entries()) expect(delay).toBeGreaterThanOrEqual(100 * 2 ** index);
  });

  test('U70 after an outage of the brokers no host takes the lease of a host that could not renew it yet, in 30 runs', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const world = new World(seed);
      const broker = new MemoryBroker();
      const hosts = ['a', 'b', 'c'].map((id) => new FakeHost(world, broker, id, { ttlMs: TTL_MS }));
      await joined(world, hosts);
      const actors = [];
      for (const [index, host] of hosts.entries()) actors.push(await meanwhile(world, host.spawn(`name-${index}`)));
      const epochs = actors.map(({ present }) => present?.epoch);
      for (const { registry } of hosts) registry.faults.cut = true;
      await world.pass(TTL_MS + world.random() * 3 * TTL_MS);
      // The hosts reconnect one after the other.
      for (const { registry } of hosts) {
        registry.faults.cut = false;
        await world.pass(world.random() * 300);
      }
      await world.pass(3 * TTL_MS);
      expect(
        actors.map(({ alive, present }) => (alive ? present?.epoch : 'ended')),
        `seed ${seed}`,
      ).toEqual(epochs);
    }
  });

  test('U70 the restart delays keep growing when the actor moves to another host, until it has run for a while', async () => {
    const world = new World();
    const broker = new MemoryBroker();
    const [a, b] = [new FakeHost(world, broker, 'a'), new FakeHost(world, broker, 'b')];
    await joined(world, [a]);
    await meanwhile(world, a.spawn('one'));
    const endSoon = async (): Promise<void> => {
      await meanwhile(world, a.end(some(a.living[0]), 1));
      while (a.living.length === 0) await world.pass(10);
      await world.pass(100);
    };
    for (let end = 0; end < 4; end++) await endSoon();
    await joined(world, [b]);
    const endedAt = world.nowMs;
    await meanwhile(world, a.end(some(a.living[0]), 1));
    await meanwhile(world, a.drain());
    while (b.living.length === 0) await world.pass(10);
    // The record counts the ends that preceded the last start.
    expect(world.nowMs - endedAt).toBeGreaterThanOrEqual(100 * 2 ** 3);
    // The actor runs there long enough for its next host to start it at once.
    await world.pass(6_000);
    const c = new FakeHost(world, broker, 'c');
    await joined(world, [c]);
    const drainedAt = world.nowMs;
    await meanwhile(world, b.drain());
    while (c.living.length === 0) await world.pass(10);
    expect(world.nowMs - drainedAt).toBeLessThan(500);
  });

  test('U70 a host whose authkey differs from that of the existing hosts does not join; one that joins at the same time gets a warning', async () => {
    const world = new World();
    const broker = new MemoryBroker();
    const a = new FakeHost(world, broker, 'a');
    const [other, another] = ['other', 'another'].map(
      (id) => new FakeHost(world, broker, id, { authkey: 'another key of sixteen bytes' }),
    );
    await joined(world, [a]);
    const warnings: string[] = [];
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation((text) => void warnings.push(String(text)));
    try {
      const refused = await failure(meanwhile(world, some(other).names.join()));
      expect(refused).toMatchObject({ name: 'AuthkeyError', message: expect.stringContaining("'a'") });
      await meanwhile(world, some(other).names.left());
      // The host sees no other host, as if both had checked before either lease existed.
      broker.buckets.hosts.delete('a');
      await meanwhile(world, some(another).names.join());
      await world.pass(2 * TTL_MS);
      expect(warnings.filter((text) => text.includes("'another'") && text.includes('another authkey'))).toHaveLength(1);
    } finally {
      warn.mockRestore();
    }
  });

  test('U70 a host that is killed and starts again under its id joins when its old lease has expired, although no other host runs', async () => {
    const world = new World();
    const broker = new MemoryBroker();
    const a = new FakeHost(world, broker, 'a');
    await joined(world, [a]);
    await meanwhile(world, a.spawn('one', { restart: 'always' }));
    const events: HostEvent[] = [];
    const seal = new Seal('a key of more than sixteen bytes', 'test');
    hear(a.registry, seal, 'host', (event) => events.push(event));
    const observer = new FakeHost(world, broker, 'observer');
    hear(observer.registry, seal, 'host', (event) => events.push(event));
    a.kill();
    const again = new FakeHost(world, broker, 'a');
    let isIn = false;
    const joining = again.names.join().then(() => (isIn = true));
    await world.pass(TTL_MS);
    expect(isIn).toBe(false);
    await meanwhile(world, joining);
    await world.pass(500);
    expect(beginning([a, again], 'one')).toHaveLength(1);
    expect(events).toEqual([
      { id: 'a', event: 'lost' },
      { id: 'a', event: 'joined' },
    ]);
  });

  test('U70 a host under the id of one that runs is rejected at the next renewal, or after an outage of the brokers', async () => {
    for (const outageMs of [0, 2 * TTL_MS]) {
      const world = new World();
      const broker = new MemoryBroker();
      const [a, b, same] = [
        new FakeHost(world, broker, 'a'),
        new FakeHost(world, broker, 'b'),
        new FakeHost(world, broker, 'a'),
      ];
      await joined(world, [a, b]);
      const actor = await meanwhile(world, a.spawn('one'));
      const epoch = actor.present?.epoch;
      const refused = failure(same.names.join());
      await world.pass(100);
      for (const { registry } of [a, b, same]) registry.faults.cut = outageMs > 0;
      await world.pass(outageMs);
      for (const { registry } of [a, b, same]) registry.faults.cut = false;
      expect(await meanwhile(world, refused, TTL_MS)).toMatchObject({ name: 'HostError', code: 'NAME_TAKEN' });
      await world.pass(2 * TTL_MS);
      expect([actor.alive, actor.begins, actor.present?.epoch]).toEqual([true, true, epoch]);
    }
  });

  test('U70 a host that ends while it waits for the lease of an earlier one does not join', async () => {
    const world = new World();
    const broker = new MemoryBroker();
    const a = new FakeHost(world, broker, 'a');
    await joined(world, [a]);
    a.kill();
    const again = new FakeHost(world, broker, 'a');
    const refused = failure(again.names.join());
    await meanwhile(world, again.drain());
    expect(await meanwhile(world, refused)).toMatchObject({ name: 'HostError', code: 'DRAINING' });
    await world.pass(3 * TTL_MS);
    expect(beginning([again], 'one')).toEqual([]);
    await meanwhile(world, new FakeHost(world, broker, 'a').names.join(), 5_000);
  });

  test('U70 if the brokers lose their data, the names are gone, and their actors end before another host has them for long', async () => {
    const world = new World();
    const broker = new MemoryBroker();
    const [a, b] = [new FakeHost(world, broker, 'a'), new FakeHost(world, broker, 'b')];
    await joined(world, [a, b]);
    const actor = await meanwhile(world, a.spawn('one'));
    const before = actor.present?.epoch;
    broker.loseData();
    await world.pass(TTL_MS);
    expect(actor.alive).toBe(false);
    const next = await meanwhile(world, b.spawn('one'));
    // Revisions start again at 1, so the number of the storage precedes them in the epoch.
    expect(Number(next.present?.epoch.split('.')[0])).toBeGreaterThan(Number(before?.split('.')[0]));
  });

  test('U70 arguments that cannot be stored for another host are rejected', async () => {
    const world = new World();
    const host = new FakeHost(world, new MemoryBroker(), 'a');
    await joined(world, [host]);
    const refused = failure(meanwhile(world, host.spawn('one', {}, [() => 1])));
    expect(await refused).toMatchObject({ name: 'SerializerError', code: 'UNSERIALIZABLE' });
    await meanwhile(world, host.spawn('one', {}, [new Map([['a', new Date(0)]])]));
  });

  test('U70 a host whose lease has expired takes no names', async () => {
    const world = new World();
    const host = new FakeHost(world, new MemoryBroker(), 'a');
    await joined(world, [host]);
    host.registry.faults.cut = true;
    await world.pass(0.65 * TTL_MS + TTL_MS / 4);
    const refused = failure(meanwhile(world, host.spawn('one')));
    expect(await refused).toMatchObject({ name: 'HostError', code: 'LEASE_EXPIRED', executed: 'no' });
  });
});
