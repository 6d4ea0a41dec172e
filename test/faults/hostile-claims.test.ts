/**
 * The claims of docs/security.md about proofs, unauthenticated peers and limits, tested over each channel by a client and a server that
 * share no code with the library.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { release, type Remote } from 'uactor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Target } from '#fixtures/target.js';
import { foreignIdentity, foreignInstance, frame, provenResponse, unframe } from '../support/foreign-handshake.ts';
import { scratch } from '../support/leaks.ts';
import { authkey } from '../support/over-tcp.ts';
import { type Channel, CHANNELS, dialRaw, listenRaw, optionsFor, type RawChannel } from '../support/raw-channels.ts';
import {
  ASK_FOR_ACTOR,
  callMessage,
  callOf,
  codeOf,
  HELLO,
  mark,
  payload,
  RawKind,
  replyMessage,
  textMessage,
  textOf,
  valueOf,
} from '../support/raw-messages.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { shared } from '../support/shared.ts';

const KEY = Buffer.from(authkey);
const WRONG = 'another key of sixteen bytes';
const ADD = 3;
const MAKE = 6;

let target: Remote<typeof Target>;
let folder: string;
let peers: RawPeer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(scratch, 'claims-'));
});

async function client(channel: Channel): Promise<RawPeer> {
  const { socket, binding } = await dialRaw(channel, String(target.connectionAddress));
  const peer = await RawPeer.over(socket, KEY, { identity: foreignIdentity() }, binding);
  peers.push(peer);
  peer.send(HELLO, ASK_FOR_ACTOR);
  await peer.reply(0);
  return peer;
}

/** Resolves to the first message of the actor, and to the reply to `answer`: nothing if the actor closes the connection. */
async function exchange(
  { socket, binding }: RawChannel,
  answer: (hello: Buffer, binding: Uint8Array | undefined) => Uint8Array,
): Promise<readonly Buffer[]> {
  let bytes = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    const isFirst = unframe(bytes).payloads.length === 0;
    bytes = Buffer.concat([bytes, chunk]);
    const [hello] = unframe(bytes).payloads;
    if (isFirst && hello) socket.write(frame(answer(hello, binding)));
  });
  await once(socket, 'close');
  return unframe(bytes).payloads.slice(1);
}

async function expectServed(channel: Channel): Promise<void> {
  const peer = await client(channel);
  peer.send(callMessage({ call: 1, operation: ADD, args: payload([1, 2]) }));
  expect(valueOf(await peer.reply(1))).toBe(3);
}

describe.each(CHANNELS)('over %s', (channel) => {
  afterEach(async () => {
    for (const peer of peers) peer.destroy();
    peers = [];
  });

  describe('a hostile client', () => {
    const actor = shared(() => Target.with({ ...optionsFor(channel), stdio: 'ignore' }).spawn());

    beforeEach(() => {
      target = actor();
    });

    test('H09 H12 a client without the authkey gets a rejection of one byte, or no channel', async () => {
      const dialed = dialRaw(channel, String(target.connectionAddress), WRONG);
      if (channel === 'tcp with the key') {
        await expect(dialed).rejects.toThrow();
      } else {
        const said = await exchange(await dialed, (hello, binding) =>
          provenResponse(Buffer.from(WRONG), hello, { identity: foreignIdentity() }, binding),
        );
        expect(said).toEqual([Buffer.of(0)]);
      }
      await expectServed(channel);
    });

    test('H05 a proof from an earlier connection is rejected', async () => {
      const recorded = (await client(channel)).sent;
      const said = await exchange(await dialRaw(channel, String(target.connectionAddress)), () => recorded);
      expect(said).toEqual([Buffer.of(0)]);
      await expectServed(channel);
    });

    test('H83 a client that knows the authkey and presents the public key of another process is rejected', async () => {
      const { publicKey } = foreignIdentity();
      const thief = { ...foreignIdentity(), publicKey, instance: foreignInstance(publicKey) };
      const said = await exchange(await dialRaw(channel, String(target.connectionAddress)), (hello, binding) =>
        provenResponse(KEY, hello, { identity: thief }, binding),
      );
      expect(said).toEqual([Buffer.of(0)]);
      await expectServed(channel);
    });

    test('H84 a proof for another channel is rejected', async () => {
      const said = await exchange(await dialRaw(channel, String(target.connectionAddress)), (hello) =>
        provenResponse(KEY, hello, { identity: foreignIdentity() }, randomBytes(32)),
      );
      expect(said).toEqual([Buffer.of(0)]);
      await expectServed(channel);
    });

    test('H27 U38 an authenticated client can name only objects that it was given', async () => {
      const [first, second] = [await client(channel), await client(channel)];
      first.send(callMessage({ call: 1, operation: MAKE }));
      const made = valueOf(await first.reply(1));
      const id = Array.isArray(made) ? Number(made[0]) : 0;
      second.send(callMessage({ call: 1, target: id }));
      expect(codeOf(await second.reply(1))).toBe('OBJECT_GONE');
    });

    test('H34 a greeting states the limits of this end, which are lower over a network', async () => {
      const peer = await RawPeer.over(...argumentsOf(await dialRaw(channel, String(target.connectionAddress))));
      peers.push(peer);
      const hello = await peer.next('HELLO', ({ kind }) => kind === RawKind.HELLO);
      const mebibytes = channel === 'ipc' ? 256 : 16;
      expect(textOf(hello)).toMatchObject({ maxMessageBytes: mebibytes * 1024 * 1024 });
    });

    test('U49 a message with more values than its sender may send fails only its call', async () => {
      const peer = await client(channel);
      const args = Buffer.from(`\0{"json":[[${'0,'.repeat(1_000_001)}0]]}`, 'latin1');
      peer.send(callMessage({ call: 1, operation: MAKE, args }));
      const { kind } = await peer.reply(1);
      expect(kind).toBe(channel === 'ipc' ? RawKind.RESULT : RawKind.ERROR);
      peer.send(callMessage({ call: 2, operation: ADD, args: payload([1, 2]) }));
      expect(valueOf(await peer.reply(2))).toBe(3);
    });
  });

  describe('a hostile server', () => {
    test('H11 without the authkey gets a proof, but neither a call nor an argument', async () => {
      const heard: Buffer[] = [];
      const served: Promise<unknown>[] = [];
      await using server = await listenRaw(
        channel,
        folder,
        ({ socket, binding }) => {
          socket.on('data', (chunk) => heard.push(chunk));
          served.push(RawPeer.accept(socket, Buffer.from(WRONG), {}, binding).then((peer) => peer.hasClosed()));
        },
        WRONG,
      );
      await expect(connecting(channel, server.address)).rejects.toMatchObject({ name: 'AuthkeyError' });
      await Promise.allSettled(served);
      const whole = Buffer.concat(heard).toString('latin1');
      // A claim without a serializer, its proof and its signature, each after its length.
      expect(Buffer.concat(heard)).toHaveLength(channel === 'tcp with the key' ? 0 : 184);
      expect(whole).not.toContain(authkey);
    });

    test('H26 H44 with the authkey can call only objects of this process that it was given', async () => {
      const served: Promise<readonly unknown[]>[] = [];
      await using server = await listenRaw(channel, folder, ({ socket, binding }) => {
        served.push(asked(RawPeer.accept(socket, KEY, {}, binding)));
      });
      const proxy = await connecting(channel, server.address);
      const answers = await Promise.all(served);
      release(proxy);
      expect(answers).toEqual([Array.from({ length: 4 }, () => [RawKind.ERROR, 'OBJECT_GONE'])]);
    });
  });
});

function connecting(channel: Channel, address: string): Promise<Remote<typeof Target>> {
  return Target.with(optionsFor(channel)).connect(address, { authkey });
}

/** Hands out an actor, and returns the replies to calls of objects that were not handed out. */
async function asked(accepting: Promise<RawPeer>): Promise<readonly unknown[]> {
  const peer = await accepting;
  peers.push(peer);
  peer.send(HELLO);
  const question = await peer.next('the question for the actor', ({ kind }) => kind === RawKind.CALL);
  const exposure = textMessage(RawKind.EXPOSURE, ['actor', ['echo'], []]);
  peer.send(exposure, replyMessage(RawKind.RESULT, callOf(question), payload([1, 0], mark('own'))));
  const answers: unknown[] = [];
  for (const [call, id] of [1, 2, 12_345, 2 ** 48 - 1].entries()) {
    peer.send(callMessage({ call, target: id }));
    const reply = await peer.reply(call);
    answers.push([reply.kind, codeOf(reply)]);
  }
  return answers;
}

function argumentsOf({ socket, binding }: RawChannel): Parameters<typeof RawPeer.over> {
  return [socket, KEY, { identity: foreignIdentity() }, binding];
}
