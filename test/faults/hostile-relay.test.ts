/**
 * A process with its own authkey that wants this process's proof of another key: it hands out a proxy of the actor with that key,
 * claims that the actor is reached here, and waits for this process to authenticate. The hostile ends contain no line of the library.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ActorProxy, ConnectionLostError, release, stats, type Remote } from 'uactor';
import { expect, test } from 'vitest';
import { Counter } from '#fixtures/counter.js';
import { Keeper } from '#fixtures/keeper.js';
import { Target } from '#fixtures/target.js';
import { formatAddress, parseAddress } from '../../transports/ipc/address.ts';
import { failure } from '../support/failure.ts';
import {
  type ForeignIdentity,
  foreignHello,
  foreignIdentity,
  foreignInstance,
  frame,
  unframe,
} from '../support/foreign-handshake.ts';
import { scratch } from '../support/leaks.ts';
import { listenRaw, optionsFor, type RawChannel } from '../support/raw-channels.ts';
import { callOf, HELLO, mark, payload, RawKind, replyMessage, textMessage } from '../support/raw-messages.ts';
import { RawPeer, rawServer } from '../support/raw-peer.ts';

const VICTIMS_KEY = 'the key that only the victim and its clients know';
const OWN_KEY = 'the key that the relay has by right, its own';
const EXPOSURE = ['actor', ['echo'], []];
const CALLABLE = textMessage(RawKind.EXPOSURE, EXPOSURE);

/** Serves an actor with a single method, `echo`, to which it replies with the result of `answer`. */
async function serve(peer: RawPeer, answer: (args: unknown) => Buffer): Promise<void> {
  peer.send(HELLO);
  const question = await peer.next('the question for the actor', ({ kind }) => kind === RawKind.CALL);
  peer.send(CALLABLE, replyMessage(RawKind.RESULT, callOf(question), payload([1, 0], mark('own'))));
  for (;;) {
    const call = await peer.next('a call', ({ kind }) => kind === RawKind.CALL);
    const args = call.body.subarray(12);
    peer.send(replyMessage(RawKind.RESULT, callOf(call), answer(JSON.parse(args.toString('latin1', 1)))));
  }
}

/** Serves until the connection ends. */
function served(channel: RawChannel, key: string, identity: ForeignIdentity, answer: () => Buffer): void {
  RawPeer.accept(channel.socket, Buffer.from(key), { identity }, channel.binding)
    .then((peer) => serve(peer, answer))
    .catch(() => undefined);
}

test.each(['tcp in the clear', 'tcp with certificates'] as const)(
  'H84 over %s a process does not prove a known key at an address from a peer with another key',
  async (channel) => {
    const folder = mkdtempSync(join(scratch, 'relay-'));
    const options = optionsFor(channel);
    const victim = foreignIdentity();
    const heard: Buffer[][] = [];
    // Greets like the victim, whose hello a relay would pass on, and records what it receives.
    await using trap = await listenRaw(channel, folder, ({ socket }) => {
      const chunks: Buffer[] = [];
      heard.push(chunks);
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.write(frame(foreignHello(victim)));
    });
    {
      await using honest = await listenRaw(channel, folder, (raw) =>
        served(raw, VICTIMS_KEY, victim, () => payload(1)),
      );
      const met = await Target.with(options).connect(honest.address, { authkey: VICTIMS_KEY });
      expect(await met.echo(0)).toBe(1);
      release(met);
    }
    // Until this process knows that the connection is gone, a claim would wait in it.
    await expect.poll(() => stats().sessions).toBe(0);
    const far = [victim.instance.toString('hex'), [trap.address], 1, randomBytes(16).toString('hex'), EXPOSURE];
    await using relay = await listenRaw(channel, folder, (raw) =>
      served(raw, OWN_KEY, foreignIdentity(), () => payload(far, mark('far'))),
    );
    const given = await Target.with(options).connect(relay.address, { authkey: OWN_KEY });
    const error = await failure(given.echo(0));
    expect(error).toMatchObject({ name: 'ProxyError', code: 'NOT_ALLOWED' });
    // This process may have tried its own key, over a channel whose set-up requires this key: no other process can use that.
    expect(heard.flatMap((chunks) => responsesIn(Buffer.concat(chunks)))).toEqual([]);
    release(given);
  },
);

test("H83 a server that received a proxy, disconnects and returns as the proxy's actor gets none of its calls", async () => {
  await using actor = await Counter.with({ authkey: VICTIMS_KEY }).spawn();
  await using keeper = await Keeper.with({ authkey: VICTIMS_KEY }).spawn();
  await keeper.keep(actor);
  const stolen = await publicKeyOf(parseAddress(String(actor.connectionAddress)));
  const path = join(mkdtempSync(join(scratch, 'back-')), 's');
  const itself = foreignIdentity();
  const seen: unknown[] = [];
  const impostor = { ...itself, publicKey: stolen, instance: foreignInstance(stolen) };
  const listen = (identity: ForeignIdentity) =>
    rawServer(path, Buffer.from(OWN_KEY), (peer) => serve(peer, (args) => payload(seen.push(args))), { identity });
  let proxy: Remote<typeof Target>;
  {
    await using server = await listen(itself);
    proxy = await Target.connect(formatAddress(path), { authkey: OWN_KEY });
    expect(await proxy.callMethod('echo', [actor])).toBe(1);
    expect(server.failures).toEqual([]);
  }
  await using server = await listen(impostor);
  // The first call may use the connection that is just ending.
  await expect.poll(() => failure(proxy.echo(2)), { timeout: 15_000 }).not.toBeInstanceOf(ConnectionLostError);
  expect(server.failures.length).toBeGreaterThan(0);
  const given = await keeper.kept();
  if (!(given instanceof ActorProxy)) throw new Error('nothing was kept');
  expect(await given.callMethod('increment')).toBe(1);
  expect(seen).toHaveLength(1);
  for (const each of server.failures) expect(String(each)).toContain('was closed');
  release(given);
  release(proxy);
});

/** Returns the responses that a client sent, each with a proof. */
function responsesIn(bytes: Buffer): readonly Buffer[] {
  return unframe(bytes).payloads.filter((message) => message.length >= 180 && message.readUInt16LE(0) === 2);
}

/** Resolves to the public key of a process, which any process that connects to it receives. */
async function publicKeyOf(path: string): Promise<Buffer> {
  const socket = connect(path);
  const [bytes]: Buffer[] = await once(socket, 'data');
  socket.destroy();
  const [hello] = unframe(bytes ?? Buffer.alloc(0)).payloads;
  if (hello === undefined) throw new Error('the actor did not greet');
  return hello.subarray(40, 72);
}
