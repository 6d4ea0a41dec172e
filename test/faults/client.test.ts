import { release, type Remote } from 'uactor';
import { Faulty } from '#fixtures/faulty.js';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { connectFaultily, type FaultyConnection } from '../support/faulty-connection.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { Program } from '../support/program.ts';

const authkey = 'a key that only this test knows';
const KIB = 1024;

test('F02 a killed client releases its 1,000 references and no others, and its methods finish', async () => {
  await using actor = await Faulty.with({ authkey }).spawn();
  const kept = await actor.leaves(10);
  const before = await actor.stats();
  const client = new Program('faulty-client', [actor.connectionAddress ?? '', authkey, 'hold', '1000']);
  await client.said('held');
  await eventually(async () => expect(await actor.waiting()).toBe(2));
  // The client also holds the actor.
  expect(await actor.stats()).toMatchObject({ references: before.references + 1_001, callsRunning: 2 });

  client.child.kill('SIGKILL');
  await client.ended;
  await eventually(async () => expect(await actor.liveLeaves()).toBe(10));
  await eventually(async () => expect(await actor.stats()).toEqual(before));
  expect(await actor.aborts()).toBe(1);

  await actor.openGate();
  await eventually(async () => expect(await actor.marks()).toBe(1));
  await eventually(async () => expect(await actor.liveLeaves()).toBe(10));
  expect(await Promise.all(kept.map((leaf) => leaf.value()))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const leaf of kept) release(leaf);
});

describe('a client that never reads its replies', () => {
  const limits = { highWaterBytes: 256 * KIB, slowConsumerMs: 300 };
  const Bounded = Faulty.with({ limits, stdio: ['ignore', 'ignore', 'ignore'] });

  test('F16 costs the actor at most the high water mark and one message, and is disconnected', async () => {
    await using actor = await Bounded.spawn();
    const { proxy, connection } = await stalledClient(actor);
    const calls = Array.from({ length: 400 }, () => proxy.bytes(64 * KIB));
    const outcomes = Promise.allSettled(calls);
    const most = await isDisconnected(actor);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(limits.highWaterBytes + 2 * 128 * KIB);
    connection.unstall();
    const failures = (await outcomes).filter((outcome) => outcome.status === 'rejected');
    expect(failures.length).toBeGreaterThan(0);
    for (const { reason } of failures) expect(reason).toMatchObject({ name: 'ConnectionLostError', executed: 'maybe' });
    expect(await actor.mark()).toBe(1);
  });

  test('F16 is not a client that reads, however low the high water mark', async () => {
    await using actor = await Faulty.with({ limits: { highWaterBytes: 1 } }).spawn();
    const replies = Array.from({ length: 200 }, (_, index) =>
      index % 2 === 0 ? actor.bytes(5 * KIB) : actor.later(1),
    );
    expect(await Promise.all(replies)).toHaveLength(200);
  });

  test('F16 is not a client that makes more calls than the actor runs at a time: the calls wait for their turn', async () => {
    await using actor = await Faulty.with({ limits: { maxCallsInFlight: 4 } }).spawn();
    const client = await Faulty.connect(actor.connectionAddress ?? '', { ownConnection: true });
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    expect(await Promise.all(numbers.map((number) => client.later(number)))).toEqual(numbers);
    release(client);
  });

  test('F16 is also disconnected if all its calls came before the first reply was written', async () => {
    await using actor = await Bounded.spawn();
    const { proxy, connection } = await stalledClient(actor);
    const outcomes = Promise.allSettled(Array.from({ length: 400 }, () => proxy.bytesLater(64 * KIB)));
    expect(await isDisconnected(actor)).toBeLessThan(limits.highWaterBytes + 2 * 128 * KIB);
    connection.unstall();
    expect((await outcomes).some(({ status }) => status === 'rejected')).toBe(true);
  });

  test('F16 U44 gets every waiting reply when it reads again: values, errors and objects', async () => {
    await using actor = await Faulty.with({ limits: { highWaterBytes: limits.highWaterBytes } }).spawn();
    const { proxy, connection } = await stalledClient(actor);
    const leaf = proxy.waitForGate();
    const sizes = Array.from({ length: 100 }, (_, index) => 64 * KIB + index);
    const replies = Promise.all(sizes.map((size) => proxy.bytesLater(size)));
    const refused = failure(proxy.failLater('too late'));
    await eventually(async () => expect((await actor.stats()).bytesQueued).toBeGreaterThan(limits.highWaterBytes));
    await actor.openGate();
    await eventually(async () => expect(await actor.marks()).toBe(1));
    const { bytesQueued, callsRunning } = await actor.stats();
    expect(bytesQueued).toBeLessThan(limits.highWaterBytes + 2 * 128 * KIB);
    expect(callsRunning).toBeGreaterThan(50);
    connection.unstall();
    expect((await replies).map(({ length }) => length)).toEqual(sizes);
    expect(await refused).toMatchObject({ message: 'too late' });
    expect(await (await leaf).value()).toBe(0);
    release(await leaf);
    await eventually(async () => expect(await actor.liveLeaves()).toBe(0));
    release(proxy);
  });

  test('F16 is also disconnected if the actor is the caller', async () => {
    await using actor = await Bounded.spawn();
    const client = await connectFaultily(actor.connectionAddress, (address) =>
      Faulty.connect(address, { ownConnection: true }),
    );
    client.connection.stall();
    const outcome = Promise.allSettled([client.proxy.flood(takeBytes, 40, 64 * KIB)]);
    await isDisconnected(actor);
    await eventually(async () => expect(await actor.aborts()).toBe(40));
    client.connection.unstall();
    await outcome;
  });
});

async function takeBytes(): Promise<void> {}

/** Starts a client that has stopped reading. */
async function stalledClient(
  actor: Remote<typeof Faulty>,
): Promise<{ readonly proxy: Remote<typeof Faulty>; readonly connection: FaultyConnection }> {
  const client = await connectFaultily(actor.connectionAddress, (address) =>
    Faulty.connect(address, { ownConnection: true }),
  );
  client.connection.stall();
  return client;
}

/** Waits until the actor has disconnected the client. Returns the highest number of queued bytes until then. */
async function isDisconnected(actor: Remote<typeof Faulty>): Promise<number> {
  let most = 0;
  await eventually(async () => {
    const { sessions, bytesQueued } = await actor.stats();
    most = Math.max(most, bytesQueued);
    expect(sessions).toBe(1);
  });
  return most;
}
