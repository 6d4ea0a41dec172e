import { expect, test, vi } from 'vitest';
import { Deaths } from '../../cluster/deaths.ts';
import { type DeathEvent, hear } from '../../cluster/events.ts';
import { NameTable } from '../../cluster/name-table.ts';
import { writeSurely, type HostRecord, readHost, readName, sealHost, sealName } from '../../cluster/records.ts';
import type { AgedEntry, BucketWatcher, Entry } from '../../cluster/registry.ts';
import { restartDelayMs, Restarts } from '../../cluster/held-name.ts';
import { Seal } from '../../cluster/seal.ts';
import { listHosts, sortHosts } from '../../cluster/seen-hosts.ts';
import { Machine, MemoryBroker, MemoryRegistry, orderOf, World } from '../support/cluster-world.ts';
import { failure } from '../support/failure.ts';

const seal = new Seal('a key of more than sixteen bytes', 'shop');
const foreign = new Seal('another key of sixteen bytes', 'shop');
const host: HostRecord = {
  id: 'a',
  epoch: 'e1',
  nonce: 'n',
  ttlMs: 2_000,
  instance: 'i',
  endpoints: [],
  machine: 'm',
  pid: 1,
  modules: [],
  labels: {},
  slots: 1,
  free: 1,
  draining: false,
};

function entry(key: string, value: Uint8Array): Entry {
  return { key, value, revision: 1 };
}

/** Returns the record of a name. */
function named(name: string, by: Seal): Entry {
  return entry(name, sealName(by, { name, nonce: 'n', order: orderOf(name), owner: { host: 'a', epoch: 'e1' } }));
}

/** Returns the record of a host, written that long ago. */
function aged(ageMs: number, by: Seal, id: string): AgedEntry {
  return { ...entry(id, sealHost(by, { ...host, id })), ageMs };
}

function scene(): { readonly world: World; readonly registry: MemoryRegistry } {
  const world = new World();
  return { world, registry: new MemoryRegistry(new MemoryBroker(), new Machine(world)) };
}

test('U70 records of another namespace, of another kind, and of another version are not read', () => {
  expect(readHost(seal, entry('a', sealHost(seal, host)))).toMatchObject({ key: 'a', revision: 1, record: host });
  const other = new Seal('a key of more than sixteen bytes', 'shoq');
  expect(readHost(other, entry('a', sealHost(seal, host)))).toBeUndefined();
  expect(readName(seal, entry('a', sealHost(seal, host)))).toBeUndefined();
  const { epoch: _epoch, ...older } = host;
  for (const value of [older, {}, null, 'a']) {
    expect(readHost(seal, entry('a', seal.close('hosts/a', value)))).toBeUndefined();
    expect(readName(seal, entry('a', seal.close('names/a', value)))).toBeUndefined();
  }
});

test('U70 a host is lost a second after its lease; a record with another authkey counts for ten minutes', () => {
  const { own, foreign: others } = sortHosts(seal, [
    aged(2_500, seal, 'a'),
    aged(3_001, seal, 'b'),
    aged(599_000, foreign, 'c'),
    aged(600_000, foreign, 'd'),
  ]);
  expect(own.map(({ id, lost }) => [id, lost])).toEqual([
    ['a', false],
    ['b', true],
  ]);
  expect(others).toEqual(['c']);
});

test('U70 a busy broker is asked five times for the hosts', async () => {
  const { registry } = scene();
  const busy = new Error('the broker did not answer');
  const entries = vi.spyOn(registry.hosts, 'entries').mockRejectedValue(busy);
  expect(await failure(listHosts(registry))).toBe(busy);
  expect(entries).toHaveBeenCalledTimes(5);
  entries.mockClear().mockRejectedValueOnce(busy).mockResolvedValue([]);
  expect(await listHosts(registry)).toEqual([]);
});

test('U70 a write whose reply is lost succeeded only if the record is the written one', async () => {
  const lost = new Error('the broker did not answer');
  const written = async (nonce: string): Promise<number> => {
    const { registry } = scene();
    registry.hosts.get = async (key) => await Promise.resolve({ ...entry(key, Buffer.from('mine')), revision: 7 });
    const isOwn = ({ value }: Entry): boolean => Buffer.from(value).toString() === nonce;
    return await writeSurely(registry.hosts, 'a', async () => await Promise.reject(lost), isOwn);
  };
  expect(await written('mine')).toBe(7);
  expect(await failure(written('another'))).toBe(lost);
});

test('U70 events of another key are not heard', async () => {
  const { world, registry } = scene();
  const heard: unknown[] = [];
  hear(registry, seal, 'host', (event) => heard.push(event));
  for (const by of [foreign, seal]) registry.publish('host', 'a', by.close('host/a', { id: 'a', event: 'joined' }));
  registry.publish('host', 'b', seal.close('host/a', { id: 'a', event: 'left' }));
  await world.pass(100);
  expect(heard).toEqual([{ id: 'a', event: 'joined' }]);
});

test('U70 only a failure of an actor ends its sessions: one that shut down has said so itself, and an id may be a host', async () => {
  const { world, registry } = scene();
  const deaths = new Deaths(registry, seal);
  const fates: unknown[] = [];
  const over = new AbortController();
  for (const id of ['a-1', 'a-2', 'a']) {
    deaths.watch(id, (fate) => fates.push([id, fate]), new AbortController().signal);
  }
  deaths.watch('a-1', () => fates.push('aborted'), over.signal);
  over.abort();
  const told = (event: Partial<DeathEvent>): void => {
    const { id = '' } = event;
    registry.publish('death', id, seal.close(`death/${id}`, { kind: 'actor', host: 'a', by: 'itself', ...event }));
  };
  told({ id: 'a-2', exitCode: 0, signal: null });
  told({ id: 'a', kind: 'host', by: 'lost' });
  told({ id: 'a-1', exitCode: null, signal: 'SIGKILL' });
  await world.pass(100);
  expect(fates).toEqual([['a-1', { exitCode: null, signal: 'SIGKILL' }]]);
  deaths.followed('a-2');
  expect(fates.at(-1)).toEqual(['a-2', { exitCode: undefined, signal: undefined }]);
});

test('U70 a table of names skips other keys, and begins again after an outage', () => {
  const { registry } = scene();
  const watchers: BucketWatcher[] = [];
  registry.names.watch = (watcher) => {
    watchers.push(watcher);
    return () => undefined;
  };
  const table = new NameTable(registry, seal, () => undefined);
  const [watcher] = watchers;
  watcher?.changed(named('one', seal));
  watcher?.changed(named('two', foreign));
  expect([...table.names].map(({ key }) => key)).toEqual(['one']);
  watcher?.restarted();
  expect([...table.names]).toEqual([]);
});

test('U70 the first start has no delay, and the same reason is reported once', () => {
  expect([0, 1, 2, 20].map(restartDelayMs)).toEqual([0, 100, 200, 10_000]);
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  try {
    const restarts = new Restarts();
    for (const text of ['no memory', 'no memory', 'no disk']) restarts.failed('one', text);
    expect(warn).toHaveBeenCalledTimes(2);
    expect(restarts.failedHere('one')).toBe(true);
    restarts.forget('one');
    expect(restarts.failedHere('one')).toBe(false);
  } finally {
    warn.mockRestore();
  }
});
