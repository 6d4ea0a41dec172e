import { describe, expect, test, vi } from 'vitest';
import { Authkey } from '../../core/trust/authkey.ts';
import { Identity } from '../../core/trust/identity.ts';
import {
  ActorUnreachableError,
  AuthkeyError,
  ConnectionLostError,
  ProxyError,
  SerializerError,
} from '../../core/seam/errors.ts';
import { acceptHandshake, type RequestOptions, requestHandshake } from '../../core/trust/handshake/handshake.ts';
import { HandshakeFailure } from '../../core/trust/handshake/role.ts';
import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import type { Receiver } from '../../core/seam/transport.ts';
import {
  foreignAnswer,
  foreignHello,
  foreignIdentity,
  frame,
  provenAnswer,
  unframe,
} from '../support/foreign-handshake.ts';
import { MemoryConnection } from '../support/memory-connection.ts';

const KEY = new Authkey('the key that both ends know, 32 b');
const FOREIGN = foreignIdentity();
const LISTENING = Identity.create();
const CONNECTING = Identity.create();
const ACTOR = Buffer.from(LISTENING.id, 'hex');
const OTHER = Buffer.alloc(16, 0x0f);

const ACCEPT = { authkey: KEY, identity: LISTENING, serializer: 'msgpack', limits: DEFAULT_LIMITS };
const REQUEST: RequestOptions = {
  authkey: KEY,
  identity: CONNECTING,
  target: undefined,
  serializer: undefined,
  limits: DEFAULT_LIMITS,
  address: 'ipc:///tmp/a',
  signal: undefined,
};

/** Records its events, and lets a test wait for them. */
class Ear implements Receiver {
  readonly events: string[] = [];
  data(chunk: Uint8Array): void {
    this.events.push(`data ${Buffer.from(chunk).toString('latin1')}`);
  }
  drained(): void {
    this.events.push('drained');
  }
  closed(cause?: Error): void {
    this.events.push(cause === undefined ? 'closed' : `closed: ${cause.message}`);
  }
  get text(): string {
    return this.events.map((event) => event.replace('data ', '')).join('');
  }
}

async function failureOf(outcome: Promise<unknown>): Promise<unknown> {
  return await outcome.then(
    () => {
      throw new Error('the handshake succeeded');
    },
    (error: unknown) => error,
  );
}

/** Resolves to both errors of a handshake that must not succeed, and to the transferred bytes. */
async function refused(accept: Partial<typeof ACCEPT>, request: Partial<RequestOptions>) {
  const [server, client] = MemoryConnection.pair();
  const [accepted, requested] = await Promise.all([
    failureOf(acceptHandshake(server, { ...ACCEPT, ...accept })),
    failureOf(requestHandshake(client, { ...REQUEST, ...request })),
  ]);
  await vi.waitFor(() => expect([server.isClosed, client.isClosed]).toEqual([true, true]));
  expect(accepted).toBeInstanceOf(HandshakeFailure);
  const reason = accepted instanceof HandshakeFailure ? accepted.reason : '';
  return { reason, requested, sent: Buffer.concat(server.written), sentByClient: Buffer.concat(client.written) };
}

/** Resolves to two ends, of which the listener's has finished its handshake. */
async function introduced(chunkBytes?: number) {
  const [server, client] = MemoryConnection.pair({
    ...(chunkBytes === undefined ? {} : { chunkBytes }),
    highWaterBytes: 1_000,
  });
  const accepting = acceptHandshake(server, ACCEPT);
  const requesting = requestHandshake(client, REQUEST);
  return { server, client, accepted: await accepting, requesting };
}

describe('handshake', () => {
  test.each([undefined, 1, 7])(
    'U52 both ends prove that they know the key (chunks of %s bytes)',
    async (chunkBytes) => {
      const [server, client] = MemoryConnection.pair(chunkBytes === undefined ? {} : { chunkBytes });
      const [accepted, requested] = await Promise.all([
        acceptHandshake(server, ACCEPT),
        requestHandshake(client, { ...REQUEST, target: ACTOR, serializer: 'msgpack' }),
      ]);
      expect(accepted.peerInstance).toBe(CONNECTING.id);
      expect(requested.peerInstance).toBe(LISTENING.id);
      expect([accepted.serializer, requested.serializer]).toEqual(['msgpack', 'msgpack']);
      client.destroy();
    },
  );

  test("a client without a choice of serializer learns the actor's serializer", async () => {
    const [server, client] = MemoryConnection.pair();
    const [, requested] = await Promise.all([acceptHandshake(server, ACCEPT), requestHandshake(client, REQUEST)]);
    expect(requested.serializer).toBe('msgpack');
    client.destroy();
  });

  test('H09 U52 a wrong key causes an AuthkeyError that names the address, and the listener learns the reason', async () => {
    const { reason, requested } = await refused({}, { authkey: new Authkey('another key, just as long as that') });
    expect(requested).toBeInstanceOf(AuthkeyError);
    expect(requested).toMatchObject({ code: 'AUTHKEY', address: 'ipc:///tmp/a', executed: 'no' });
    expect(reason).toBe('did not prove that it knows the authkey');
  });

  test('H07 H18 a client that expects another actor sends nothing', async () => {
    const { requested, sentByClient } = await refused({}, { target: OTHER });
    expect(requested).toBeInstanceOf(AuthkeyError);
    expect(requested).toMatchObject({ address: 'ipc:///tmp/a', cause: { code: 'OBJECT_GONE' } });
    expect(requested).toBeInstanceOf(ProxyError);
    expect(sentByClient).toHaveLength(0);
  });

  test('F37 another serializer causes an error that names both, on both sides', async () => {
    const { reason, requested } = await refused({}, { serializer: 'superjson' });
    expect(requested).toBeInstanceOf(SerializerError);
    expect(requested).toMatchObject({ code: 'SERIALIZER_MISMATCH' });
    expect(String(requested)).toMatch(/msgpack.*superjson/);
    expect(reason).toMatch(/superjson.*msgpack/);
  });

  test('a connection that closes without a message causes a ConnectionLostError', async () => {
    const [server, client] = MemoryConnection.pair();
    const requested = failureOf(requestHandshake(client, REQUEST));
    server.destroy();
    expect(await requested).toMatchObject({
      constructor: ConnectionLostError,
      code: 'CONNECTION_LOST',
      executed: 'no',
    });
  });

  test('H03 a silent peer is given up at an absolute deadline, at either end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const [server, toServer] = MemoryConnection.pair();
      const [client] = MemoryConnection.pair();
      toServer.open(new Ear());
      const accepted = failureOf(acceptHandshake(server, ACCEPT));
      const requested = failureOf(requestHandshake(client, REQUEST));
      vi.advanceTimersByTime(4_999);
      expect([server.isClosed, client.isClosed]).toEqual([false, false]);
      vi.advanceTimersByTime(1);
      expect(await accepted).toMatchObject({ reason: 'did not prove itself within 5000 ms' });
      expect(await requested).toBeInstanceOf(ActorUnreachableError);
      expect([server.isClosed, client.isClosed]).toEqual([true, true]);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('no timer and no listener of the signal remains after a handshake, whatever its outcome', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { signal } = new AbortController();
      const added = vi.spyOn(signal, 'addEventListener');
      const removed = vi.spyOn(signal, 'removeEventListener');
      const [server, client] = MemoryConnection.pair();
      await Promise.all([acceptHandshake(server, ACCEPT), requestHandshake(client, { ...REQUEST, signal })]);
      await refused({}, { signal, authkey: Authkey.random() });
      expect(vi.getTimerCount()).toBe(0);
      expect(removed.mock.calls.length).toBe(added.mock.calls.length);
      client.destroy();
    } finally {
      vi.useRealTimers();
    }
  });

  test('an abort ends the handshake of the client with its reason as the cause', async () => {
    const [, client] = MemoryConnection.pair();
    const controller = new AbortController();
    const requested = failureOf(requestHandshake(client, { ...REQUEST, signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect(await requested).toMatchObject({ constructor: ActorUnreachableError, cause: { message: 'enough' } });
    expect(client.isClosed).toBe(true);

    const [, late] = MemoryConnection.pair();
    const refusedAtOnce = await failureOf(requestHandshake(late, { ...REQUEST, signal: AbortSignal.abort() }));
    expect(refusedAtOnce).toBeInstanceOf(ActorUnreachableError);
    expect([late.isClosed, late.written]).toEqual([true, []]);
  });

  test('H76 no error of the handshake contains the key', async () => {
    const { inspect } = await import('node:util');
    const secret = Buffer.from(KEY.bytes());
    const failures = [
      await refused({}, { authkey: Authkey.random() }),
      await refused({}, { target: OTHER }),
      await refused({}, { serializer: 'superjson' }),
    ];
    const text = inspect(failures, { depth: null, showHidden: true });
    const wire = Buffer.concat(failures.flatMap(({ sent, sentByClient }) => [sent, sentByClient]));
    for (const encoding of ['latin1', 'hex', 'base64'] as const) expect(text).not.toContain(secret.toString(encoding));
    expect(wire.includes(secret)).toBe(false);
  });
});

describe('handing the connection over', () => {
  test.each([undefined, 1, 1_000])(
    'bytes that the listener sends after its proof arrive complete (chunks of %s)',
    async (size) => {
      const { server, accepted, requesting } = await introduced(size);
      accepted.attach(new Ear());
      server.write([Buffer.from('first '), Buffer.from('second')]);
      server.end();
      const ear = new Ear();
      (await requesting).attach(ear);
      await vi.waitFor(() => expect(ear.events.at(-1)).toBe('closed'));
      expect(ear.text).toBe('first secondclosed');
    },
  );

  test('bytes that arrive together with the proof are kept for the receiver, although the memory is reused', async () => {
    const [server, client] = MemoryConnection.pair();
    const hello = foreignHello(FOREIGN);
    let heard = Buffer.alloc(0);
    server.open({
      data: (chunk) => {
        heard = Buffer.concat([heard, chunk]);
        const [response] = unframe(heard).payloads;
        if (response === undefined) return;
        const answer = foreignAnswer('msgpack');
        const proved = provenAnswer(KEY.bytes(), FOREIGN, { hello, response }, answer);
        server.write([Buffer.concat([frame(proved), Buffer.from('and more')])]);
      },
      drained: () => {},
      closed: () => {},
    });
    const requesting = requestHandshake(client, REQUEST);
    server.write([frame(hello)]);
    const ear = new Ear();
    (await requesting).attach(ear);
    expect(ear.text).toBe('and more');
    client.destroy();
  });

  test('the connection is paused until it has a receiver, and accepts only one receiver', async () => {
    const { client, accepted, requesting } = await introduced();
    const requested = await requesting;
    expect(client.isPaused).toBe(true);
    requested.attach(new Ear());
    expect(client.isPaused).toBe(false);
    expect(() => requested.attach(new Ear())).toThrow(expect.objectContaining({ code: 'INVALID_STATE' }));
    client.write([Buffer.from('call')]);
    const ear = new Ear();
    accepted.attach(ear);
    await vi.waitFor(() => expect(ear.text).toBe('call'));
    client.destroy();
  });

  test('drained and closed events before there is a receiver are not lost', async () => {
    const { server, client, accepted, requesting } = await introduced();
    const requested = await requesting;
    requested.attach(new Ear());
    expect(server.write([new Uint8Array(2_000)])).toBe(false);
    await vi.waitFor(() => expect(server.bytesQueued).toBe(0));
    client.destroy();
    await vi.waitFor(() => expect(server.isClosed).toBe(true));
    await new Promise((resolve) => setImmediate(resolve));
    const ear = new Ear();
    accepted.attach(ear);
    expect(ear.events).toEqual(['drained', 'closed']);
  });

  test('a receiver that pauses during delivery stays paused', async () => {
    const { server, client, accepted, requesting } = await introduced();
    accepted.attach(new Ear());
    server.write([Buffer.from('held')]);
    const requested = await requesting;
    const ear = new Ear();
    ear.data = () => client.pause();
    requested.attach(ear);
    await vi.waitFor(() => expect(client.isPaused).toBe(true));
    client.destroy();
  });
});
