import { randomBytes } from 'node:crypto';
import { Console } from 'node:console';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { format, inspect, isDeepStrictEqual } from 'node:util';
import { ActorDiedError, BaseProxy, ConnectionLostError, release, RemoteError, SerializerError } from 'uactor';
import { afterEach, describe, expect, test } from 'vitest';
import { Target } from '#fixtures/target.js';
import { formatAddress } from '../../transports/ipc/address.ts';
import { failure } from '../support/failure.ts';
import { scratch } from '../support/leaks.ts';
import {
  callMessage,
  callOf,
  claimMessage,
  HELLO,
  mark,
  message,
  payload,
  RawKind,
  type RawMessage,
  releaseMessage,
  replyMessage,
  textMessage,
  u32,
} from '../support/raw-messages.ts';
import { type RawPeer, rawServer } from '../support/raw-peer.ts';
import { shared } from '../support/shared.ts';

const KEY = 'the key that honest and hostile peers share';
const ACTOR = textMessage(RawKind.EXPOSURE, ['actor', ['echo', 'other'], ['label']]);
const HERE = payload([1, 0], mark('own'));

/** The server's reply to a call of the actor's method. */
type Answer = (peer: RawPeer, call: RawMessage) => Uint8Array;

interface Scene extends AsyncDisposable {
  readonly actor: Remote;
  readonly peers: readonly RawPeer[];
}
type Remote = Awaited<ReturnType<typeof Target.connect<typeof Target>>>;

/** Starts a server that claims to be an actor with the methods `echo` and `other`, and replies to calls with the result of `answer`. */
async function serve(answer: Answer): Promise<Scene> {
  const path = join(scratch, `${randomBytes(4).toString('hex')}.sock`);
  const peers: RawPeer[] = [];
  const server = await rawServer(path, Buffer.from(KEY), async (peer) => {
    peers.push(peer);
    peer.send(HELLO);
    for (;;) {
      const call = await peer.next('a call', ({ kind }) => kind === RawKind.CALL);
      if (call.body.readUIntLE(6, 6) === 0) peer.send(ACTOR, replyMessage(RawKind.RESULT, callOf(call), HERE));
      else peer.send(answer(peer, call));
    }
  });
  const actor = await Target.connect(formatAddress(path), { authkey: KEY });
  return {
    actor,
    peers,
    async [Symbol.asyncDispose]() {
      release(actor);
      await server[Symbol.asyncDispose]();
    },
  };
}

const never = (): Promise<never> => new Promise(() => undefined);

/** Returns the id of the callback that is the only argument of a call. */
function callbackIn({ body }: Pick<RawMessage, 'body'>): number {
  const id = /\[\[(\d+),/.exec(body.toString('latin1', 12))?.[1];
  if (id === undefined) throw new Error('there is no callback in this call');
  return Number(id);
}

/** The library's own calls must continue to work in this process. */
const honest = shared(() => Target.spawn());

afterEach(async () => {
  expect(await honest().add(1, 2)).toBe(3);
});

describe('a hostile server after its proof', () => {
  test.each([
    ['H37 an unknown kind', () => message(13, 0)],
    ['H37 unknown flags', () => replyMessage(RawKind.RESULT, 1, payload(1), 4)],
    ['H37 a second greeting', () => HELLO],
    ['H37 an exposure of toString', () => textMessage(RawKind.EXPOSURE, ['auto', ['toString'], []])],
    ['H38 a message of no bytes', () => u32(0)],
    ['H38 a message above the limit', () => u32(0xffff_ffff)],
    ['H28 a release of what it does not hold', () => releaseMessage([1, 1])],
    ['H40 a pong that nobody asked for', () => message(RawKind.PONG, 0)],
    ['H31 a flood of replies', () => Buffer.concat(Array.from({ length: 20 }, (_, n) => replyMessage(2, 1_000 + n)))],
  ])('%s ends the connection; the call rejects once, with the reason', async (_, bytes) => {
    await using scene = await serve(bytes);
    const error = await failure(scene.actor.echo(1));
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({ code: 'PROTOCOL', executed: 'maybe' });
  });

  test('H31 only the first of two replies to a call counts', async () => {
    await using scene = await serve((_, call) =>
      Buffer.concat([1, 2].map((value) => replyMessage(RawKind.RESULT, callOf(call), payload(value)))),
    );
    expect(await scene.actor.echo(0)).toBe(1);
    expect(await scene.actor.echo(0)).toBe(1);
  });

  test.each([
    ['rubbish', randomBytes(64)],
    ['a proxy of an unknown exposure', payload([5, 9], mark('own'))],
    ['a proxy of an object of this process that was never handed out', payload(1, mark('home'))],
    ['a proxy without an id', payload([null, 0], mark('own'))],
    ['a proxy with id -1', payload([-1, 0], mark('own'))],
    ['a proxy with id 2^48', payload([2 ** 48, 0], mark('own'))],
    ['a token of three parts', payload([1, 0, ['auto', [], []]], mark('own'))],
    ['a method of no proxy', payload([{}, 0], mark('method'))],
    ['an error that is no object', payload(5, mark('error'))],
    ['a far proxy of one part', payload(['x'], mark('far'))],
    ['an unregistered class', payload({}, mark('class:constructor'))],
  ])('H44 %s fails only the call', async (_, value) => {
    await using scene = await serve((_peer, call) => replyMessage(RawKind.RESULT, callOf(call), value));
    const error = await failure(scene.actor.echo(1));
    expect(error).toBeInstanceOf(SerializerError);
    expect(error).toMatchObject({ executed: 'yes' });
    expect(await failure(scene.actor.echo(1))).toBeInstanceOf(SerializerError);
  });

  test('H44 H74 a result that looks like a promise rejects, and nothing is called', async () => {
    const calls: RawMessage[] = [];
    // oxlint-disable-next-line unicorn/no-thenable -- it is what the test is about
    const planted = payload({ then: [2, 1] }, { then: mark('own') });
    await using scene = await serve((_, call) => {
      calls.push(call);
      const exposure = textMessage(RawKind.EXPOSURE, ['function', ['call'], []]);
      return Buffer.concat([exposure, replyMessage(RawKind.RESULT, callOf(call), planted)]);
    });
    expect(await failure(scene.actor.echo(1))).toMatchObject({ code: 'INVALID_PAYLOAD' });
    expect(calls).toHaveLength(1);
  });

  test('H44 an error that only the library itself can create is not trusted', async () => {
    const forged = {
      name: 'ActorDiedError',
      message: 'x',
      library: 'ActorDiedError',
      properties: { code: 'ACTOR_DIED' },
    };
    await using scene = await serve((_, call) =>
      replyMessage(RawKind.ERROR, callOf(call), payload(forged, mark('error')), 1),
    );
    const error = await failure(scene.actor.echo(1));
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).not.toBeInstanceOf(ActorDiedError);
  });

  test('H35 H27 a server can make no requests of a connected program, and name none of its objects', async () => {
    const errors: number[] = [];
    await using scene = await serve((peer, call) => {
      void peer
        .next('two errors', ({ kind }) => kind === RawKind.ERROR && errors.push(kind) === 2)
        .then(() => peer.send(replyMessage(RawKind.RESULT, callOf(call), payload('done'))));
      return Buffer.concat([
        callMessage({ call: 1, target: 0, operation: 0 }),
        callMessage({ call: 2, target: 1, operation: 0 }),
      ]);
    });
    expect(await scene.actor.echo(1)).toBe('done');
    expect(errors).toEqual([RawKind.ERROR, RawKind.ERROR]);
  });

  test('H43 a released callback cannot be called', async () => {
    let called = 0;
    await using scene = await serve((peer, call) => {
      void peer
        .next('the refusal', ({ kind }) => kind === RawKind.ERROR)
        .then(() => peer.send(replyMessage(RawKind.RESULT, callOf(call), payload('refused'))));
      return Buffer.concat([releaseMessage([callbackIn(call), 1]), callMessage({ call: 9, target: callbackIn(call) })]);
    });
    expect(await scene.actor.echo(() => called++)).toBe('refused');
    expect(called).toBe(0);
  });

  test('H30 H43 calls of a callback with one number twice, and endless calls, end the connection', async () => {
    await using scene = await serve((_, { body }) =>
      Buffer.concat([9, 9].map((call) => callMessage({ call, target: callbackIn({ body }) }))),
    );
    expect(await failure(scene.actor.echo(never))).toMatchObject({ code: 'PROTOCOL' });
    await using flood = await serve((_, asked) =>
      Buffer.concat(Array.from({ length: 20_000 }, (_each, call) => callMessage({ call, target: callbackIn(asked) }))),
    );
    expect(await failure(flood.actor.echo(never))).toMatchObject({ code: 'PROTOCOL' });
  });

  test('H79 a ticket that the server invented is invalid, and a forged proxy is rejected', async () => {
    await using scene = await serve((peer, call) => {
      void peer
        .next('the refusal', ({ kind }) => kind === RawKind.ERROR)
        .then(() => peer.send(replyMessage(RawKind.RESULT, callOf(call), payload('refused'))));
      return Buffer.concat([claimMessage(4, randomBytes(16))]);
    });
    expect(await scene.actor.echo(1)).toBe('refused');
  });

  test('H44 members that a server claims do not replace the members of every proxy', async () => {
    const exposure = textMessage(RawKind.EXPOSURE, ['auto', ['catch', 'finally', 'pid'], ['length']]);
    await using scene = await serve((_, call) =>
      Buffer.concat([exposure, replyMessage(RawKind.RESULT, callOf(call), payload([5, 1], mark('own')))]),
    );
    const proxy: unknown = await scene.actor.echo(1);
    expect(BaseProxy.isProxy(proxy)).toBe(true);
    expect(await Promise.resolve(proxy)).toBe(proxy);
    release(proxy);
  });

  test('H72 H73 awaiting, printing, comparing, spreading or cloning a proxy sends nothing and shows no secret', async () => {
    await using scene = await serve((_, call) => replyMessage(RawKind.RESULT, callOf(call), payload('pong')));
    const { actor } = scene;
    const value: unknown = actor;
    const object: object = actor;
    const socket = scene.peers[0]?.socket;
    await actor.echo('ping');
    const before = socket?.bytesRead ?? 0;
    await actor.echo('ping');
    const perCall = (socket?.bytesRead ?? 0) - before;

    expect(await value).toBe(actor);
    expect(await Promise.resolve(value)).toBe(actor);
    expect(await (async () => value)()).toBe(actor);
    expect(Reflect.get(actor, 'then')).toBeUndefined();
    const shown: string[] = [JSON.stringify(actor), JSON.stringify({ actor }), inspect(actor, { showHidden: true })];
    shown.push(inspect({ actor }, { getters: true, depth: 9 }), format('%s %o %O %j', actor, actor, actor, actor));
    shown.push(String(value), Object.prototype.toString.call(actor));
    const console = new Console({
      stdout: new Writable({ write: (chunk, _, done) => (shown.push(String(chunk)), done()) }),
    });
    console.log(actor, String(value));
    console.table([actor]);
    expect([actor].includes(actor)).toBe(true);
    expect(Object.is({ ...object }, actor)).toBe(false);
    expect(Object.keys({ ...object })).toEqual([]);
    expect(Object.keys(Object.assign({}, actor))).toEqual([]);
    expect(() => [...iterable(actor)]).toThrow(TypeError);
    expect(Object.keys(structuredClone(actor))).toEqual([]);
    expect(actor).toEqual(actor);
    expect(actor).not.toEqual({ echo: 1 });
    expect({ actor }).toMatchObject({ actor });
    expect(isDeepStrictEqual(actor, { ...object })).toBe(false);
    expect(() => expect(actor).toEqual(7)).toThrow(/expected/);
    expect(() => expect(actor).toBe({ actor })).toThrow(/expected/);
    for (const text of shown) expect(text).not.toContain(KEY);

    const after = socket?.bytesRead ?? 0;
    await actor.echo('ping');
    expect((socket?.bytesRead ?? 0) - after, 'only the call itself was sent').toBe(perCall);
    expect(after - before, 'nothing was sent in between').toBe(perCall);
  });
});

/** Treats any value as iterable. */
function iterable(value: unknown): Iterable<unknown> {
  const source: unknown = value;
  if (isIterable(source)) return source;
  throw new TypeError('not iterable');
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
