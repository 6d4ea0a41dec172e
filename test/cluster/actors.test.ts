import { Counter } from '#fixtures/counter.js';
import { Witness } from '#fixtures/witness.js';
import { ActorUnreachableError, AuthkeyError, release, TransportError } from 'uactor';
import { setNatsBrokers } from 'uactor/transports/nats';
import { describe, expect, inject, test } from 'vitest';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { Program } from '../support/program.ts';
import { BrokerProcess, newest } from './broker-process.ts';
import './brokers.ts';

const authkey = 'a key of more than sixteen bytes';

let number = 0;
/** Returns a new name in a cluster. */
function freshAddress(cluster: string): string {
  return `nats://${cluster}/actors/${++number}`;
}

for (const [release_, servers] of Object.entries(inject('brokers'))) {
  describe(`an actor on nats, over the server of ${release_}`, () => {
    const transport = { nats: { servers } };

    test('U50 is spawned there, called and called back by another process, which then ends by itself', async () => {
      const address = freshAddress(release_);
      await using counter = await Counter.with({ address, authkey, transport }).spawn();
      expect(counter.connectionAddress).toMatch(new RegExp(`^${address}@[\\w-]{22}$`));
      const program = new Program('nats-client', [address, authkey, JSON.stringify(transport.nats)]);
      expect(await program.said('count')).toBe('1');
      expect(await program.said('callback')).toBe('42');
      expect(await program.ended).toEqual({ exitCode: 0, signal: null });
      expect(await counter.increment()).toBe(2);
    });

    test('U50 is served there, and refuses who has another key', async () => {
      await using server = await Counter.serve({ address: freshAddress(release_), authkey, transport });
      const { address } = server;
      const program = new Program('nats-client', [address, authkey, JSON.stringify(transport.nats)]);
      expect(await program.said('count')).toBe('1');
      const error = await failure(
        Counter.connect(address, { authkey: 'another key of sixteen bytes', transport, ownConnection: true }),
      );
      expect(error).toBeInstanceOf(AuthkeyError);
    });

    test('U29 references are handed on to actors that reach each other through the broker only', async () => {
      const options = { authkey, transport };
      await using counter = await Counter.with({ ...options, address: freshAddress(release_) }).spawn();
      await using witness = await Witness.with({ ...options, address: freshAddress(release_) }).spawn();
      expect(await witness.incrementOf(counter, 5)).toBe(5);
      expect(await counter.increment()).toBe(6);
    });

    test('U53 without encryption everything works too, both ends agreeing; a stranger to the actor has to meet it first', async () => {
      const plain = { nats: { servers, encryption: false } };
      const cluster = `${release_}-plain`;
      const options = { authkey, transport: plain };
      await using counter = await Counter.with({ ...options, address: freshAddress(cluster) }).spawn();
      await using witness = await Witness.with({ ...options, address: freshAddress(cluster) }).spawn();
      expect(await failure(witness.incrementOf(counter, 5))).toMatchObject({ code: 'NOT_ALLOWED' });
      const address = counter.connectionAddress ?? '';
      expect(await witness.meet(address, authkey, plain)).toBe(0);
      expect(await witness.incrementOf(counter, 5)).toBe(5);
      const elsewhere = address.replace(cluster, release_);
      const error = await failure(Counter.connect(elsewhere, { authkey, transport, ownConnection: true }));
      expect(error).toMatchObject({ message: expect.stringContaining('options.transport.nats.encryption') });
    });

    test('U16 an actor that is killed is noticed, and its calls reject', async () => {
      const address = freshAddress(release_);
      const owned = await Witness.with({ address, authkey, transport }).spawn();
      const pid = await owned.pid();
      const witness = await Witness.connect(address, { authkey, transport, ownConnection: true });
      const call = failure(witness.hang());
      expect(await witness.record(1)).toBe(1);
      process.kill(pid, 'SIGKILL');
      expect(await call).toMatchObject({ name: 'ConnectionLostError', executed: 'maybe' });
      for (const proxy of [owned, witness]) release(proxy);
    });

    test('nobody at an address is told at once', async () => {
      const error = await failure(Counter.connect(freshAddress(release_), { authkey, transport }));
      expect(error).toBeInstanceOf(ActorUnreachableError);
      expect(error).toMatchObject({ message: expect.stringContaining('nothing listens there') });
    });
  });
}

test('U71 F47 calls under way survive a broker that is killed and started again, thrice: none is lost, none runs twice', async () => {
  await using broker = await BrokerProcess.start(newest);
  const address = freshAddress('killed');
  const transport = { nats: { servers: broker.address } };
  await using owned = await Witness.with({ address, authkey, transport }).spawn();
  const witness = await Witness.connect(address, { authkey, transport, ownConnection: true });
  const acknowledged: number[] = [];
  let next = 0;
  const stop = new AbortController();
  const callers = Array.from({ length: 100 }, async (_, caller) => {
    while (!stop.signal.aborted) {
      const id = next++;
      acknowledged.push(await witness.record(id, caller % 10 === 0 ? new Uint8Array(20_000) : undefined));
    }
  });
  for (let kill = 0; kill < 3; kill++) {
    const before = acknowledged.length;
    await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before + 1_000);
    await broker.kill();
    await broker.start();
  }
  const before = acknowledged.length;
  await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before + 1_000);
  stop.abort();
  await Promise.all(callers);
  const executed = await owned.executed();
  expect(new Set(executed).size).toBe(executed.length);
  expect(executed.toSorted((a, b) => a - b)).toEqual(acknowledged.toSorted((a, b) => a - b));
  expect(acknowledged).toHaveLength(next);
  release(witness);
});

test('an actor that computes for long, with megabytes on their way to it, loses none of them', async () => {
  const address = freshAddress('slow');
  const transport = { nats: { servers: Object.values(inject('brokers'))[0] ?? '' } };
  await using owned = await Witness.with({ address, authkey, transport, keepAlive: 60_000 }).spawn();
  const witness = await Witness.connect(address, { authkey, transport, ownConnection: true });
  const blocked = witness.block(7_000);
  const calls = Array.from({ length: 40 }, async (_, id) => await witness.record(id, new Uint8Array(1024 * 1024)));
  await blocked;
  expect(await Promise.all(calls)).toEqual(Array.from({ length: 40 }, (_, id) => id));
  expect(await owned.executed()).toHaveLength(40);
  release(witness);
});

describe('what a process must know of its brokers', () => {
  const [cluster = '', servers = ''] = Object.entries(inject('brokers'))[0] ?? [];

  test('F47 without brokers, or with one that is not there, the errors say what to do', async () => {
    const unknown = await failure(Counter.serve({ address: 'nats://unknown/actors/counter', authkey }));
    expect(unknown).toBeInstanceOf(TransportError);
    expect(unknown).toMatchObject({ message: expect.stringContaining("setNatsBrokers('unknown'") });
    const transport = { nats: { servers: '127.0.0.1:1' } };
    const away = await failure(Counter.serve({ address: 'nats://away/actors/counter', authkey, transport }));
    expect(away).toMatchObject({ name: 'TransportError', message: expect.stringContaining('127.0.0.1:1') });
    const client = await failure(Counter.connect('nats://away/actors/counter', { authkey, transport }));
    expect(client).toBeInstanceOf(ActorUnreachableError);
  });

  test('other options for a cluster that is in use are refused; setNatsBrokers is enough for addresses without options', async () => {
    await using server = await Counter.serve({
      address: freshAddress(cluster),
      authkey,
      transport: { nats: { servers } },
    });
    expect(() => setNatsBrokers(cluster, { servers: '127.0.0.1:1' })).toThrow(TransportError);
    setNatsBrokers('other', { servers });
    const elsewhere = server.address.replace(`nats://${cluster}/`, 'nats://other/');
    const counter = await Counter.connect(elsewhere, { authkey, ownConnection: true });
    expect(await counter.increment()).toBe(1);
    release(counter);
  });
});
