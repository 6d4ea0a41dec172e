/** A peer that knows the key and tries to get what another client holds; it shares no code with the library. */
import type { Remote } from 'uactor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sharing } from '#fixtures/sharing.js';
import { parseAddress } from '../../transports/ipc/address.ts';
import { type ForeignIdentity, foreignIdentity } from '../support/foreign-handshake.ts';
import {
  ASK_FOR_ACTOR,
  callMessage,
  callOf,
  codeOf,
  HELLO,
  mark,
  payload,
  RawKind,
  type RawMessage,
  textMessage,
  textOf,
  valueOf,
} from '../support/raw-messages.ts';
import { RawPeer } from '../support/raw-peer.ts';

const KEY = 'the key that honest and hostile peers share';
/** The flag of a response that requests a separate connection. */
const OWN_CONNECTION = 1;

let sharing: Remote<typeof Sharing>;
let peers: RawPeer[] = [];

beforeEach(async () => {
  sharing = await Sharing.with({ authkey: KEY }).spawn();
});

afterEach(async () => {
  for (const peer of peers) peer.destroy();
  peers = [];
  await sharing.shutdown();
});

/** A client that was handed a shared object of the actor, by default its single RLock. */
interface ObjectClient {
  readonly peer: RawPeer;
  call(method: string, ...args: readonly unknown[]): Promise<unknown>;
  /** Calls a method with an argument that is another object of the actor. */
  callWith(method: string, object: number): Promise<unknown>;
  /** Gets another shared object of the actor over the same session. */
  get(name: string): Promise<HandedOut & Omit<ObjectClient, 'peer' | 'get'>>;
}

interface ClientOptions {
  readonly flags?: number;
  readonly member?: string;
  readonly hello?: Buffer;
}

function connected(identity: ForeignIdentity, flags: number): Promise<RawPeer> {
  const path = parseAddress(String(sharing.connectionAddress));
  return RawPeer.connect(path, Buffer.from(KEY), { identity, flags });
}

async function clientOf(
  identity: ForeignIdentity,
  { flags = 0, member = 'ownRLock', hello = HELLO }: ClientOptions = {},
): Promise<ObjectClient> {
  const peer = await connected(identity, flags);
  peers.push(peer);
  peer.send(hello, ASK_FOR_ACTOR);
  const actor = await handedOut(peer, 0);
  let calls = 0;
  const pending = new Map<number, { resolve(reply: RawMessage): void; reject(error: unknown): void }>();
  // Calls end in any order, and one of them may wait for long.
  async function receive(): Promise<void> {
    try {
      while (pending.size > 0) {
        const reply = await peer.next('a reply', ({ kind }) => kind === RawKind.RESULT || kind === RawKind.ERROR);
        pending.get(callOf(reply))?.resolve(reply);
        pending.delete(callOf(reply));
      }
    } catch (error) {
      for (const { reject } of pending.values()) reject(error);
    }
  }
  async function send(target: HandedOut, method: string, args: Buffer): Promise<unknown> {
    const call = ++calls;
    peer.send(callMessage({ call, target: target.id, operation: target.methods.indexOf(method), args }));
    const reply = await new Promise<RawMessage>((resolve, reject) => {
      pending.set(call, { resolve, reject });
      if (pending.size === 1) void receive();
    });
    return reply.kind === RawKind.RESULT ? valueOf(reply) : codeOf(reply);
  }
  async function get(name: string) {
    const call = ++calls;
    peer.send(callMessage({ call, target: actor.id, operation: actor.methods.indexOf(name) }));
    const object = await handedOut(peer, call);
    return {
      ...object,
      call: async (method: string, ...args: readonly unknown[]) => await send(object, method, payload(args)),
      callWith: async (method: string, other: number) =>
        await send(object, method, payload([other], { 0: mark('home') })),
    };
  }
  return { ...(await get(member)), peer, get };
}

interface HandedOut {
  readonly id: number;
  readonly methods: readonly unknown[];
}

/** Returns the object in the reply to a call, and the methods in the exposure sent before. */
async function handedOut(peer: RawPeer, call: number): Promise<HandedOut> {
  const described: unknown = textOf(await peer.next('an exposure', ({ kind }) => kind === RawKind.EXPOSURE));
  const token = valueOf(await peer.reply(call));
  const methods: unknown = Array.isArray(described) ? described[1] : undefined;
  if (!Array.isArray(methods) || !Array.isArray(token)) throw new Error('nothing was handed out');
  return { id: Number(token[0]), methods };
}

test('H83 H91 a client that claims the identity of the holder of an RLock is rejected', async () => {
  const holder = foreignIdentity();
  const honest = await clientOf(holder);
  expect(await honest.call('acquire')).toBe(true);
  const { publicKey, instance } = holder;
  const thief = connected({ ...foreignIdentity(), publicKey, instance }, OWN_CONNECTION);
  await expect(thief).rejects.toThrow('the actor refused');
  expect(await honest.call('release')).toBeUndefined();
});

test('H91 no other session can use what a session holds, not even one of the same process', async () => {
  const holder = foreignIdentity();
  const honest = await clientOf(holder);
  expect(await honest.call('acquire')).toBe(true);
  for (const other of [await clientOf(holder, { flags: OWN_CONNECTION }), await clientOf(foreignIdentity())]) {
    expect(await other.call('acquire', { blocking: false })).toBe(false);
    expect(await other.call('release')).toBe('NOT_HELD');
  }
  // Its holder still has it, and may acquire it again any number of times.
  expect(await honest.call('acquire', { blocking: false })).toBe(true);
  expect([await honest.call('release'), await honest.call('release')]).toEqual([undefined, undefined]);
  expect(await honest.call('release')).toBe('NOT_HELD');
});

test("H91 the end of the holder's session frees what it held, and the end of a waiting client's session does not", async () => {
  const honest = await clientOf(foreignIdentity());
  expect(await honest.call('acquire')).toBe(true);
  const waiting = await clientOf(foreignIdentity());
  void waiting.call('acquire').catch(() => undefined);
  waiting.peer.destroy();
  const third = await clientOf(foreignIdentity());
  expect(await third.call('acquire', { blocking: false })).toBe(false);
  const acquired = third.call('acquire');
  honest.peer.destroy();
  expect(await acquired).toBe(true);
});

describe('a client that takes from a queue by its own rules', () => {
  const QUEUE = { member: 'ownQueue' };

  test('U34 H91 an item that was taken without a number does not return when the session of its taker ends', async () => {
    const taker = await clientOf(foreignIdentity(), QUEUE);
    const other = await clientOf(foreignIdentity(), QUEUE);
    await sharing.putForItself('taken');
    expect(await taker.call('get')).toBe('taken');
    await endOf(taker);
    expect(await other.call('qsize')).toBe(0);
  });

  test('U34 H91 the number of an item in transit cannot be used again, and the item stays in transit', async () => {
    const taker = await clientOf(foreignIdentity(), QUEUE);
    const other = await clientOf(foreignIdentity(), QUEUE);
    await sharing.putForItself('first');
    await sharing.putForItself('second');
    expect(await taker.call('get', {}, 7)).toBe('first');
    expect(await taker.call('get', {}, 7)).toBe('MISUSE');
    expect(await taker.call('acknowledge', 7)).toBe('MISUSE');
    expect(await other.call('qsize')).toBe(1);
    await endOf(taker);
    expect([await other.call('get', {}, 1), await other.call('get', {}, 2)]).toEqual(['first', 'second']);
  });

  test('U34 H91 a useless item that another caller waits for goes to that caller only', async () => {
    const taker = await clientOf(foreignIdentity(), QUEUE);
    const other = await clientOf(foreignIdentity(), QUEUE);
    await sharing.putForItself('useless');
    expect(await taker.call('get', {}, 7)).toBe('useless');
    const waiting = other.call('get', {}, 1);
    expect(await other.call('qsize')).toBe(0);
    await taker.call('giveBack', 7, true);
    expect(await waiting).toBe('useless');
    expect(await taker.call('qsize')).toBe(0);
  });

  test('U34 H91 one item that returns serves one waiting caller, and the next one waits for another item', async () => {
    const taker = await clientOf(foreignIdentity(), QUEUE);
    const other = await clientOf(foreignIdentity(), QUEUE);
    await sharing.putForItself('returned');
    expect(await taker.call('get', {}, 7)).toBe('returned');
    const waiting = [other.call('get', {}, 1), other.call('get', {}, 2)];
    expect(await taker.call('giveBack', 7)).toBeUndefined();
    await sharing.putForItself('put');
    expect(await Promise.all(waiting)).toEqual(['returned', 'put']);
  });

  test('U34 H34 an item that its taker may not hold stays in the queue', async () => {
    const giver = await clientOf(foreignIdentity(), QUEUE);
    // The actor and the queue are all that it accepts.
    const hello = textMessage(RawKind.HELLO, { endpoints: [], maxReferences: 2 });
    const full = await clientOf(foreignIdentity(), { ...QUEUE, hello });
    const { id } = await giver.get('ownLock');
    await giver.callWith('put', id);
    expect(await full.call('get', {}, 7)).toBe('TOO_MANY_REFERENCES');
    await full.call('giveBack', 7);
    expect(await giver.call('qsize')).toBe(1);
  });
});

test('U34 H91 a wait without a number that was notified does not pass the notification on when its session ends', async () => {
  const CONDITION = { member: 'ownCondition' };
  const [first, second, notifier] = [
    await clientOf(foreignIdentity(), CONDITION),
    await clientOf(foreignIdentity(), CONDITION),
    await clientOf(foreignIdentity(), CONDITION),
  ];
  expect(await first.call('acquire')).toBe(true);
  const waiting = first.call('wait');
  expect(await notifier.call('acquire')).toBe(true);
  await notifier.call('notify');
  await notifier.call('release');
  expect(await waiting).toBe(true);
  await first.call('release');
  expect(await second.call('acquire')).toBe(true);
  void second.call('wait', 100_000, 1).catch(() => undefined);
  expect(await notifier.call('acquire')).toBe(true);
  await endOf(first);
  await notifier.call('release');
  // The second one still waits, so it does not take the lock.
  expect(await notifier.call('acquire', { blocking: false })).toBe(true);
});

/** Returns a client that waits for the condition, and the outcome of its wait. */
async function waiter(): Promise<{ readonly client: ObjectClient; readonly waiting: Promise<unknown> }> {
  const client = await clientOf(foreignIdentity(), { member: 'ownCondition' });
  expect(await client.call('acquire')).toBe(true);
  const waiting = client.call('wait', 100_000, 5);
  waiting.catch(() => undefined);
  return { client, waiting };
}

test('U34 a notification that its receiver gives back goes to the next waiter', async () => {
  const first = await waiter();
  const notifier = await clientOf(foreignIdentity(), { member: 'ownCondition' });
  expect(await notifier.call('acquire')).toBe(true);
  await notifier.call('notify');
  await notifier.call('release');
  expect(await first.waiting).toBe(true);
  await first.client.call('release');
  const second = await waiter();
  // It gave its call up while the reply was in transit.
  await first.client.call('returned', 5);
  expect(await second.waiting).toBe(true);
});

/** Ends a client's session, and waits until the actor has taken back what the client held. */
async function endOf(client: ObjectClient): Promise<void> {
  const lock = await client.get('ownRLock');
  expect(await lock.call('acquire')).toBe(true);
  const next = await clientOf(foreignIdentity());
  const acquired = next.call('acquire');
  client.peer.destroy();
  expect(await acquired).toBe(true);
}
