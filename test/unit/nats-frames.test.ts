import { expect, test } from 'vitest';
import {
  type Frame,
  greeting,
  HEADER_BYTES,
  Kind,
  LAST,
  makeFrame,
  PROTOCOL_VERSION,
  readFrame,
  greet,
  readGreeting,
} from '../../transports/nats/frame.ts';
import { PeerWindow, PeerWindows } from '../../transports/nats/peer-window.ts';
import { ReceiveSide } from '../../transports/nats/receive-side.ts';
import { SendSide } from '../../transports/nats/send-side.ts';
import { clientOf, connectionSubjects, freshToken, replySubject, serverOf } from '../../transports/nats/subjects.ts';

const MIB = 1024 * 1024;

test('H82 bytes that are not a frame of this version are not read', () => {
  const frame = makeFrame(Kind.data, LAST, 7, 3);
  expect(readFrame(frame)).toMatchObject({ kind: Kind.data, last: true, number: 7 });
  const changed = (at: number, byte: number): Frame | undefined => {
    const copy = Buffer.from(frame);
    copy[at] = byte;
    return readFrame(copy);
  };
  for (const kind of [0, 11, 255]) expect(changed(0, kind)).toBeUndefined();
  for (const at of [2, 3]) expect(changed(at, 1)).toBeUndefined();
  expect(changed(1, 2)).toMatchObject({ last: false });
  expect(readFrame(frame.subarray(0, HEADER_BYTES - 1))).toBeUndefined();
});

test('H82 a greeting has its version and its length', () => {
  const process = freshToken();
  const payload = greet(Kind.open, { process, secured: true }).subarray(HEADER_BYTES);
  expect(readGreeting(payload)).toEqual({ process, secured: true });
  expect(readGreeting(payload.subarray(0, -1))).toBeUndefined();
  expect(readGreeting(Buffer.concat([payload, Buffer.alloc(1)]))).toBeUndefined();
  expect(readGreeting(Buffer.from(payload).fill(PROTOCOL_VERSION + 1, 0, 1))).toBeUndefined();
  expect(greeting(Kind.probe, payload)).toHaveLength(HEADER_BYTES + payload.length);
});

test('H82 a reply subject leads only to a client of the namespace', () => {
  const [client, server] = [freshToken(), freshToken()];
  expect(clientOf('shop', replySubject('shop', client))).toBe(client);
  const { toServer, toClient } = connectionSubjects('shop', client, server);
  for (const subject of [replySubject('other', client), toServer, toClient, 'somewhere', '', `${toClient}.x`])
    expect(clientOf('shop', subject)).toBeUndefined();
  for (const token of ['*', '>', 'short', `${client}x`]) {
    expect(clientOf('shop', replySubject('shop', token))).toBeUndefined();
    expect(serverOf(connectionSubjects('shop', client, token).toClient)).toBeUndefined();
  }
  expect(serverOf(toClient)).toBe(server);
});

test('a receiver takes each DATA once and in order, and is done after the last one was read', () => {
  const side = new ReceiveSide(0);
  const arrive = (number: number, bytes: number, last = false): string =>
    side.arrive({ kind: Kind.data, last, number, expected: 0, credit: 0, payload: new Uint8Array(bytes) });
  expect([arrive(1, 1), arrive(0, 1), arrive(0, 1)]).toEqual(['early', 'next', 'known']);
  expect([side.take()?.length, side.isDone]).toEqual([1, false]);
  const before = side.credit;
  expect(arrive(1, 0)).toBe('next');
  // No reader returns the credit of an empty DATA.
  expect(side.credit - before).toBe(128);
  expect([arrive(2, 1, true), side.isDone, arrive(3, 1)]).toEqual(['next', false, 'known']);
  expect([side.take()?.length, side.isDone]).toEqual([1, true]);
});

/** A sending half and its published frames. */
function sender(peer = new PeerWindow(), maxPayloadBytes = MIB): { readonly side: SendSide; readonly sent: Buffer[] } {
  const sent: Buffer[] = [];
  const publish = (frame: Buffer): void => void sent.push(frame);
  const side = new SendSide({ firstNumber: 0, maxPayloadBytes, peer, publish, retry: () => side.pump() });
  return { side, sent };
}

test('a sender ignores outdated and impossible numbers', () => {
  const { side, sent } = sender();
  side.write([new Uint8Array(0), new Uint8Array(2 * MIB)]);
  side.pump();
  const inTransit = sent.length;
  // Confirms more than was sent, then nothing, and gives more credit than a window.
  expect(side.confirm(inTransit + 1, 0)).toBe(false);
  expect(side.confirm(0, 4 * MIB)).toBe(false);
  side.pump();
  expect(sent).toHaveLength(inTransit);
  expect(side.confirm(inTransit, 1.5 * MIB)).toBe(true);
  // An outdated frame reduces no credit.
  expect(side.confirm(0, MIB)).toBe(false);
  side.pump();
  expect(sent.length).toBeGreaterThan(inTransit + 4);
});

test('the end of a direction is confirmed with everything before it, and only then', () => {
  const { side, sent } = sender();
  side.write([new Uint8Array(100_000)]);
  side.pump();
  side.confirm(sent.length, MIB);
  expect([side.isDone, side.isWaiting]).toEqual([false, false]);
  side.write([new Uint8Array(100_000)]);
  side.end();
  side.pump();
  expect([side.isEnding, side.onlyLacksEnd]).toEqual([true, false]);
  side.confirm(sent.length - 1, MIB);
  // The end is part of the last bytes.
  expect([side.isDone, side.onlyLacksEnd]).toEqual([false, false]);
  side.confirm(sent.length, MIB);
  expect(side.isDone).toBe(true);
  side.end();
  expect(side.isDone).toBe(true);
  const alone = sender();
  alone.side.end();
  alone.side.pump();
  expect(alone.side.onlyLacksEnd).toBe(true);
  const { length } = alone.sent;
  alone.side.pump();
  expect(alone.sent).toHaveLength(length);
});

test('a sender divides bytes by the limit of the broker, shares the window of a process, and leaves nothing there', () => {
  const small = sender(new PeerWindow(), 1_000);
  small.side.write([new Uint8Array(5_000)]);
  small.side.pump();
  expect(Math.max(...small.sent.map(({ length }) => length))).toBe(1_000);

  const peer = new PeerWindow();
  const rest = 8 * MIB - 100_000;
  peer.take(rest, () => undefined);
  const first = sender(peer);
  first.side.write([new Uint8Array(200_000)]);
  first.side.pump();
  expect(first.sent).toHaveLength(1);
  first.side.discard();
  // Its bytes are returned, and it does not wait any more.
  peer.giveBack(rest);
  expect(first.sent).toHaveLength(1);
  expect(peer.take(8 * MIB, () => undefined)).toBe(true);
  peer.giveBack(8 * MIB);
  // A single message larger than the window passes if nothing else is in transit.
  expect(peer.take(9 * MIB, () => undefined)).toBe(true);
  expect(peer.take(1, () => undefined)).toBe(false);
});

test('the window of a process is shared until its last connection is over', () => {
  const windows = new PeerWindows();
  const window = windows.acquire('a');
  expect(windows.acquire('a')).toBe(window);
  windows.release('a');
  expect([windows.size, windows.acquire('a') === window]).toEqual([1, true]);
  for (let time = 0; time < 3; time++) windows.release('a');
  expect(windows.size).toBe(0);
});
