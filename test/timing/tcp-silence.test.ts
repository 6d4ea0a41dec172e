import { Counter } from '#fixtures/counter.js';
import { Faulty } from '#fixtures/faulty.js';
import { callOptions, release } from 'uactor';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { authkey, NAMES, overTcp } from '../support/over-tcp.ts';
import { type Direction, Relay } from '../support/relay.ts';
import { FULL_MATRIX } from '../support/serializers.ts';

describe('a peer that vanishes', () => {
  // Long enough for a process that has to wait for its turn on a busy machine.
  const keepAlive = 1_000;

  const WAYS: readonly (readonly Direction[])[] = [
    ['to the actor'],
    ['to the client'],
    ['to the actor', 'to the client'],
  ];
  // The protection of a connection does not change how its silence is noticed, so only one mode is tested with every cut.
  const CUTS = NAMES.flatMap((mode) =>
    WAYS.map((directions) => ({ mode, directions, way: directions.join(' and ') })),
  ).filter(({ mode, directions }) => FULL_MATRIX || mode === 'key' || directions.length === 2);
  test.each(CUTS)(
    'U54 F23 is noticed by both ends when nothing goes $way any more, and its references are given back, protected by: $mode',
    async ({ mode, directions }) => {
      const Watched = overTcp(Faulty, mode, { keepAlive, stdio: 'ignore' });
      await using actor = await Watched.spawn();
      await using relay = await Relay.to(actor.connectionAddress);
      const client = await Watched.connect(relay.address, { ownConnection: true, authkey });
      await client.mark('before');
      expect(await actor.stats()).toMatchObject({ sessions: 2, references: 2 });
      relay.freeze(...directions);
      const error = await failure(client.mark('after'));
      expect(error).toMatchObject({ code: 'CONNECTION_LOST', executed: 'maybe' });
      await eventually(async () => expect(await actor.stats()).toMatchObject({ sessions: 1, references: 1 }));
      relay.cut();
      relay.thaw();
      const marks = directions.includes('to the actor') ? 1 : 2;
      expect(await client.mark('later'), 'the lost call was not sent again').toBe(marks + 1);
      release(client);
    },
  );

  test('U54 the error says how long nothing was heard, what that may mean, and what to do', async () => {
    await using actor = await overTcp(Counter, 'key', { keepAlive: Infinity }).spawn();
    await using relay = await Relay.to(actor.connectionAddress);
    const client = await overTcp(Counter, 'key', { keepAlive }).connect(relay.address, {
      ownConnection: true,
      authkey,
    });
    relay.freeze('to the actor', 'to the client');
    expect(await failure(client.increment())).toMatchObject({
      message: expect.stringMatching(
        /it was silent for 1000 ms: the network .* is down, or it was too busy .* raise options\.keepAlive/,
      ),
    });
    await relay[Symbol.asyncDispose]();
  });

  test('U54 a connection on which nothing is said stays open', async () => {
    const Watched = overTcp(Counter, 'key', { keepAlive });
    await using actor = await Watched.spawn();
    await using relay = await Relay.to(actor.connectionAddress);
    const client = await Watched.connect(relay.address, { ownConnection: true, authkey });
    const passed = relay.passed.length;
    // Twelve pings and pongs take three times as long as a peer may be silent.
    await eventually(() => expect(relay.passed.length).toBeGreaterThan(passed + 24));
    expect(await client.increment()).toBe(1);
    await client[Symbol.asyncDispose]();
  });

  test('U54 a process that was busy for longer hears what arrived meanwhile, and keeps the connection', async () => {
    await using actor = await overTcp(Counter, 'key', { keepAlive: Infinity }).spawn();
    const client = await overTcp(Counter, 'key', { keepAlive }).connect(actor.connectionAddress ?? '', {
      ownConnection: true,
      authkey,
    });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * keepAlive);
    expect(await client.increment()).toBe(1);
    await client[Symbol.asyncDispose]();
  });

  test('U54 an actor that computes for longer is lost to who waits for less long, and no other', async () => {
    await using actor = await overTcp(Faulty, 'key', { keepAlive: 30_000, stdio: 'ignore' }).spawn();
    const address = actor.connectionAddress ?? '';
    const hasty = await overTcp(Faulty, 'key', { keepAlive }).connect(address, { ownConnection: true, authkey });
    const patient = await overTcp(Faulty, 'key', { keepAlive: 30_000 }).connect(address, {
      ownConnection: true,
      authkey,
    });
    const busy = patient.block(3 * keepAlive);
    expect(await failure(hasty.mark())).toMatchObject({ code: 'CONNECTION_LOST', executed: 'maybe' });
    await busy;
    expect(await patient.mark()).toBeLessThanOrEqual(2);
    // Calls in transit to the busy actor may run, at most once; the lost connection is opened again.
    expect(await hasty.mark()).toBeLessThanOrEqual(3);
    expect(await patient.marks()).toBeLessThanOrEqual(3);
    await hasty[Symbol.asyncDispose]();
    await patient[Symbol.asyncDispose]();
  });

  test('U54 a call that takes longer than keepAlive is not taken for silence', async () => {
    const Watched = overTcp(Counter, 'key', { keepAlive });
    await using actor = await Watched.spawn();
    const client = await Watched.connect(actor.connectionAddress ?? '', { ownConnection: true, authkey });
    const error = await failure(callOptions(client, { timeout: 2 * keepAlive }).wait());
    expect(error).toMatchObject({ code: 'TIMEOUT' });
    expect(await client.increment()).toBe(1);
    await client[Symbol.asyncDispose]();
  });
});
