import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { release, type Remote, setProcessLimits } from 'uactor';
import { afterEach, describe, expect, test } from 'vitest';
import { Target } from '#fixtures/target.js';
import { DEFAULT_LIMITS, DEFAULT_REMOTE_LIMITS, limitsFor } from '../../core/seam/limits.ts';
import { formatAddress, parseAddress } from '../../transports/ipc/address.ts';
import { failure } from '../support/failure.ts';
import { scratch } from '../support/leaks.ts';
import {
  ASK_FOR_ACTOR,
  callMessage,
  callOf,
  claimMessage,
  codeOf,
  exposureMessage,
  grantMessage,
  HELLO,
  mark,
  message,
  payload,
  RawKind,
  replyMessage,
  textMessage,
  textOf,
  u32,
  valueOf,
} from '../support/raw-messages.ts';
import { rawClient, RawPeer, rawServer } from '../support/raw-peer.ts';

const KEY = 'the key that honest and hostile peers share';
const BYTES = Buffer.from(KEY);
const ACTOR = textMessage(RawKind.EXPOSURE, ['actor', ['echo'], []]);
const ADD = 3;
const ECHO = 4;
const WAIT = 5;
const MAKE = 6;
const MIB = 1024 * 1024;
const POLL = { timeout: 15_000 };

let target: Remote<typeof Target>;
let peers: RawPeer[] = [];

async function start(limits: Readonly<Record<string, number>>, concurrency?: number): Promise<void> {
  const options = { authkey: KEY, limits, inspectable: true, ...(concurrency !== undefined && { concurrency }) };
  target = await Target.with(options).spawn();
}

async function client(): Promise<RawPeer> {
  const peer = await rawClient(parseAddress(target.connectionAddress ?? ''), BYTES, ASK_FOR_ACTOR);
  peers.push(peer);
  await peer.reply(0);
  return peer;
}

/** Returns the beginning of a message that is twice as long. */
function half(bytes: number): Buffer {
  return Buffer.concat([u32(2 * bytes), Buffer.of(RawKind.CALL, 0), Buffer.alloc(bytes - 6)]);
}

async function expectEnd(peer: RawPeer, reason: string, words: RegExp): Promise<void> {
  const end = await peer.next('END', ({ kind }) => kind === RawKind.END);
  expect(textOf(end)).toMatchObject({ reason, message: expect.stringMatching(words) });
  await peer.hasClosed();
}

async function expectServed(peer: RawPeer, call: number): Promise<void> {
  peer.send(callMessage({ call, operation: ADD, args: payload([1, 2]) }));
  expect(valueOf(await peer.reply(call))).toBe(3);
}

/** Returns the figure from the report of the process, which the actor's other calls do not delay. */
async function bytesWaiting(peer: RawPeer): Promise<number> {
  peer.send(callMessage({ call: 1_000, target: 0, operation: 2 }));
  return Number(/"bytesWaiting":(\d+)/.exec(JSON.stringify(valueOf(await peer.reply(1_000))))?.[1]);
}

describe('limits of a whole process', () => {
  afterEach(async () => {
    for (const peer of peers) peer.destroy();
    peers = [];
    await target.shutdown();
  });

  test('H38 a session ends if its incomplete message stops, or continues one byte at a time', async () => {
    await start({ messageMs: 200 });
    const [silent, trickling] = [await client(), await client()];
    silent.send(half(1_000));
    trickling.send(half(1_000));
    const drip = setInterval(() => trickling.send(Buffer.of(0)), 20);
    try {
      await expectEnd(silent, 'protocol', /limits\.messageMs/);
      await expectEnd(trickling, 'protocol', /limits\.messageMs/);
    } finally {
      clearInterval(drip);
    }
    await expectServed(await client(), 1);
  });

  test('H34 a session beyond limits.maxSessions ends with that reason, and the others continue', async () => {
    await start({ maxSessions: 1 });
    const first = await client();
    const second = await rawClient(parseAddress(target.connectionAddress ?? ''), BYTES);
    peers.push(second);
    await expectEnd(second, 'overloaded', /1 sessions \(limits\.maxSessions\)/);
    await expectServed(first, 1);
    expect(await target.debug()).toMatchObject({ sessionsAccepted: 1 });
    first.destroy();
    await expect.poll(async () => (await target.debug()).sessionsAccepted, POLL).toBe(0);
    await expectServed(await client(), 1);
  });

  test('H34 a client that does not greet uses no slot of limits.maxSessions, and maxHandshakes limits such clients', async () => {
    await start({ maxSessions: 1, maxHandshakes: 2 });
    const path = parseAddress(target.connectionAddress ?? '');
    const silent = [await RawPeer.connect(path, BYTES), await RawPeer.connect(path, BYTES)];
    peers.push(...silent);
    const one = await RawPeer.connect(path, BYTES);
    peers.push(one);
    await expectEnd(one, 'overloaded', /2 connections that have not greeted \(limits\.maxHandshakes\)/);
    silent[0]?.send(HELLO, ASK_FOR_ACTOR);
    await silent[0]?.reply(0);
    // The second client is refused only now, when it requests a session, and its request is not read.
    silent[1]?.send(HELLO, ASK_FOR_ACTOR);
    if (silent[1]) await expectEnd(silent[1], 'overloaded', /1 sessions \(limits\.maxSessions\)/);
    expect(silent[1]?.received.filter(({ kind }) => kind !== RawKind.END)).toEqual([]);
  });

  test('H34 a process exposes at most limits.maxObjects objects over all its sessions', async () => {
    await start({ maxObjects: 5 });
    const [first, second] = [await client(), await client()];
    // The owner and both clients hold the actor.
    for (let call = 1; call <= 2; call++) {
      first.send(callMessage({ call, operation: MAKE }));
      expect((await first.reply(call)).kind).toBe(RawKind.RESULT);
    }
    expect(await target.debug()).toMatchObject({ holdings: 5, objects: 3 });
    second.send(callMessage({ call: 1, operation: MAKE }));
    const refused = await second.reply(1);
    expect(codeOf(refused)).toBe('TOO_MANY_REFERENCES');
    first.destroy();
    await expect.poll(async () => (await target.debug()).holdings, POLL).toBe(2);
    second.send(callMessage({ call: 2, operation: MAKE }));
    expect((await second.reply(2)).kind).toBe(RawKind.RESULT);
  });

  test('H34 H79 tickets are limited per process: the peer with the most gets no more, and tickets of other peers replace the oldest', async () => {
    await start({ maxTickets: 10, maxReferences: 100 });
    const [greedy, honest] = [await client(), await client()];
    const tickets = Array.from({ length: 12 }, () => randomBytes(16));
    greedy.send(...tickets.map((ticket) => grantMessage(1, ticket)));
    await expectServed(greedy, 1);
    expect(await target.debug()).toMatchObject({ tickets: 10 });
    const ticket = randomBytes(16);
    honest.send(grantMessage(1, ticket));
    await expectServed(honest, 1);
    expect(await target.debug()).toMatchObject({ tickets: 10 });
    honest.send(claimMessage(2, ticket));
    expect((await honest.reply(2)).kind).toBe(RawKind.RESULT);
    const [oldest = ticket, next = ticket] = tickets;
    honest.send(claimMessage(3, next), claimMessage(4, oldest));
    expect((await honest.reply(3)).kind).toBe(RawKind.RESULT);
    expect(await target.debug()).toMatchObject({ claimsWaiting: 1 });
    expect(codeOf(await honest.reply(4))).toBe('TICKET_INVALID');
  });

  test('H33 H38 bytes of incomplete messages are limited per process: the session that is idle longest ends', async () => {
    await start({ maxBufferedBytes: MIB });
    const [still, moving] = [await client(), await client()];
    still.send(half(700 * 1024));
    await expect.poll(async () => (await target.debug()).bytesReceiving, POLL).toBe(700 * 1024);
    moving.send(half(400 * 1024));
    await expectEnd(still, 'overloaded', /its sessions keep \d+ of at most 1048576 bytes \(limits\.maxBufferedBytes\)/);
    moving.send(Buffer.alloc(400 * 1024 + 4));
    await moving.reply(0);
    await expectServed(moving, 1);
  });

  test('H33 waiting calls are limited per process: further calls are rejected and do not run', async () => {
    await start({ maxBufferedBytes: MIB }, 1);
    const peer = await client();
    peer.send(callMessage({ call: 1, operation: WAIT }));
    const large = payload(['x'.repeat(600 * 1024)]);
    peer.send(callMessage({ call: 2, operation: ECHO, args: large }));
    await expect.poll(() => bytesWaiting(peer), POLL).toBeGreaterThan(600 * 1024);
    peer.send(callMessage({ call: 3, operation: ECHO, args: payload(['x'.repeat(100 * 1024)]) }));
    const refused = await peer.reply(3);
    expect(codeOf(refused)).toBe('OVERLOADED');
    expect(refused.flags).toBe(0);
    const other = await client();
    peer.destroy();
    await expect.poll(() => bytesWaiting(other), POLL).toBe(0);
  });

  test('H33 H34 the member names that peers describe are limited per process: a session with too many ends', async () => {
    await start({ maxBufferedBytes: MIB });
    const [honest, talkative] = [await client(), await client()];
    for (let exposure = 0; exposure < 8; exposure++) {
      const names = Array.from({ length: 4_096 }, (_, index) => (exposure * 4_096 + index).toString(36));
      talkative.send(textMessage(RawKind.EXPOSURE, ['auto', names, []]));
    }
    await expectEnd(
      talkative,
      'overloaded',
      /its sessions keep \d+ of at most 1048576 bytes \(limits\.maxBufferedBytes\)/,
    );
    await expectServed(honest, 1);
  });

  test('H34 a description of more than 2 Mi characters ends its session before it is read', async () => {
    await start({});
    const peer = await client();
    // Only its length is wrong.
    const names = Array.from(
      { length: 4_096 },
      (_, index) => `"${String.raw`\u0061`.repeat(90)}${index.toString(36)}"`,
    );
    peer.send(message(RawKind.EXPOSURE, 0, Buffer.from(`["auto",[${names.join(',')}],[]]`)));
    await expectEnd(peer, 'protocol', /a malformed exposure/);
    await expectServed(await client(), 1);
  });

  test('H34 a program sets the limits of its own sessions', async () => {
    await start({});
    const functions = Array.from({ length: 3 }, (_, index) => () => index);
    setProcessLimits({ maxObjects: 2 });
    try {
      expect(await failure(target.echo(functions))).toMatchObject({ code: 'TOO_MANY_REFERENCES', executed: 'no' });
    } finally {
      setProcessLimits({});
    }
    expect(await target.add(1, 2)).toBe(3);
    expect(() => Reflect.apply(setProcessLimits, undefined, [{ maxNodes: 7 }])).toThrow(
      /maxNodes is not a limit of a process; the limits are/,
    );
    expect(() => setProcessLimits({ maxObjects: 0 })).toThrow(/must be a number of at least 1; it is 0/);
  });

  test('H34 a greeting states the limits, and larger values are not sent', async () => {
    const accepted = { maxMessageBytes: 5_000, maxNodes: 700, maxReferences: 20 };
    await start(accepted);
    const peer = await rawClient(parseAddress(target.connectionAddress ?? ''), BYTES);
    peers.push(peer);
    const hello = await peer.next('HELLO', ({ kind }) => kind === RawKind.HELLO);
    expect(textOf(hello)).toMatchObject(accepted);

    const path = join(scratch, 'bounds.sock');
    await using server = await rawServer(path, BYTES, async (served) => {
      const limits = { maxMessageBytes: 2_000, maxNodes: 100, maxReferences: 2 };
      served.send(textMessage(RawKind.HELLO, { endpoints: [], ...limits }));
      const question = await served.next('the question for the actor', ({ kind }) => kind === RawKind.CALL);
      const here = payload([1, 0], mark('own'));
      served.send(ACTOR, replyMessage(RawKind.RESULT, callOf(question), here));
    });
    const there = await Target.connect(formatAddress(path), { authkey: KEY });
    const large = await failure(there.echo('x'.repeat(3_000)));
    const long = await failure(there.echo(Array.from({ length: 200 }, () => 0)));
    const held = await failure(there.echo([() => 1, () => 2, () => 3]));
    release(there);
    expect(server.failures).toEqual([]);
    expect(large).toMatchObject({ code: 'MESSAGE_TOO_LARGE', executed: 'no' });
    expect(String(large)).toMatch(/limits\.maxMessageBytes.* 268435456 at this end, and 2000 at the other end/);
    expect(long).toMatchObject({ code: 'MESSAGE_TOO_LARGE', executed: 'no' });
    expect(String(long)).toMatch(/the 100 values that the other end accepts in one message \(limits\.maxNodes there\)/);
    expect(held).toMatchObject({ code: 'TOO_MANY_REFERENCES', executed: 'no' });
    expect(String(held)).toMatch(/2 references \(limits\.maxReferences of the other end\)/);
  });

  test('H34 a peer that exceeds the limit of references fails only its call, and can release some', async () => {
    await start({ maxReferences: 20 });
    const peer = await client();
    peer.send(exposureMessage('function', ['call']));
    peer.send(handed(1, times(21)));
    expect(codeOf(await peer.reply(1))).toBe('INVALID_PAYLOAD');
    peer.send(handed(2, times(15)));
    expect((await peer.reply(2)).kind).toBe(RawKind.RESULT);
    await expectServed(peer, 3);
  });
});

/** Returns a call with a list of proxies of functions with these ids. */
function handed(call: number, ids: readonly number[]): Buffer {
  const marks = Object.fromEntries(ids.map((_, index) => [`0.${index}`, mark('own')]));
  return callMessage({ call, operation: ECHO, args: payload([ids.map((id) => [id, 0])], marks) });
}

/** Returns this many ids. */
function times(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 10);
}

test("U49 peers on a network have lower limits by default, and a user's setting applies to both kinds of peer", () => {
  expect(limitsFor(undefined, true)).toEqual(DEFAULT_LIMITS);
  expect(limitsFor({ maxNodes: 7 }, false)).toEqual({ ...DEFAULT_LIMITS, ...DEFAULT_REMOTE_LIMITS, maxNodes: 7 });
  expect(DEFAULT_REMOTE_LIMITS).toEqual({
    maxMessageBytes: 16 * MIB,
    maxNodes: 1_000_000,
    maxReferences: 100_000,
    firstBytesMs: 2_000,
  });
});
