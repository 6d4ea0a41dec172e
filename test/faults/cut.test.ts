import { ConnectionLostError, release, type Remote } from 'uactor';
import { Faulty } from '#fixtures/faulty.js';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { connectFaultily, type FaultyConnection } from '../support/faulty-connection.ts';
import '../support/leaks.ts';

const NOTE = 'a note of some length, so that the message has a value';
const Quiet = Faulty.with({ stdio: ['ignore', 'ignore', 'ignore'] });

/** Returns the number of bytes of one call in one direction. */
async function frameBytes(actor: Remote<typeof Faulty>, direction: 'written' | 'read'): Promise<number> {
  const { proxy, connection } = await connect(actor);
  const before = connection.passed[direction];
  await proxy.mark(NOTE);
  const after = connection.passed[direction];
  release(proxy);
  return after - before;
}

async function connect(
  actor: Remote<typeof Faulty>,
): Promise<{ readonly proxy: Remote<typeof Faulty>; readonly connection: FaultyConnection }> {
  return await connectFaultily(actor.connectionAddress, (address) => Quiet.connect(address, { ownConnection: true }));
}

test('F04 a call that is cut at any byte is lost, and never decoded or sent again', async () => {
  await using actor = await Quiet.spawn();
  const bytes = await frameBytes(actor, 'written');
  expect(bytes).toBeGreaterThan(NOTE.length);
  for (let offset = 0; offset < bytes; offset++) {
    const { proxy, connection } = await connect(actor);
    connection.cutWritesAfter(offset);
    const error = await failure(proxy.mark(NOTE));
    expect(error, `cut after ${offset} bytes`).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', executed: 'maybe' });
    expect(await actor.marks(), `cut after ${offset} bytes`).toBe(1);
    release(proxy);
  }
  await eventually(async () => expect(await actor.stats()).toMatchObject({ sessions: 1, callsRunning: 0 }));
  expect(await actor.marks()).toBe(1);
});

test('F04 a reply that is cut at any byte is lost and never decoded, and the method ran once', async () => {
  await using actor = await Quiet.spawn();
  const bytes = await frameBytes(actor, 'read');
  expect(bytes).toBeGreaterThan(12);
  for (let offset = 0; offset < bytes; offset++) {
    const { proxy, connection } = await connect(actor);
    connection.cutReadsAfter(offset);
    const error = await failure(proxy.mark(NOTE));
    expect(error, `cut after ${offset} bytes`).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', executed: 'maybe' });
    expect(await actor.marks()).toBe(offset + 2);
  }
  await eventually(async () => expect(await actor.stats()).toMatchObject({ sessions: 1, callsRunning: 0 }));
});
