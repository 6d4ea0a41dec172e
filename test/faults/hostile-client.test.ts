import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Remote } from 'uactor';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Target } from '#fixtures/target.js';
import { parseAddress } from '../../transports/ipc/address.ts';
import '../support/leaks.ts';
import {
  ASK_FOR_ACTOR,
  callMessage,
  claimMessage,
  codeOf,
  grantMessage,
  HELLO,
  mark,
  message,
  payload,
  RawKind,
  releaseMessage,
  replyMessage,
  textMessage,
  textOf,
  u16,
  u32,
  valueOf,
} from '../support/raw-messages.ts';
import { rawClient, RawPeer } from '../support/raw-peer.ts';

const KEY = 'the key that honest and hostile peers share';
const BYTES = Buffer.from(KEY);

/** The numbers of the target's operations. */
const ADD = 3;
const ECHO = 4;
const WAIT = 5;
const MAKE = 6;
const LOOK = 7;
const REPEAT = 9;
const THENABLE = 10;
const GROW = 12;
const OPERATIONS = 16;

const FUNCTION = textMessage(RawKind.EXPOSURE, ['function', ['call'], []]);
const TICKET = randomBytes(16);

const Sealed = Target.with({ authkey: KEY });
let target: Remote<typeof Target>;
let path: string;
const peers: RawPeer[] = [];

async function start(limits: Readonly<Record<string, number>> = {}): Promise<void> {
  target = await Target.with({ authkey: KEY, limits }).spawn();
  path = parseAddress(target.connectionAddress ?? '');
}

/** Checks that other clients are served as before, and that no state and no prototype was changed. */
async function expectUnharmed(): Promise<void> {
  expect(await target.add(1, 2)).toBe(3);
  expect(await target.state()).toMatchObject({ touched: 0, prototypes: true });
  const honest = await Sealed.connect(target.connectionAddress ?? '', { ownConnection: true, authkey: KEY });
  expect(await honest.add(2, 3)).toBe(5);
  await honest[Symbol.asyncDispose]();
}

function hangUp(): void {
  for (const peer of peers.splice(0)) peer.destroy();
}

/** Connects a peer that has sent its greeting. */
async function client(...first: readonly Uint8Array[]): Promise<RawPeer> {
  const peer = await rawClient(path, BYTES, ...first);
  peers.push(peer);
  return peer;
}

/** Connects a peer that was handed the actor, and returns the actor's id. */
async function clientWithActor(): Promise<{ readonly peer: RawPeer; readonly actor: number }> {
  const peer = await client(ASK_FOR_ACTOR);
  return { peer, actor: idOf(valueOf(await peer.reply(0))) };
}

function idOf(token: unknown): number {
  if (Array.isArray(token) && typeof token[0] === 'number') return token[0];
  throw new Error('this is no token of an object');
}

async function expectClosedForProtocol(peer: RawPeer, what: RegExp): Promise<void> {
  const end = await peer.next('the farewell', ({ kind }) => kind === RawKind.END);
  expect(textOf(end)).toMatchObject({ reason: 'protocol', message: expect.stringMatching(what) });
  await peer.hasClosed();
}

describe('a hostile client after its proof', () => {
  beforeAll(() => start());
  afterEach(async () => {
    await expectUnharmed();
    hangUp();
  });
  afterAll(() => target.shutdown());

  const NAMES = ['constructor', '__proto__', 'toString', 'then', 'catch', 'toJSON', 'call', 'inspect', 'hidden', 'a.b'];

  test('H22 H23 H25 a call contains no names, so members that are not exposed have no number, and any other number is rejected', async () => {
    const { peer, actor } = await clientWithActor();
    const numbers = [OPERATIONS, OPERATIONS + 1, 255, 256, 0x7fff, 0x8000, 0xffff];
    for (const [call, operation] of numbers.entries()) {
      peer.send(callMessage({ call, target: actor, operation, args: payload(NAMES) }));
      const reply = await peer.reply(call);
      expect(reply.kind).toBe(RawKind.ERROR);
      expect(codeOf(reply)).toBe('NOT_EXPOSED');
    }
  });

  test('H22 H23 an exposure contains neither Object members nor members that the class does not expose', async () => {
    const peer = await client(ASK_FOR_ACTOR);
    const exposure = textOf(await peer.next('an exposure', ({ kind }) => kind === RawKind.EXPOSURE));
    expect(exposure).toEqual(['actor', ['enter', 'exit', 'shutdown', ...Target.exposed.slice(0, -1)], ['label']]);
  });

  test('H24 arguments that are not a list, or cannot be decoded, fail only the call', async () => {
    const { peer, actor } = await clientWithActor();
    const bad = [payload({ length: 1 }), payload('add'), payload(null), payload(7), Buffer.of(0), randomBytes(100)];
    for (const [call, args] of bad.entries()) {
      peer.send(callMessage({ call, target: actor, operation: ADD, args }));
      expect(codeOf(await peer.reply(call))).toBe('INVALID_PAYLOAD');
    }
    peer.send(callMessage({ call: 99, target: actor, operation: ADD, args: payload([20, 22]) }));
    expect(valueOf(await peer.reply(99))).toBe(42);
  });

  test('H26 H27 every id that this peer was not given gets the same reply', async () => {
    const { peer, actor } = await clientWithActor();
    const other = await clientWithActor();
    other.peer.send(callMessage({ call: 1, target: other.actor, operation: MAKE }));
    const theirs = idOf(valueOf(await other.peer.reply(1)));
    const answers = new Set<string>();
    for (const [call, id] of [theirs, theirs - 1, theirs + 1, 12_345, 2 ** 48 - 1].entries()) {
      if (id === actor) continue;
      peer.send(callMessage({ call, target: id, operation: 0 }));
      const reply = await peer.reply(call);
      expect(codeOf(reply)).toBe('OBJECT_GONE');
      const data = valueOf(reply);
      answers.add(typeof data === 'object' && data !== null && 'message' in data ? String(data.message) : '');
    }
    expect(answers.size).toBe(1);
    other.peer.send(callMessage({ call: 2, target: theirs, operation: 0 }));
    expect(valueOf(await other.peer.reply(2))).toBe('thing');
  });

  test('H26 a released object cannot be called, and its id is not used again', async () => {
    const { peer, actor } = await clientWithActor();
    peer.send(callMessage({ call: 1, target: actor, operation: MAKE }));
    const first = idOf(valueOf(await peer.reply(1)));
    peer.send(releaseMessage([first, 1]), callMessage({ call: 2, target: first, operation: 0 }));
    expect(codeOf(await peer.reply(2))).toBe('OBJECT_GONE');
    peer.send(callMessage({ call: 3, target: actor, operation: MAKE }));
    expect(idOf(valueOf(await peer.reply(3)))).toBeGreaterThan(first);
  });

  test.each([
    ['H28 a release of more than it holds', (actor: number) => releaseMessage([actor, 2])],
    ["H28 a release of another's object", (actor: number) => releaseMessage([actor + 1_000, 1])],
    ['H28 a release of the process itself', () => releaseMessage([0, 1])],
    ['H29 a count of 0', (actor: number) => releaseMessage([actor, 0])],
    ['H29 a count of 2^32-1', (actor: number) => releaseMessage([actor, 0xffff_ffff])],
    ['H29 a ticket for what it does not hold', (actor: number) => grantMessage(actor + 1_000, TICKET)],
    ['H29 a ticket for the process itself', () => grantMessage(0, TICKET)],
  ])('%s closes its own connection, and no other', async (_, bytes) => {
    const other = await clientWithActor();
    const { peer, actor } = await clientWithActor();
    peer.send(bytes(actor));
    await expectClosedForProtocol(peer, /does not hold/);
    other.peer.send(callMessage({ call: 1, target: other.actor, operation: ADD, args: payload([1, 1]) }));
    expect(valueOf(await other.peer.reply(1))).toBe(2);
  });

  test.each([
    ['a call', (actor: number) => callMessage({ call: 5, target: actor, operation: WAIT })],
    ['a call that cannot be decoded', (actor: number) => callMessage({ call: 5, target: actor, args: Buffer.of(9) })],
    ['a claim', () => claimMessage(5, TICKET)],
  ])('H30 %s with the number of a call in flight closes the connection', async (_, second) => {
    const { peer, actor } = await clientWithActor();
    peer.send(callMessage({ call: 5, target: actor, operation: WAIT }), second(actor));
    await expectClosedForProtocol(peer, /twice/);
  });

  test('H31 replies without a call are dropped, and too many of them close the connection', async () => {
    const { peer, actor } = await clientWithActor();
    for (let call = 0; call < 16; call++) peer.send(replyMessage(RawKind.RESULT, call, payload('surprise')));
    peer.send(callMessage({ call: 1, target: actor, operation: ADD, args: payload([1, 1]) }));
    expect(valueOf(await peer.reply(1))).toBe(2);
    peer.send(replyMessage(RawKind.ERROR, 0xffff_ffff));
    await expectClosedForProtocol(peer, /replies/);
  });

  test('H31 a second reply to a callback, and a reply on another connection, are ignored', async () => {
    const { peer, actor } = await clientWithActor();
    const other = await clientWithActor();
    const args = payload([[1, 0], 1], { 0: mark('own') });
    peer.send(FUNCTION, callMessage({ call: 1, target: actor, operation: REPEAT, args }));
    const callback = await peer.next('the callback', ({ kind }) => kind === RawKind.CALL);
    const number = callback.body.readUInt32LE(2);
    other.peer.send(replyMessage(RawKind.RESULT, number, payload(1_000)));
    peer.send(replyMessage(RawKind.RESULT, number, payload(5)), replyMessage(RawKind.RESULT, number, payload(6)));
    expect(valueOf(await peer.reply(1))).toBe(5);
    other.peer.send(callMessage({ call: 1, target: other.actor, operation: ADD, args: payload([1, 1]) }));
    expect(valueOf(await other.peer.reply(1))).toBe(2);
  });

  test("H35 a client cannot make the owner's requests", async () => {
    const { peer } = await clientWithActor();
    for (const operation of [2, 3, 4, 5, 0xffff]) {
      peer.send(callMessage({ call: operation, target: 0, operation }));
      expect(codeOf(await peer.reply(operation))).toBe('NOT_EXPOSED');
    }
    peer.send(callMessage({ call: 50, target: 0, flags: 1 }));
    expect((await peer.reply(50)).kind).toBe(RawKind.ERROR);
  });

  test('H36 a class or a module that the peer chose is not loaded', async () => {
    const { peer, actor } = await clientWithActor();
    const tags = ['class:node:fs', 'class:constructor', 'class:__proto__', 'class:file:///etc/passwd', 'nonesuch'];
    for (const [call, tag] of tags.entries()) {
      const args = payload([{ a: 1 }], { 0: mark(tag) });
      peer.send(callMessage({ call, target: actor, operation: ECHO, args }));
      expect((await peer.reply(call)).kind).toBe(RawKind.ERROR);
    }
  });

  test.each([
    ['H37 an unknown kind', message(13, 0)],
    ['H37 kind 0', message(0, 0)],
    ['H37 kind 255', message(255, 0, Buffer.alloc(20))],
    ['H37 a kind without flags', Buffer.concat([u32(1), Buffer.of(RawKind.PING)])],
    ['H37 unknown flags on a call', callMessage({ call: 1, flags: 4 })],
    ['H37 flags on a result', replyMessage(RawKind.RESULT, 1, Buffer.alloc(0), 1)],
    ['H37 reserved bytes of a cancellation', message(RawKind.CANCEL, 0, u16(1), u32(1))],
    ['H37 a call cut short', message(RawKind.CALL, 0, Buffer.alloc(11))],
    ['H37 a reply cut short', message(RawKind.RESULT, 0, Buffer.alloc(5))],
    ['H37 a release with a trailing byte', message(RawKind.RELEASE, 0, Buffer.alloc(11))],
    ['H37 a ticket cut short', message(RawKind.GRANT, 0, Buffer.alloc(23))],
    ['H37 a claim with a trailing byte', message(RawKind.CLAIM, 0, Buffer.alloc(23))],
    ['H37 a second greeting', HELLO],
    ['H37 a farewell that is none', message(RawKind.END, 0, Buffer.from('{"reason":"because"}'))],
    ['H37 a farewell that is not JSON', message(RawKind.END, 0, Buffer.from('{'))],
    ['H37 a farewell of 100 kB', message(RawKind.END, 0, Buffer.alloc(100_000, ' '))],
    ['H37 an exposure that is not JSON', message(RawKind.EXPOSURE, 0, Buffer.from('['))],
    ['H37 an exposure of __proto__', textMessage(RawKind.EXPOSURE, ['auto', ['__proto__'], []])],
    ['H37 an exposure of then', textMessage(RawKind.EXPOSURE, ['auto', [], ['then']])],
    ['H37 an exposure with a name twice', textMessage(RawKind.EXPOSURE, ['auto', ['a'], ['a']])],
    ['H38 a message of no bytes', u32(0)],
    ['H38 a message above the limit', u32(256 * 1024 * 1024 + 1)],
    ['H38 a message of 2^32-1 bytes', u32(0xffff_ffff)],
    ['H38 a million empty messages', Buffer.alloc(4_000_000)],
    ['H40 a pong that nobody asked for', message(RawKind.PONG, 0)],
    ['H40 a ping with a body', message(RawKind.PING, 0, Buffer.of(1))],
    ['H40 a flood of pings', Buffer.concat(Array.from({ length: 1_000 }, () => message(RawKind.PING, 0)))],
  ])('%s closes the connection', async (_, bytes) => {
    const peer = await client();
    peer.send(bytes);
    await peer.next('the farewell', ({ kind }) => kind === RawKind.END);
    await peer.hasClosed();
  });

  test.each([
    ['a message before the greeting', ASK_FOR_ACTOR],
    ['endpoints that are no list', textMessage(RawKind.HELLO, { endpoints: 5 })],
    ['endpoints that are no texts', textMessage(RawKind.HELLO, { endpoints: [{}] })],
    ['too many endpoints', textMessage(RawKind.HELLO, { endpoints: Array.from({ length: 17 }, () => 'ipc:///x') })],
    ['a greeting without endpoints', textMessage(RawKind.HELLO, {})],
    ['a greeting that is no object', textMessage(RawKind.HELLO, null)],
    ['a greeting nested 30,000 deep', message(RawKind.HELLO, 0, Buffer.from('['.repeat(30_000)))],
  ])('H37 %s closes the connection', async (_, bytes) => {
    const peer = await RawPeer.connect(path, BYTES);
    peers.push(peer);
    peer.send(bytes);
    await expectClosedForProtocol(peer, /HELLO/);
  });

  test('H38 a message in single bytes is one message', async () => {
    const { peer, actor } = await clientWithActor();
    peer.socket.setNoDelay(true);
    const bytes = callMessage({ call: 1, target: actor, operation: ECHO, args: payload(['x'.repeat(2_000)]) });
    for (const byte of bytes) peer.socket.write(Buffer.of(byte));
    expect(valueOf(await peer.reply(1))).toBe('x'.repeat(2_000));
  });

  test('H38 an announced length takes no memory', async () => {
    const before = memoryOf(await target.pid());
    const waiting = await Promise.all(
      Array.from({ length: 20 }, () => client(u32(200 * 1024 * 1024), Buffer.of(1, 0))),
    );
    expect(await target.add(1, 1)).toBe(2);
    expect(memoryOf(await target.pid()) - before).toBeLessThan(200 * 1024 * 1024);
    for (const peer of waiting) peer.destroy();
  });

  test('H39 H41 H42 credit, deadlines, deletion and definitions offer no attack, and a write goes by number', async () => {
    const { peer, actor } = await clientWithActor();
    const args = payload([{ ['__proto__']: 1 }, 'label', 2 ** 53]);
    peer.send(callMessage({ call: 1, target: actor, operation: 16, args }));
    expect(codeOf(await peer.reply(1))).toBe('NOT_EXPOSED');
  });

  test('H43 H75 a callback that never answers, fails, or is released blocks no other call', async () => {
    const { peer, actor } = await clientWithActor();
    const args = payload([[1, 0], 2], { 0: mark('own') });
    peer.send(FUNCTION, callMessage({ call: 1, target: actor, operation: REPEAT, args }));
    const first = await peer.next('the callback', ({ kind }) => kind === RawKind.CALL);
    expect(await target.add(4, 4)).toBe(8);
    peer.send(replyMessage(RawKind.ERROR, first.body.readUInt32LE(2), payload('no')));
    expect((await peer.reply(1)).kind).toBe(RawKind.ERROR);
  });

  test('H74 a method that returns a thenable replies with its resolved value, once', async () => {
    const { peer, actor } = await clientWithActor();
    const { adopted } = await target.state();
    peer.send(callMessage({ call: 1, target: actor, operation: THENABLE }));
    expect(valueOf(await peer.reply(1))).toBe(7);
    expect((await target.state()).adopted).toBe(adopted + 1);
  });

  test('H74 H75 an argument that looks like a promise is rejected, and not called', async () => {
    const { peer, actor } = await clientWithActor();
    // oxlint-disable-next-line unicorn/no-thenable -- it is what the test is about
    const args = payload([{ then: [1, 0] }], { '0.then': mark('own') });
    peer.send(FUNCTION, callMessage({ call: 1, target: actor, operation: LOOK, args }));
    expect(codeOf(await peer.reply(1))).toBe('INVALID_PAYLOAD');
    expect(peer.received.filter(({ kind }) => kind === RawKind.CALL)).toEqual([]);
  });

  test("H75 inspecting the client's proxy as a value calls nothing", async () => {
    const { peer, actor } = await clientWithActor();
    const exposure = textMessage(RawKind.EXPOSURE, [
      'auto',
      ['valueOf2', 'inspect', 'toPrimitive'],
      ['length', 'size'],
    ]);
    const args = payload([[1, 0]], { 0: mark('own') });
    peer.send(exposure, callMessage({ call: 1, target: actor, operation: LOOK, args }));
    expect(valueOf(await peer.reply(1))).toBe('object 3');
    expect(peer.received.filter(({ kind }) => kind === RawKind.CALL)).toEqual([]);
  });

  // All of their names are in the actor's heap at the same time: about 14 MB.
  const many = 20_000;
  test(`H78 ${many} proxies of third processes in one message are rejected, and not all their addresses are dialed`, async () => {
    const { peer, actor } = await clientWithActor();
    const far = ['0'.repeat(32), ['ipc:///nonesuch/x.sock'], 1, '0'.repeat(32), ['auto', [], []]];
    const list = Array.from({ length: many }, () => far);
    const values = Object.fromEntries(list.map((_far, index) => [`0.${index}`, mark('far')]));
    peer.send(callMessage({ call: 1, target: actor, operation: ECHO, args: payload([list], values) }));
    expect((await peer.reply(1)).kind).toBe(RawKind.ERROR);
  });

  test('H78 unreachable proxies in calls, cancellations and unawaited messages do no harm', async () => {
    const { peer, actor } = await clientWithActor();
    const far = ['1'.repeat(32), ['ipc:///nonesuch/x.sock'], 1, '0'.repeat(32), ['auto', [], []]];
    const unreachable = payload([far], { 0: mark('far') });
    const broken = payload([far, {}], { 0: mark('far'), 1: mark('nonesuch') });
    peer.send(
      replyMessage(RawKind.CANCEL, 7, payload(far, mark('far'))),
      replyMessage(RawKind.RESULT, 7, unreachable),
      callMessage({ call: 1, target: actor, operation: ECHO, args: broken }),
      callMessage({ call: 2, target: actor, operation: ECHO, args: unreachable }),
      callMessage({ call: 3, target: actor, operation: ECHO, args: unreachable }),
      callMessage({ call: 3, target: actor, operation: ECHO, args: unreachable }),
    );
    await peer.hasClosed();
    const again = await clientWithActor();
    again.peer.send(callMessage({ call: 2, target: again.actor, operation: ECHO, args: unreachable }));
    expect((await again.peer.reply(2)).kind).toBe(RawKind.ERROR);
  });

  test('H79 a ticket is valid once, for one object', async () => {
    const { peer, actor } = await clientWithActor();
    const ticket = randomBytes(16);
    peer.send(callMessage({ call: 1, target: actor, operation: MAKE }));
    const thing = idOf(valueOf(await peer.reply(1)));
    peer.send(grantMessage(thing, ticket), releaseMessage([thing, 1]));
    const other = await client(claimMessage(1, ticket));
    expect(idOf(valueOf(await other.reply(1)))).toBe(thing);
    other.send(claimMessage(2, ticket), claimMessage(3, ticket), callMessage({ call: 4, target: thing, operation: 0 }));
    expect(codeOf(await other.reply(3))).toBe('TICKET_INVALID');
    const third = await client(claimMessage(1, ticket), callMessage({ call: 2, target: thing, operation: 0 }));
    expect(codeOf(await third.reply(1))).toBe('TICKET_INVALID');
  });
});

describe('a hostile client of its own actor', () => {
  afterEach(async () => {
    await expectUnharmed();
    hangUp();
    await target.shutdown();
  });

  test('H32 100,000 calls, each cancelled at once, end the connection: a cancelled call counts until its method ends', async () => {
    await start();
    const { peer, actor } = await clientWithActor();
    for (let call = 0; call < 100_000; call += 1_000) {
      const burst = Array.from({ length: 1_000 }, (_, index) => [
        callMessage({ call: call + index, target: actor, operation: WAIT }),
        replyMessage(RawKind.CANCEL, call + index),
      ]);
      peer.send(...burst.flat());
    }
    await peer.hasClosed();
  });

  test('H33 a client that calls and reads nothing is slowed down, and then disconnected', async () => {
    await start({ highWaterBytes: 64 * 1024, slowConsumerMs: 200 });
    const { peer, actor } = await clientWithActor();
    peer.socket.pause();
    const before = memoryOf(await target.pid());
    const call = (number: number): Buffer =>
      callMessage({ call: number, target: actor, operation: GROW, args: payload([1_000_000]) });
    peer.send(...Array.from({ length: 1_000 }, (_, index) => call(index)));
    await serverClosed(peer);
    expect(memoryOf(await target.pid()) - before).toBeLessThan(300 * 1024 * 1024);
  });

  test('H33 rejected calls, claims and pings are slowed down like other messages', async () => {
    await start({ highWaterBytes: 64 * 1024, slowConsumerMs: 200, maxCallsInFlight: 1_000 });
    const { peer } = await clientWithActor();
    peer.socket.pause();
    const burst = Array.from({ length: 10_000 }, (_, call) => callMessage({ call, args: Buffer.of(9) }));
    peer.send(...burst, ...Array.from({ length: 10_000 }, (_, call) => claimMessage(100_000 + call, TICKET)));
    await serverClosed(peer);
  });

  test('H34 a client gets a limited number of references and leaves a limited number of tickets', async () => {
    await start({ maxReferences: 10 });
    const { peer, actor } = await clientWithActor();
    for (let call = 1; call < 10; call++) {
      peer.send(callMessage({ call, target: actor, operation: MAKE }));
      expect((await peer.reply(call)).kind).toBe(RawKind.RESULT);
    }
    peer.send(callMessage({ call: 10, target: actor, operation: MAKE }));
    expect(codeOf(await peer.reply(10))).toBe('TOO_MANY_REFERENCES');
    peer.send(...Array.from({ length: 10 }, () => grantMessage(actor, randomBytes(16))));
    const other = await clientWithActor();
    other.peer.send(grantMessage(other.actor, randomBytes(16)));
    other.peer.send(callMessage({ call: 1, target: other.actor, operation: ADD, args: payload([1, 1]) }));
    expect(valueOf(await other.peer.reply(1))).toBe(2);
    peer.send(grantMessage(actor, randomBytes(16)));
    await expectClosedForProtocol(peer, /tickets/);
  });

  test('H79 an expired ticket is invalid', async () => {
    await start({ ticketMs: 1 });
    const { peer, actor } = await clientWithActor();
    const ticket = randomBytes(16);
    peer.send(callMessage({ call: 1, target: actor, operation: MAKE }));
    const thing = idOf(valueOf(await peer.reply(1)));
    peer.send(grantMessage(thing, ticket), releaseMessage([thing, 1]));
    await expect.poll(async () => (await target.debug()).tickets, { timeout: 15_000 }).toBe(0);
    peer.send(claimMessage(2, ticket));
    expect(codeOf(await peer.reply(2))).toBe('TICKET_INVALID');
  });
});

/** Waits until the actor has disconnected a client that reads nothing. */
async function serverClosed(peer: RawPeer): Promise<void> {
  await expect.poll(async () => (await target.debug()).sessions, { timeout: 15_000 }).toBe(1);
  peer.socket.resume();
  await peer.hasClosed();
}

/** Returns the memory of a process, in bytes. */
function memoryOf(pid: unknown): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
