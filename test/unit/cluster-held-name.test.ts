import { beforeAll, expect, test } from 'vitest';
import { HeldName, type NameFacts } from '../../cluster/held-name.ts';
import type { HeldLease } from '../../cluster/lease.ts';
import { type NameRecord, readName, sealName } from '../../cluster/records.ts';
import { RevisionConflict } from '../../cluster/registry.ts';
import { Seal } from '../../cluster/seal.ts';
import { encodeArguments } from '../../cluster/stored-arguments.ts';
import { momentOf } from '../../index.ts';
import { FakeActor, Machine, MemoryBroker, MemoryRegistry, World } from '../support/cluster-world.ts';
import { failure } from '../support/failure.ts';

const seal = new Seal('a key of more than sixteen bytes', 'test');
const order = { module: 'm', build: 'b', className: 'C', name: 'one', label: {}, serializers: [], options: {} };
const EXPIRED = { name: 'HostError', code: 'LEASE_EXPIRED', executed: 'no' };

/** A name that a host has claimed under the epoch `e1`, in virtual time. */
class Scene {
  readonly world = new World();
  readonly machine = new Machine(this.world);
  readonly registry = new MemoryRegistry(new MemoryBroker(), this.machine);
  readonly actor = new FakeActor('a-1', order, this.machine);
  lease: HeldLease | undefined = { epoch: 'e1', since: momentOf(this.machine) };
  over = 0;

  async claim(facts: Partial<NameFacts> = {}): Promise<HeldName> {
    const context = {
      names: this.registry.names,
      seal,
      clock: this.machine,
      storage: 1,
      held: () => this.lease,
      holdsMs: 1_000,
      over: () => void this.over++,
    };
    const owner = { host: 'a', epoch: 'e1' };
    return await this.passed(HeldName.write(context, { name: 'one', order, owner, ...facts }, undefined));
  }

  async passed<T>(promise: Promise<T>): Promise<T> {
    return await this.world.until(promise);
  }

  async record(): Promise<NameRecord | undefined> {
    const entry = await this.passed(this.registry.names.get('one'));
    return entry && readName(seal, entry)?.record;
  }

  /** Lets another host replace the record. */
  async takeAway(): Promise<void> {
    const entry = await this.passed(this.registry.names.get('one'));
    const value = sealName(seal, { name: 'one', nonce: 'other', order, owner: { host: 'b', epoch: 'e2' } });
    await this.passed(this.registry.names.update('one', value, entry?.revision ?? 0));
  }
}

// Modules loaded on first use take real time, which does not pass in the world.
beforeAll(async () => void (await encodeArguments([], 'none')));

test('U70 an actor is allowed to begin calls only under the lease under which its name was claimed', async () => {
  for (const lease of [undefined, 'e2']) {
    const scene = new Scene();
    const held = await scene.claim();
    scene.lease = lease === undefined ? undefined : { epoch: lease, since: momentOf(scene.machine) };
    expect(await failure(held.begin(scene.actor, []))).toMatchObject(EXPIRED);
    expect(scene.actor.present).toBeUndefined();
  }
  const scene = new Scene();
  const held = await scene.claim();
  await scene.passed(held.begin(scene.actor, []));
  expect(scene.actor.present).toMatchObject({ epoch: '1.1', forMs: 1_000 });
  await scene.passed(held.renew({ epoch: 'e2', since: momentOf(scene.machine) }));
  expect([scene.actor.alive, scene.over]).toEqual([false, 1]);
  expect(await failure(held.begin(scene.actor, []))).toMatchObject(EXPIRED);
});

test('U70 a restart keeps the stored arguments', async () => {
  const scene = new Scene();
  const args = await encodeArguments(['first'], 'one');
  const held = await scene.claim({ args });
  await scene.passed(held.begin(scene.actor, ['other']));
  expect(held.facts.args).toBe(args);
});

test('U70 an actor that ended, or lost its name, while it was constructed does not run', async () => {
  const ended = new Scene();
  const first = await ended.claim();
  await ended.passed(first.begin(ended.actor, []));
  const done = failure(first.done());
  first.fail();
  expect(await ended.passed(done)).toMatchObject(EXPIRED);
  expect(first.running).toBe(false);

  const taken = new Scene();
  const second = await taken.claim();
  await taken.passed(second.begin(taken.actor, []));
  await taken.takeAway();
  expect(await taken.passed(failure(second.done()))).toMatchObject(EXPIRED);
  expect(await taken.record()).toMatchObject({ owner: { host: 'b' } });

  const released = new Scene();
  const third = await released.claim();
  await released.passed(third.begin(released.actor, []));
  const late = failure(third.done());
  await released.passed(third.release());
  expect(await released.passed(late)).toMatchObject(EXPIRED);
  expect(await released.passed(failure(third.done()))).toMatchObject(EXPIRED);
  expect(await released.record()).not.toHaveProperty('owner');
  expect(await released.record()).not.toHaveProperty('place');
});

/** Claims a name whose actor runs. */
async function running(scene: Scene, facts: Partial<NameFacts> = {}): Promise<HeldName> {
  const held = await scene.claim(facts);
  await scene.passed(held.begin(scene.actor, []));
  await scene.passed(held.done());
  return held;
}

test('U70 the count of failures starts again after 5 s, even if the brokers were unavailable then', async () => {
  const soon = new Scene();
  const first = await running(soon, { failures: 3 });
  first.countFailure();
  expect(first.facts.failures).toBe(4);
  const later = new Scene();
  const second = await running(later, { failures: 3 });
  later.registry.faults.cut = true;
  await later.world.pass(6_000);
  expect(second.facts.failures).toBe(3);
  second.countFailure();
  expect(second.facts.failures).toBe(1);
  // A name that is released does not change any more.
  const released = new Scene();
  const third = await running(released, { failures: 3 });
  await released.passed(third.release());
  await released.world.pass(6_000);
  expect(await released.record()).toMatchObject({ failures: 3 });
});

test('U70 an abandoned name is removed, unless its actor runs', async () => {
  const scene = new Scene();
  const held = await running(scene);
  await scene.passed(held.abandon());
  expect(await scene.record()).toMatchObject({ place: { id: 'a-1' } });
  const unused = new Scene();
  await unused.passed((await unused.claim()).abandon());
  expect(await unused.record()).toBeUndefined();
});

test('U70 a name is removed, or kept for the next life, after the write that is in progress', async () => {
  const removed = new Scene();
  const first = await removed.claim();
  await removed.passed(first.begin(removed.actor, []));
  const done = failure(first.done());
  // The write leaves in the next turn.
  await removed.world.pass(0);
  await removed.passed(first.remove());
  expect(await removed.passed(done)).toMatchObject(EXPIRED);
  expect(await removed.record()).toBeUndefined();

  const kept = new Scene();
  const second = await kept.claim();
  await kept.passed(second.begin(kept.actor, []));
  const late = failure(second.done());
  await kept.world.pass(0);
  await kept.passed(second.next({ host: 'a', epoch: 'e2' }));
  expect(await kept.passed(late)).toMatchObject(EXPIRED);
  expect(await kept.record()).toMatchObject({ owner: { epoch: 'e2' } });
  expect(await kept.record()).not.toHaveProperty('place');
});

test('U70 a name that another host has taken is left to it, and other failures of the brokers are reported', async () => {
  for (const what of ['remove', 'release'] as const) {
    const scene = new Scene();
    const held = await running(scene);
    await scene.takeAway();
    await scene.passed(held[what]());
    expect(await scene.record()).toMatchObject({ owner: { host: 'b' } });
    const away = new Scene();
    const other = await running(away);
    away.registry.faults.cut = true;
    expect(await away.passed(failure(other[what]()))).not.toBeInstanceOf(RevisionConflict);
  }
});
