import { afterEach, describe, expect, test } from 'vitest';
import { HostError, momentOf } from '../../index.ts';
import { Lease, type HeldLease } from '../../cluster/lease.ts';
import { Seal } from '../../cluster/seal.ts';
import { keyOf, readHost, sealHost } from '../../cluster/records.ts';
import { elapsedMs, leased, presentEpoch, takeLease } from '../../core/references/lease.ts';
import { HOST_FACTS, Machine, MemoryBroker, MemoryRegistry, World } from '../support/cluster-world.ts';
import { thrown } from '../support/failure.ts';

const TTL_MS = 2_000;
const seal = new Seal('a key of more than sixteen bytes', 'test');

interface Scene {
  readonly world: World;
  readonly machine: Machine;
  readonly broker: MemoryBroker;
  readonly registry: MemoryRegistry;
  readonly lease: Lease;
  readonly log: string[];
}

async function scene(): Promise<Scene> {
  const world = new World();
  const machine = new Machine(world);
  const broker = new MemoryBroker();
  const registry = new MemoryRegistry(broker, machine);
  const log: string[] = [];
  const lease = new Lease(registry, seal, TTL_MS, machine, {
    facts: () => HOST_FACTS,
    confirmed: ({ epoch }: HeldLease) => void log.push(epoch),
    lost: () => void log.push('lost'),
  });
  void lease.begin();
  await world.pass(50);
  expect(lease.held).toBeDefined();
  return { world, machine, broker, registry, lease, log };
}

describe('the lease of a host', () => {
  test('U70 lasts 0.65 of its time from the sending of the last confirmed renewal', async () => {
    const { world, registry, lease, log } = await scene();
    const [epoch] = log;
    await world.pass(10 * TTL_MS);
    expect(new Set(log)).toEqual(new Set([epoch]));
    const since = lease.held?.since.monotonicMs ?? 0;
    registry.faults.cut = true;
    await world.pass(since + 0.65 * TTL_MS - world.nowMs - 1);
    expect(lease.held).toBeDefined();
    await world.pass(1);
    expect(lease.held).toBeUndefined();
    registry.faults.cut = false;
    // No other host took the lease meanwhile, so it continues unchanged.
    await world.pass(TTL_MS);
    expect(lease.held?.epoch).toBe(epoch);
  });

  test('U70 a renewal whose reply was lost counts from its sending, if the record shows that it was written', async () => {
    const { world, registry, lease } = await scene();
    registry.faults.lostReplies = 1;
    const before = lease.held?.since.monotonicMs ?? 0;
    await world.pass(TTL_MS / 2);
    registry.faults.lostReplies = 0;
    await world.pass(TTL_MS / 2);
    const since = lease.held?.since.monotonicMs ?? 0;
    expect(since).toBeGreaterThan(before);
    expect(since).toBeLessThanOrEqual(world.nowMs);
  });

  test('U70 a lease that another host deleted is lost, and the next one has another epoch', async () => {
    const { world, registry, lease, log } = await scene();
    const [epoch] = log;
    void registry.hosts.get('a').then(async (entry) => await registry.hosts.delete('a', entry?.revision ?? 0));
    await world.pass(TTL_MS / 4 + 100);
    expect(log).toContain('lost');
    await world.pass(TTL_MS / 2);
    expect(lease.held?.epoch).not.toBe(epoch);
    expect(lease.held).toBeDefined();
  });

  test('U70 a record that another process wrote under the same id does not count as its own', async () => {
    const { world, broker, lease, log } = await scene();
    const other = new MemoryRegistry(broker, new Machine(world));
    const replace = async (): Promise<void> => {
      const entry = await other.hosts.get('a');
      const record = entry && readHost(seal, entry)?.record;
      if (entry === undefined || record === undefined) return;
      await other.hosts.delete('a', entry.revision);
      await other.hosts.create('a', sealHost(seal, { ...record, epoch: 'another', nonce: 'another' }));
    };
    void replace();
    await world.pass(TTL_MS / 4 + 200);
    expect(log).toContain('lost');
    await world.pass(2 * TTL_MS);
    expect(lease.held).toBeUndefined();
  });

  test('U70 the lease is lost if the brokers lost their data', async () => {
    const { world, broker, lease, log } = await scene();
    const [epoch] = log;
    broker.loseData();
    await world.pass(TTL_MS);
    expect(log).toContain('lost');
    expect(lease.held?.epoch).not.toBe(epoch);
  });

  test('U70 a machine that sleeps loses its lease, although its monotonic clock stops', async () => {
    const { world, machine, lease } = await scene();
    machine.stop();
    machine.sleptMs = TTL_MS;
    await world.pass(TTL_MS);
    expect(lease.held).toBeUndefined();
    machine.continue();
  });

  test('U70 an orderly end deletes it, even after a renewal whose reply was lost', async () => {
    const { world, registry, lease } = await scene();
    registry.faults.lostReplies = 1;
    void lease.renewNow();
    await world.pass(20);
    registry.faults.lostReplies = 0;
    void lease.end();
    await world.pass(2_000);
    let present: unknown = 'unknown';
    void registry.hosts.get('a').then((entry) => (present = entry));
    await world.pass(50);
    expect(present).toBeUndefined();
    expect(lease.held).toBeUndefined();
  });
});

const run = (): string => 'done';

describe('the lease of an actor', () => {
  const call = { actor: undefined, typeid: 'actor', member: 'work', args: [], caller: 'c', metadata: {} };

  afterEach(() => {
    // Other tests of this process must not see the lease.
    Reflect.apply(takeLease, undefined, [undefined]);
  });

  test('U70 lets calls begin until it expires, by the current time, and names its incarnation', () => {
    const world = new World();
    const machine = new Machine(world);
    const around = leased(undefined, 'Clustered', machine);
    expect(thrown(() => around(call, run))).toMatchObject({ name: 'HostError', code: 'LEASE_EXPIRED' });
    takeLease({ epoch: '7.1', since: momentOf(machine), forMs: 1_000 });
    expect(presentEpoch()).toBe('7.1');
    world.nowMs = 999;
    expect(around(call, run)).toBe('done');
    world.nowMs = 1_000;
    expect(thrown(() => around(call, run))).toBeInstanceOf(HostError);
    takeLease({ epoch: '7.1', since: momentOf(machine), forMs: 1_000 });
    expect(around(call, run)).toBe('done');
  });

  test("U70 the lease is checked before the class's own admit", () => {
    const machine = new Machine(new World());
    const around = leased(() => 'instead', 'Clustered', machine);
    takeLease({ epoch: '7.1', since: momentOf(machine), forMs: 1_000 });
    expect(around(call, run)).toBe('instead');
  });

  test('U70 the time that a machine sleeps counts, a change of its wall clock does not', () => {
    const world = new World();
    const machine = new Machine(world);
    const since = momentOf(machine);
    world.nowMs = 100;
    expect(elapsedMs(since, machine)).toBe(100);
    machine.sleptMs = 60;
    expect(elapsedMs(since, machine)).toBe(100);
    const set = { ...since, wallMs: since.wallMs - 5_000 };
    machine.sleptMs = 0;
    expect(elapsedMs(set, machine)).toBe(100);
  });
});

describe('sealed records', () => {
  test('only a holder of the key can read and write a record, and only under its name', () => {
    const record = seal.close('names/one', { secret: 'text' });
    expect(seal.open('names/one', record)).toEqual({ secret: 'text' });
    expect(Buffer.from(record).includes('text')).toBe(false);
    expect(seal.open('names/two', record)).toBeUndefined();
    expect(new Seal('another key of sixteen bytes', 'test').open('names/one', record)).toBeUndefined();
    expect(new Seal('a key of more than sixteen bytes', 'other').open('names/one', record)).toBeUndefined();
    for (let at = 0; at < record.length; at++) {
      const forged = Uint8Array.from(record);
      forged[at] = (forged[at] ?? 0) ^ 1;
      expect(seal.open('names/one', forged)).toBeUndefined();
    }
    expect(seal.open('names/one', new Uint8Array(10))).toBeUndefined();
  });

  test('each name has a different key, and every bucket accepts it', () => {
    const names = ['one', 'One', 'o ne', 'o.ne', 'o=20=ne', 'ö', 'a/b', 'a>b', 'a*b'];
    const keys = names.map(keyOf);
    expect(new Set(keys).size).toBe(names.length);
    for (const key of keys) expect(key).toMatch(/^[-/=\w]+$/);
  });
});
