import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostError, release, stats } from 'uactor';
import { Cluster, type ClusterOptions, type DeathEvent, type HostEvent } from 'uactor/cluster';
import { describe, expect, inject, test } from 'vitest';
import { Clustered } from '#fixtures/clustered.js';
import '../support/leaks.ts';
import { scratch } from '../support/leaks.ts';
import { failure } from '../support/failure.ts';
import { eventually } from '../support/eventually.ts';
import type { Program } from '../support/program.ts';
import { BrokerProcess, newest } from './broker-process.ts';
import { freshCluster, startClusterHost } from './cluster-program.ts';
import './brokers.ts';

/** Names and leases are tested only with this release: only the transport is tested with each release. */
const jetstream = async (): Promise<BrokerProcess> =>
  await BrokerProcess.start(newest, '-js', '-sd', mkdtempSync(join(scratch, 'js-')));

/** Returns the id of the host that has a name. */
async function hostOf(cluster: Cluster, name: string): Promise<string> {
  return await eventually(async () => {
    const actor = (await cluster.names()).find((each) => each.name === name);
    expect(actor?.state).toBe('running');
    return actor?.host ?? '';
  });
}

describe('a cluster', () => {
  test('U70 a named actor is spawned where it fits, and got by another process; its name is taken until it is stopped', async () => {
    await using broker = await jetstream();
    const options = freshCluster(broker.address);
    const a = await startClusterHost(options, { id: 'a', labels: { gpu: '1' } });
    const b = await startClusterHost(options, { id: 'b' });
    await using cluster = await Cluster.connect(options);
    expect((await cluster.hosts()).map(({ id, free }) => [id, free])).toEqual([
      ['a', 4],
      ['b', 4],
    ]);
    const deaths: DeathEvent[] = [];
    cluster.on('death', (death) => deaths.push(death));
    const owned = await cluster.spawn(Clustered.with({ label: { gpu: '1' } }), 'one');
    const { pid, epoch } = await owned.count();
    expect(epoch).toMatch(/^\d+\.\d+$/);
    expect(await cluster.names()).toMatchObject([
      { name: 'one', host: 'a', state: 'running', pid, restart: 'on-failure' },
    ]);
    await using elsewhere = await Cluster.connect(options);
    const got = await elsewhere.get(Clustered, 'one');
    expect(await got.count()).toEqual({ pid, count: 2, epoch });
    expect(await failure(elsewhere.spawn(Clustered, 'one'))).toMatchObject({ code: 'NAME_TAKEN', executed: 'no' });
    expect(await failure(elsewhere.get(Clustered, 'two'))).toMatchObject({ code: 'NO_SUCH_ACTOR' });
    // A host reports its free slots with its next message to the brokers.
    await eventually(async () => {
      expect(await failure(cluster.spawn(Clustered.with({ label: { gpu: '2' } }), 'two'))).toMatchObject({
        code: 'NO_HOST',
        message: expect.stringContaining('a (3 free'),
      });
    });
    await owned.shutdown();
    await eventually(() => expect(deaths).toMatchObject([{ kind: 'actor', name: 'one', host: 'a', by: 'told' }]));
    expect(await cluster.names()).toEqual([]);
    expect(await failure(got.count())).toMatchObject({ executed: 'no' });
    const again = await elsewhere.spawn(Clustered, 'one');
    await elsewhere.stop('one');
    for (const proxy of [owned, got, again]) release(proxy);
    for (const host of [a, b]) await host[Symbol.asyncDispose]();
  });

  test('U70 a host is killed: calls under way reject, the next one is answered by another host within the time and a second', async () => {
    await using broker = await jetstream();
    const options = freshCluster(broker.address);
    const hosts = new Map<string, Program>();
    for (const id of ['a', 'b']) hosts.set(id, await startClusterHost(options, { id }));
    await using cluster = await Cluster.connect(options);
    const events: HostEvent[] = [];
    cluster.on('host', (event) => events.push(event));
    const one = await cluster.spawn(Clustered, 'one');
    const before = await one.count();
    const host = await hostOf(cluster, 'one');
    const under = failure(one.after(60_000));
    await one.count();
    hosts.get(host)?.child.kill('SIGKILL');
    expect(await under).toMatchObject({ name: 'ActorDiedError', executed: 'maybe' });
    const after = await one.count();
    expect(after.pid).not.toBe(before.pid);
    expect(after.count).toBe(1);
    expect(Number(after.epoch?.split('.')[1])).toBeGreaterThan(Number(before.epoch?.split('.')[1]));
    expect(await hostOf(cluster, 'one')).not.toBe(host);
    expect(events).toEqual([{ id: host, event: 'lost' }]);
    await cluster.stop('one');
    release(one);
    for (const each of hosts.values()) await each[Symbol.asyncDispose]();
  });

  test('U70 an actor that is killed is heard of at once, and started again on its host', async () => {
    await using broker = await jetstream();
    const options = freshCluster(broker.address);
    const host = await startClusterHost(options, { id: 'a' });
    await using cluster = await Cluster.connect(options);
    const heard = new Promise<DeathEvent>((resolve) => void cluster.on('death', resolve));
    const one = await cluster.spawn(Clustered.with({ restart: 'always' }), 'one');
    const { pid } = await one.count();
    process.kill(pid, 'SIGKILL');
    expect(await heard).toMatchObject({ kind: 'actor', name: 'one', host: 'a', signal: 'SIGKILL', by: 'itself' });
    await eventually(async () => expect((await one.count()).pid).not.toBe(pid));
    await cluster.stop('one');
    release(one);
    // Over a broker, a request to a killed host stays open until keepAlive notices.
    await expect.poll(() => stats().sessions, { timeout: 10_000 }).toBe(0);
    await host[Symbol.asyncDispose]();
  });

  test('U70 through the brokers, too, a caller hears of the end of an actor from its host, and not from its next life', async () => {
    await using broker = await jetstream();
    const options = freshCluster(broker.address);
    const actorAddresses = [`nats://${options.brokers}/${options.namespace}`];
    const host = await startClusterHost(options, { id: 'a', addresses: [], actorAddresses });
    await using cluster = await Cluster.connect(options);
    const ledger = join(scratch, 'heard');
    const one = await cluster.spawn(Clustered.with({ restart: 'always' }), 'one', ledger);
    const lives = (): number => readFileSync(ledger, 'utf8').split(' begun').length - 1;
    // Each end doubles the delay of the next start.
    for (let life = 1; life <= 5; life++) {
      const { pid } = await one.count();
      const rejected = failure(one.after(60_000)).then((error) => ({ error, lives: lives() }));
      await one.count();
      process.kill(pid, 'SIGKILL');
      const { error, lives: then } = await rejected;
      expect(error).toMatchObject({ name: 'ActorDiedError', executed: 'maybe', signal: 'SIGKILL' });
      if (life === 5) expect(then).toBe(5);
      await eventually(async () => expect((await one.count()).pid).not.toBe(pid));
    }
    await cluster.stop('one');
    release(one);
    // Only keepAlive ends a session with a killed host.
    await eventually(() => expect(stats().sessions).toBe(0), 60_000);
    await host[Symbol.asyncDispose]();
  });

  test('U70 a host that is stopped and continued begins no call under its old epoch; proxies follow the name meanwhile', async () => {
    await using broker = await jetstream();
    const options = freshCluster(broker.address);
    const ledger = join(scratch, 'stopped');
    const hosts = new Map<string, Program>();
    for (const id of ['a', 'b']) hosts.set(id, await startClusterHost(options, { id }));
    await using cluster = await Cluster.connect(options);
    const one = await cluster.spawn(Clustered, 'one', ledger);
    const before = await one.count();
    const host = await hostOf(cluster, 'one');
    const stopped = hosts.get(host);
    stopped?.child.kill('SIGSTOP');
    // The actor itself continues to run, and at some point refuses calls, until another host has its name.
    const outcomes = new Set<string>();
    const after = await eventually(async () => {
      const answer = await one.count().catch((error: unknown) => error);
      if (answer instanceof Error)
        outcomes.add(`${answer.name} ${Reflect.get(answer, 'code')} ${Reflect.get(answer, 'executed')}`);
      expect(answer).toMatchObject({ count: expect.any(Number) });
      expect(answer).not.toMatchObject({ pid: before.pid });
      return await one.count();
    });
    stopped?.child.kill('SIGCONT');
    await eventually(async () => expect((await cluster.hosts()).map(({ id }) => id)).toEqual(['a', 'b']));
    await eventually(() => expect(existsSync(`/proc/${before.pid}`)).toBe(false));
    expect([...outcomes].filter((outcome) => outcome !== 'HostError LEASE_EXPIRED no')).toEqual([]);
    expect(ledgerFaults(ledger)).toEqual([]);
    expect(await one.count()).toMatchObject({ pid: after.pid });
    await cluster.stop('one');
    release(one);
    for (const each of hosts.values()) await each[Symbol.asyncDispose]();
  });

  test('U70 a broker that is killed and started again: the hosts keep their names, and actors serve on as far as their lease goes', async () => {
    await using broker = await jetstream();
    const options: ClusterOptions = { ...freshCluster(broker.address) };
    const hosts = [await startClusterHost(options, { id: 'a' }), await startClusterHost(options, { id: 'b' })];
    await using cluster = await Cluster.connect(options);
    const one = await cluster.spawn(Clustered, 'one');
    const before = await one.count();
    await broker.kill();
    expect((await one.count()).pid).toBe(before.pid);
    await broker.start();
    await eventually(async () => expect(await cluster.names()).toMatchObject([{ name: 'one', state: 'running' }]));
    const after = await eventually(async () => await one.count());
    // Only its host had the name meanwhile, although the host may have lost it in the end.
    expect(Number(after.epoch?.split('.')[1])).toBeGreaterThanOrEqual(Number(before.epoch?.split('.')[1]));
    await cluster.stop('one');
    release(one);
    for (const each of hosts) await each[Symbol.asyncDispose]();
  });

  test('U70 a drained host ends in good order, its actor is started elsewhere, and no call is lost on the way', async () => {
    await using broker = await jetstream();
    const options = freshCluster(broker.address);
    const hosts = new Map<string, Program>();
    for (const id of ['a', 'b']) hosts.set(id, await startClusterHost(options, { id }));
    await using cluster = await Cluster.connect(options);
    const ledger = join(scratch, 'drained');
    const one = await cluster.spawn(Clustered, 'one', ledger);
    const before = await one.count();
    const host = await hostOf(cluster, 'one');
    const under = one.after(300);
    const drained = new AbortController();
    const refusals = new Set<string>();
    const callers = Array.from({ length: 4 }, async () => {
      // Calls that the actor has begun may be lost with its connection; the others wait for the other host.
      while (!drained.signal.aborted) {
        const outcome = await one.count().catch((error: unknown) => error);
        if (outcome instanceof Error && Reflect.get(outcome, 'executed') === 'no') refusals.add(String(outcome));
      }
    });
    await one.count();
    await cluster.drain(host);
    drained.abort();
    await Promise.all(callers);
    expect([...refusals]).toEqual([]);
    // The host keeps the name until the actor has ended.
    expect(ledgerFaults(ledger)).toEqual([]);
    expect(await under).toBe(before.pid);
    expect(await hosts.get(host)?.said('closed')).toBe('true');
    expect(await hosts.get(host)?.ended).toEqual({ exitCode: 0, signal: null });
    expect((await one.count()).pid).not.toBe(before.pid);
    expect((await cluster.hosts()).map(({ id }) => id)).not.toContain(host);
    expect(await failure(cluster.drain(host))).toMatchObject({ name: 'HostError', code: 'NO_HOST' });
    await cluster.stop('one');
    release(one);
    for (const each of hosts.values()) await each[Symbol.asyncDispose]();
  });

  test('U70 ten drains: the old life of an actor has ended, hook and all, before the next one begins', async () => {
    await using broker = await jetstream();
    const options = freshCluster(broker.address);
    await using cluster = await Cluster.connect(options);
    const ledger = join(scratch, 'drained in turn');
    const hosts = new Map([['h0', await startClusterHost(options, { id: 'h0' })]]);
    // The call in progress takes longer than the start of the next life, and its process may take that time.
    const one = await cluster.spawn(Clustered.with({ shutdownTimeout: 30_000 }), 'one', ledger);
    for (let turn = 1; turn <= 10; turn++) {
      hosts.set(`h${turn}`, await startClusterHost(options, { id: `h${turn}` }));
      const { pid } = await one.count();
      const before = await hostOf(cluster, 'one');
      const under = one.after(1_500);
      await one.count();
      await cluster.drain(before);
      expect(await under).toBe(pid);
      await eventually(async () => expect((await one.count()).pid).not.toBe(pid));
      await hosts.get(before)?.[Symbol.asyncDispose]();
      hosts.delete(before);
    }
    await cluster.stop('one');
    const lives = readFileSync(ledger, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    // Sorted by the machine's clock, which all processes share.
    const inTime = lives.toSorted(([earlier = ''], [later = '']) => (BigInt(earlier) < BigInt(later) ? -1 : 1));
    const order = inTime.filter(([, , what]) => what !== 'call').map(([, pid, what]) => `${what} ${pid}`);
    const pids = [...new Set(inTime.map(([, pid]) => pid))];
    const last = `${pids.length === 11 ? 'begun' : `${pids.length} lives`} ${pids.at(-1)}`;
    expect(order).toEqual([
      ...pids.slice(0, -1).flatMap((pid) => [`begun ${pid}`, `done ${pid}`, `ended ${pid}`]),
      last,
      `ended ${pids.at(-1)}`,
    ]);
    release(one);
    for (const each of hosts.values()) await each[Symbol.asyncDispose]();
  }, 400_000);

  test('U70 arguments that cannot be stored are refused before a host is asked, and what ends for good is not waited for', async () => {
    await using broker = await jetstream();
    const options = freshCluster(broker.address);
    await using cluster = await Cluster.connect(options);
    // There is no host that could refuse the arguments.
    const unstorable = failure(Reflect.apply(cluster.spawn, cluster, [Clustered, 'one', () => 1]));
    expect(await unstorable).toMatchObject({ name: 'SerializerError', code: 'UNSERIALIZABLE', executed: 'no' });
    await using host = await startClusterHost(options, { id: 'a' });
    const one = await cluster.spawn(Clustered, 'one');
    const under = one.after(200);
    await one.count();
    const stopping = cluster.stop('one');
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, async () => await one.count().catch((error: unknown) => error)),
    );
    for (const outcome of outcomes) {
      if (outcome instanceof Error) expect(outcome).toMatchObject({ executed: 'no' });
    }
    expect(await under).toBeGreaterThan(0);
    await stopping;
    expect(await failure(one.count())).toMatchObject({ name: 'HostError', code: 'NO_SUCH_ACTOR', executed: 'no' });
    expect(host.child.exitCode).toBeNull();
    release(one);
  });

  test('U70 hosts without addresses of their own are reached through the brokers', async () => {
    await using broker = await jetstream();
    const options = freshCluster(broker.address);
    const host = await startClusterHost(options, {
      id: 'a',
      addresses: [],
      actorAddresses: [`nats://${options.brokers}/${options.namespace}`],
    });
    await using cluster = await Cluster.connect(options);
    const one = await cluster.spawn(Clustered, 'one');
    expect(one.connectionAddress).toMatch(/^nats:/);
    expect(await one.count()).toMatchObject({ count: 1 });
    await cluster.stop('one');
    release(one);
    // Over a broker, a request to a killed host stays open until keepAlive notices.
    await expect.poll(() => stats().sessions, { timeout: 10_000 }).toBe(0);
    await host[Symbol.asyncDispose]();
  });

  test('U70 what is wrong is said: another key, no broker, no JetStream, options', async () => {
    await using broker = await jetstream();
    const options = freshCluster(broker.address);
    await using host = await startClusterHost(options, { id: 'a' });
    const other = await failure(Cluster.connect({ ...options, authkey: 'another key of sixteen bytes' }));
    expect(other).toMatchObject({ name: 'AuthkeyError', message: expect.stringContaining("'a'") });
    const nowhere = await failure(Cluster.connect({ ...options, brokers: 'nowhere', servers: '127.0.0.1:1' }));
    expect(nowhere).toMatchObject({ name: 'TransportError', message: expect.stringContaining('127.0.0.1:1') });
    const secret = await failure(Cluster.connect({ ...options, servers: `shop:secret@${broker.address}` }));
    expect(secret).toMatchObject({ name: 'TypeError', message: expect.stringMatching(/^(?!.*secret).*credentials/) });
    const [bare = ''] = Object.values(inject('brokers'));
    const without = await failure(Cluster.connect({ ...options, brokers: 'bare', servers: bare }));
    expect(without).toMatchObject({ name: 'TransportError', message: expect.stringContaining('JetStream') });
    await using cluster = await Cluster.connect(options);
    expect(await failure(cluster.drain('b'))).toBeInstanceOf(HostError);
    expect(await failure(cluster.stop('one'))).toMatchObject({ code: 'NO_SUCH_ACTOR' });
    expect(host.child.exitCode).toBeNull();
  });
});

/** Returns the calls in a ledger that began in a process after another one had succeeded it. */
function ledgerFaults(file: string): readonly string[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const faults: string[] = [];
  let present: string | undefined;
  const past = new Set<string>();
  for (const line of lines) {
    const [, pid = '', what] = line.split(' ');
    if (what === 'begun') {
      if (present !== undefined) past.add(present);
      present = pid;
    } else if (past.has(pid)) faults.push(line);
  }
  return faults;
}
