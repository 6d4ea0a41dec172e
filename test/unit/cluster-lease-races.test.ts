import { expect, test, vi } from 'vitest';
import { Lease } from '../../cluster/lease.ts';
import { readHost, sealHost } from '../../cluster/records.ts';
import { Seal } from '../../cluster/seal.ts';
import { HOST_FACTS, Machine, MemoryBroker, MemoryRegistry, World } from '../support/cluster-world.ts';
import { failure } from '../support/failure.ts';

const TTL_MS = 2_000;
const seal = new Seal('a key of more than sixteen bytes', 'test');

/** A process that holds, or wants, the lease of the host `a`. */
class Holder {
  readonly world: World;
  readonly broker: MemoryBroker;
  readonly machine: Machine;
  readonly registry: MemoryRegistry;
  readonly lease: Lease;
  readonly log: string[] = [];
  free = HOST_FACTS.free;

  constructor(world: World, broker: MemoryBroker) {
    this.world = world;
    this.broker = broker;
    this.machine = new Machine(world);
    this.registry = new MemoryRegistry(broker, this.machine);
    this.lease = new Lease(this.registry, seal, TTL_MS, this.machine, {
      facts: () => ({ ...HOST_FACTS, free: this.free }),
      confirmed: () => void this.log.push('confirmed'),
      lost: () => void this.log.push('lost'),
    });
  }

  /** Another process that uses the same id. */
  again(): Holder {
    return new Holder(this.world, this.broker);
  }

  /** The number of free slots in the record. */
  get freeInRecord(): number | undefined {
    const { value, revision = 0 } = this.broker.buckets.hosts.get('a') ?? {};
    return value && readHost(seal, { key: 'a', value, revision })?.record.free;
  }

  /** Replaces the record, like another process. */
  replace(): void {
    const stored = this.broker.buckets.hosts.get('a');
    const { value, revision = 0, atMs = 0 } = stored ?? {};
    const record = value && readHost(seal, { key: 'a', value, revision })?.record;
    if (record === undefined) throw new Error('there is no record');
    this.broker.revisions.hosts++;
    const other = sealHost(seal, { ...record, nonce: 'another' });
    this.broker.buckets.hosts.set('a', { value: other, revision: this.broker.revisions.hosts, atMs });
  }
}

/** Returns a process that holds the lease. */
async function scene(): Promise<Holder> {
  const holder = new Holder(new World(), new MemoryBroker());
  void holder.lease.begin();
  await holder.world.pass(50);
  expect(holder.lease.held).toBeDefined();
  return holder;
}

/** Returns one whose process was killed. */
async function killed(): Promise<Holder> {
  const holder = await scene();
  holder.machine.stop();
  return holder;
}

test('U70 a renewal whose reply was lost confirms the lease from its sending, when the next one finds it', async () => {
  const { world, registry, lease } = await scene();
  const before = lease.held?.since.monotonicMs ?? 0;
  await world.pass(before + TTL_MS / 4 - world.nowMs - 1);
  registry.faults.lostReplies = 1;
  await world.pass(100);
  const { get } = registry.hosts;
  registry.faults.lostReplies = 0;
  // The check of the first renewal fails as well.
  registry.hosts.get = () => Promise.reject(new Error('the broker did not answer'));
  await world.pass(250);
  registry.hosts.get = get;
  let since = before;
  for (let step = 0; step < 100 && since === before; step++) {
    await world.pass(5);
    since = lease.held?.since.monotonicMs ?? 0;
  }
  expect(since).toBeGreaterThan(before);
  // The later renewal was sent after the first had waited for its reply.
  expect(since - before).toBeLessThan(TTL_MS / 4 + 100);
});

test('U70 renewals come four times in its time, and sooner only until a missing reply has arrived', async () => {
  const { world, registry, machine, lease } = await scene();
  const update = vi.spyOn(registry.hosts, 'update');
  registry.faults.lostReplies = 1;
  await world.pass(TTL_MS);
  registry.faults.lostReplies = 0;
  await world.pass(TTL_MS);
  update.mockClear();
  await world.pass(10 * TTL_MS);
  expect(update.mock.calls.length).toBeLessThanOrEqual(40);
  // An end during a renewal leaves no timer.
  update.mockClear();
  for (let step = 0; step < TTL_MS && update.mock.calls.length === 0; step++) await world.pass(1);
  void lease.end();
  await world.pass(TTL_MS);
  const after = vi.spyOn(machine, 'after');
  await world.pass(2 * TTL_MS);
  expect(after).not.toHaveBeenCalled();
});

test('U70 a lease that has ended is not created again, and one that another process has by now is not deleted', async () => {
  const ended = await scene();
  void ended.lease.end();
  await ended.world.pass(100);
  void ended.lease.renewNow();
  await ended.world.pass(100);
  expect(ended.broker.buckets.hosts.get('a')?.value).toBeUndefined();
  const other = await scene();
  other.replace();
  void other.lease.end();
  await other.world.pass(100);
  expect(other.broker.buckets.hosts.get('a')?.value).toBeDefined();
});

test('U70 a lease that was deleted is lost although the reply to the renewal is missing', async () => {
  const { world, registry, broker, log } = await scene();
  broker.buckets.hosts.clear();
  registry.hosts.update = () => Promise.reject(new Error('the broker did not answer'));
  await world.pass(TTL_MS / 4 + 100);
  expect(log).toContain('lost');
});

test('U70 a host that starts under the id of an earlier one begins its lease as soon as the earlier record is gone, even if it goes between two requests', async () => {
  const first = await killed();
  const next = first.again();
  void next.lease.begin();
  await first.world.pass(100);
  first.broker.buckets.hosts.delete('a');
  await first.world.pass(TTL_MS / 4 + 100);
  expect(next.lease.held).toBeDefined();

  const gone = await killed();
  const late = gone.again();
  const { get } = late.registry.hosts;
  late.registry.hosts.get = async (key) => {
    gone.broker.buckets.hosts.delete('a');
    return await get(key);
  };
  void late.lease.begin();
  await gone.world.pass(200);
  expect(late.lease.held).toBeDefined();
});

test('U70 a host that starts under the id of an earlier one is rejected if the record has another authkey, or is renewed at the last moment', async () => {
  const foreign = await killed();
  foreign.broker.buckets.hosts.set('a', { value: new Uint8Array(100), revision: 1, atMs: 0 });
  const refused = failure(foreign.again().lease.begin());
  await foreign.world.pass(100);
  expect(await refused).toMatchObject({ name: 'HostError', code: 'NAME_TAKEN' });

  const slow = await killed();
  const next = slow.again();
  const remove = next.registry.hosts.delete;
  next.registry.hosts.delete = async (key, revision) => {
    slow.replace();
    await remove(key, revision);
  };
  const late = failure(next.lease.begin());
  await slow.world.pass(2 * TTL_MS);
  expect(await late).toMatchObject({ name: 'HostError', code: 'NAME_TAKEN' });
  expect(slow.broker.buckets.hosts.get('a')?.value).toBeDefined();
});

test('U70 facts that change during a renewal are written after it, not with the next one', async () => {
  const holder = await scene();
  const { world, registry, lease } = holder;
  const update = vi.spyOn(registry.hosts, 'update');
  void lease.renewNow();
  holder.free = 0;
  for (let times = 0; times < 3; times++) void lease.renewNow();
  await world.pass(100);
  expect(holder.freeInRecord).toBe(0);
  expect(update).toHaveBeenCalledTimes(2);
  // After an end, nothing follows.
  void lease.renewNow();
  void lease.renewNow();
  void lease.end();
  await world.pass(TTL_MS);
  expect(holder.freeInRecord).toBeUndefined();
  expect(update).toHaveBeenCalledTimes(3);
});
