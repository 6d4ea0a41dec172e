/** A peer that knows the key and tries to get what another client holds; it shares no code with the library. */
import type { Remote } from 'uactor';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sharing } from '#fixtures/sharing.js';
import { parseAddress } from '../../transports/ipc/address.ts';
import { type ForeignIdentity, foreignIdentity } from '../support/foreign-handshake.ts';
import {
  ASK_FOR_ACTOR,
  callMessage,
  codeOf,
  HELLO,
  payload,
  RawKind,
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

/** A client that was handed the single RLock of the actor. */
interface LockClient {
  readonly peer: RawPeer;
  call(method: string, ...args: readonly unknown[]): Promise<unknown>;
}

function connected(identity: ForeignIdentity, flags: number): Promise<RawPeer> {
  const path = parseAddress(String(sharing.connectionAddress));
  return RawPeer.connect(path, Buffer.from(KEY), { identity, flags });
}

async function clientOf(identity: ForeignIdentity, flags = 0): Promise<LockClient> {
  const peer = await connected(identity, flags);
  peers.push(peer);
  peer.send(HELLO, ASK_FOR_ACTOR);
  const actor = await handedOut(peer, 0);
  peer.send(callMessage({ call: 1, target: actor.id, operation: actor.methods.indexOf('ownRLock') }));
  const lock = await handedOut(peer, 1);
  let calls = 1;
  return {
    peer,
    async call(method, ...args) {
      const call = ++calls;
      peer.send(callMessage({ call, target: lock.id, operation: lock.methods.indexOf(method), args: payload(args) }));
      const reply = await peer.reply(call);
      return reply.kind === RawKind.RESULT ? valueOf(reply) : codeOf(reply);
    },
  };
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
  for (const other of [await clientOf(holder, OWN_CONNECTION), await clientOf(foreignIdentity())]) {
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
