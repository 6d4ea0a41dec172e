import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { ReceiverCredit, BufferedShare } from '../../core/session/flow-control.ts';
import { Kind } from '../../core/session/message.ts';
import { frame } from '../support/foreign-handshake.ts';
import { PeerPair } from '../simulation/peer-pair.ts';

/** Large enough to be read directly into its own memory, and more than a session may keep unused. */
const LARGE_BYTES = 1024 * 1024;

afterEach(() => {
  vi.restoreAllMocks();
});

test('H38 an END message above the maximum length breaks the protocol', async () => {
  for (const [textBytes, allowed] of [
    [60 * 1024, true],
    [64 * 1024, false],
  ] as const) {
    const pair = new PeerPair(() => ({}), [], { capacityBytes: LARGE_BYTES });
    const [{ session, connection }] = pair.peers;
    const text = JSON.stringify({ reason: 'shutdown', message: 'x'.repeat(textBytes) });
    session.data(frame(Buffer.concat([Buffer.of(Kind.END, 0), Buffer.from(text)])));
    await turn();
    const answered = connection.take()?.toString() ?? '';
    pair.close();
    expect(answered.includes('protocol'), answered).toBe(!allowed);
  }
});

test('started small calls are acknowledged together, at half of the credit', () => {
  const given: number[] = [];
  const credit = new ReceiverCredit(100, (bytes) => given.push(bytes));
  for (let count = 0; count < 10; count++) {
    expect(credit.arrived(10)).toBe(true);
    credit.started(10);
  }
  expect(given).toEqual([50, 50]);
});

test('H38 the received bytes of an incomplete message count for the process, even in their final memory', () => {
  const pair = new PeerPair(() => ({}), [], { capacityBytes: LARGE_BYTES });
  const [{ connection, session }] = pair.peers;
  const { receiver } = connection;
  const keep = vi.spyOn(BufferedShare.prototype, 'keep');
  const message = frame(Buffer.concat([Buffer.of(Kind.EXPOSURE, 0), Buffer.alloc(LARGE_BYTES)]));
  let at = 1_000;
  receiver?.read?.(message.subarray(0, at), at);
  expect(keep).toHaveBeenLastCalledWith('receiving', at);
  const half = message.length / 2;
  while (at < half) {
    const room = receiver?.wanted ?? expect.fail('the reader wants no memory');
    const bytes = message.copy(room, 0, at, at + Math.min(room.length, 50_000));
    at += bytes;
    receiver?.filled?.(bytes);
    expect(keep).toHaveBeenLastCalledWith('receiving', at);
  }
  expect(session.load.bytesReceiving).toBe(at);
  pair.close();
});
