import { expect, test } from 'vitest';
import { HostWatch } from '../../cluster/host-watch.ts';
import { type HostRecord, sealHost } from '../../cluster/records.ts';
import type { BucketWatcher } from '../../cluster/registry.ts';
import { Seal } from '../../cluster/seal.ts';
import { Machine, MemoryBroker, MemoryRegistry, World } from '../support/cluster-world.ts';

const TTL_MS = 2_000;
const seal = new Seal('a key of more than sixteen bytes', 'test');

/** A watch of hosts' leases; the test reports the changes. */
class Scene {
  readonly world = new World();
  readonly registry = new MemoryRegistry(new MemoryBroker(), new Machine(this.world));
  readonly log: string[] = [];
  readonly watch: HostWatch;
  mayJudge = true;
  #watcher: BucketWatcher | undefined;

  constructor() {
    this.registry.hosts.watch = (watcher) => {
      this.#watcher = watcher;
      watcher.restarted();
      return () => undefined;
    };
    this.watch = new HostWatch(
      this.registry,
      seal,
      new Machine(this.world),
      {
        gone: ({ id, epoch }) => void this.log.push(`${id} ${epoch} gone`),
        expired: ({ id, epoch }) => void this.log.push(`${id} ${epoch} expired`),
        mayJudge: () => this.mayJudge,
        restarted: () => undefined,
        foreign: (id) => void this.log.push(`${id} foreign`),
      },
      () => 0,
    );
  }

  changed(epoch: string, revision: number, by = seal): void {
    const host = { id: 'a', epoch, nonce: `${revision}`, ttlMs: TTL_MS, instance: 'i', endpoints: [], machine: 'm' };
    const record: HostRecord = { ...host, pid: 1, modules: [], labels: {}, slots: 1, free: 1, draining: false };
    this.#watcher?.changed({ key: 'a', value: sealHost(by, record), revision });
  }

  deleted(): void {
    this.#watcher?.deleted('a');
  }

  restarted(): void {
    this.#watcher?.restarted();
  }
}

test('U70 another life of a host is reported as the end of the earlier one, a renewal is not', () => {
  const scene = new Scene();
  scene.changed('e1', 1);
  scene.changed('e1', 2);
  expect(scene.log).toEqual([]);
  scene.changed('e2', 3);
  expect(scene.log).toEqual(['a e1 gone']);
  expect([scene.watch.holds({ host: 'a', epoch: 'e1' }), scene.watch.holds({ host: 'a', epoch: 'e2' })]).toEqual([
    false,
    true,
  ]);
});

test('U70 a host whose record was deleted while the brokers were unavailable is not waited for', async () => {
  const scene = new Scene();
  scene.changed('e1', 1);
  scene.restarted();
  expect(scene.watch.holds({ host: 'a', epoch: 'e1' })).toBe(false);
  await scene.world.pass(3 * TTL_MS);
  expect(scene.log).toEqual([]);
});

test('U70 a host with another authkey is reported once, and only if its record changes', () => {
  const scene = new Scene();
  const other = new Seal('another key of sixteen bytes', 'test');
  scene.changed('e1', 1, other);
  scene.restarted();
  scene.changed('e1', 1, other);
  expect(scene.log).toEqual([]);
  scene.changed('e1', 2, other);
  scene.changed('e1', 3, other);
  expect(scene.log).toEqual(['a foreign']);
});

test('U70 an expired lease is deleted at its revision, once, and only by a host that holds its own lease', async () => {
  const scene = new Scene();
  const { hosts } = scene.registry;
  const deletions: number[] = [];
  hosts.delete = async (_key, revision) => {
    deletions.push(revision);
    await Promise.resolve();
    // The watch reports the deletion before the request has its reply, and a new life, too.
    scene.deleted();
    scene.changed('e2', 9);
  };
  scene.mayJudge = false;
  scene.changed('e1', 1);
  scene.changed('e1', 2);
  await scene.world.pass(2 * TTL_MS);
  expect(deletions).toEqual([]);
  scene.mayJudge = true;
  await scene.world.pass(TTL_MS / 4);
  expect(deletions).toEqual([2]);
  expect(scene.log).toEqual(['a e1 gone', 'a e1 expired']);
  expect(scene.watch.holds({ host: 'a', epoch: 'e2' })).toBe(true);
});

test('U70 a lease that is renewed while its deletion fails gets its full time again', async () => {
  const scene = new Scene();
  let attempts = 0;
  scene.registry.hosts.delete = async () => {
    if (++attempts === 1) scene.changed('e1', 2);
    return await Promise.reject(new Error('the broker did not answer'));
  };
  scene.changed('e1', 1);
  await scene.world.pass(TTL_MS + 10);
  expect(attempts).toBe(1);
  await scene.world.pass(TTL_MS - 20);
  expect(attempts).toBe(1);
  await scene.world.pass(20);
  expect(attempts).toBe(2);
});
