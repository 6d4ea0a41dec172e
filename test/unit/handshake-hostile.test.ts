import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Authkey } from '../../core/trust/authkey.ts';
import { Identity } from '../../core/trust/identity.ts';
import { AuthkeyError, ConnectionLostError } from '../../core/seam/errors.ts';
import { acceptHandshake, type Handshake, requestHandshake } from '../../core/trust/handshake/handshake.ts';
import { HandshakeLimiter } from '../../core/trust/handshake/handshake-limiter.ts';
import { DEFAULT_LIMITS, type Limits } from '../../core/seam/limits.ts';
import type { Receiver } from '../../core/seam/transport.ts';
import {
  type ForeignResponse,
  foreignAnswer,
  foreignChannel,
  foreignResponse,
  foreignHello,
  foreignIdentity,
  frame,
  proven,
  provenAnswer,
  provenResponse,
  unframe,
  ZERO_INSTANCE,
} from '../support/foreign-handshake.ts';
import { SocketConnection } from '../support/socket-connection.ts';

const SECRET = Buffer.from('the key that both ends know, 32 b');
const KEY = new Authkey(SECRET);
const ACTOR = foreignIdentity(Buffer.alloc(32, 0xa1));
const CLIENT = foreignIdentity(Buffer.alloc(32, 0xc2));
const CHANNEL = foreignChannel();
const REFUSAL = frame(Buffer.of(0));
const HELLO_FRAME_BYTES = 76;
const POLL = { interval: 2, timeout: 5_000 };
/** A call as it might follow the handshake; no end may ever receive it. */
const CALL = frame(Buffer.from('transfer all the money'));

/** Invalid first messages, by description: the length or the content of each is wrong. */
const GARBAGE: readonly (readonly [string, Buffer])[] = [
  ['random bytes', Buffer.concat([Buffer.of(0xff, 0xff), randomBytes(4_094)])],
  ['a megabyte of random bytes', Buffer.concat([Buffer.of(0x77, 0x77, 0x77, 0x77), randomBytes(1024 * 1024)])],
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ['a TLS hello', Buffer.from('16030100f1010000ed0303', 'hex')],
  ['a challenge of CPython', Buffer.from('\x00\x00\x00\x1f#CHALLENGE#{sha256}0123456789', 'latin1')],
  ['zeros', Buffer.alloc(4_096)],
  ['length 0', Buffer.from('00000000', 'hex')],
  ['length 513', Buffer.from('01020000', 'hex')],
  ['length 2^31', Buffer.from('00000080', 'hex')],
  ['length 2^32-1', Buffer.from('ffffffff', 'hex')],
  ['length 2^53, as 64 bits', Buffer.from('0000000000002000', 'hex')],
];

let folder: string;
let servers: Server[];
let sockets: Socket[];
let logged: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uactor-hs-'));
  servers = [];
  sockets = [];
  logged = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  await rm(folder, { recursive: true });
});

async function listen(accept: (socket: Socket) => void): Promise<string> {
  const path = join(folder, `${servers.length}`);
  const server = createServer((socket) => {
    sockets.push(socket);
    accept(socket);
  });
  servers.push(server);
  server.listen(path);
  await once(server, 'listening');
  return path;
}

/** Starts a valid listener, and records the outcome of each connection to it. */
async function listener(limits: Partial<Limits> = {}, seed = 0xa1) {
  const allLimits = { ...DEFAULT_LIMITS, ...limits };
  const gate = new HandshakeLimiter({ ...allLimits, log: (line) => logged.push(line) });
  const accepted: Handshake[] = [];
  const path = await listen((socket) => {
    const options = { authkey: KEY, identity: identityOf(seed), serializer: 'msgpack', limits: allLimits };
    void gate
      .admit(new SocketConnection(socket), (connection) => acceptHandshake(connection, options))
      .then((handshake) => handshake !== undefined && accepted.push(handshake));
  });
  return { path, gate, accepted };
}

/** A hostile or at least foreign client: a bare socket that keeps the received bytes. */
class Foreigner {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  received: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
    sockets.push(socket);
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    // These tests are about connections that are cut off in the middle of a write.
    socket.on('error', () => socket.destroy());
    this.closed = new Promise((resolve) => socket.on('close', resolve));
  }

  static dial(path: string): Foreigner {
    return new Foreigner(createConnection(path));
  }

  /** Resolves to the payload of the message with this index, when it has arrived. */
  async message(index: number): Promise<Buffer> {
    return await vi.waitFor(() => {
      const payload = unframe(this.received).payloads[index];
      if (payload === undefined) throw new Error(`message ${index} has not come`);
      return payload;
    }, POLL);
  }

  /** Resolves to the bytes received after the hello, when the other end has closed. */
  async lastWord(): Promise<Buffer> {
    await this.closed;
    return this.received.subarray(HELLO_FRAME_BYTES);
  }
}

/** Sends the result of `speech` for the hello, and resolves to the reply until the listener closes. */
async function answerTo(path: string, speech: (hello: Buffer) => Uint8Array): Promise<Buffer> {
  const client = Foreigner.dial(path);
  client.socket.write(speech(await client.message(0)));
  return await client.lastWord();
}

/** Returns a complete message of a client that knows the key. */
function responseOf(hello: Buffer, response: ForeignResponse = {}, key: Uint8Array = SECRET): Buffer {
  return provenResponse(key, hello, response);
}

/** Returns the library's form of the identity that is derived from 32 equal bytes. */
function identityOf(seed: number): Identity {
  const bytes = Buffer.alloc(32, seed);
  return Identity.fromTransfer(bytes, foreignIdentity(bytes).instance.toString('hex'));
}

async function honestClient(path: string, changes: { readonly target?: Uint8Array; readonly limits?: Limits } = {}) {
  const socket = createConnection(path);
  sockets.push(socket);
  await once(socket, 'connect');
  const options = {
    authkey: KEY,
    identity: identityOf(0xc2),
    target: undefined,
    serializer: undefined,
    limits: DEFAULT_LIMITS,
  };
  return await requestHandshake(new SocketConnection(socket), {
    ...options,
    ...changes,
    address: `ipc://${path}`,
    signal: undefined,
  });
}

/** Resolves to the error of a valid client whose listener sends `speech` and then `reply` for each message of the client. */
async function victim(
  greeting: Uint8Array,
  reply?: (message: Buffer) => Uint8Array,
  changes?: Parameters<typeof honestClient>[1],
) {
  const heard: Buffer[] = [];
  const path = await listen((socket) => {
    const foreigner = new Foreigner(socket);
    socket.write(greeting);
    if (reply !== undefined) void foreigner.message(0).then((message) => socket.write(reply(message)));
    void foreigner.closed.then(() => heard.push(foreigner.received));
  });
  const error: unknown = await honestClient(path, changes).then(
    () => 'success',
    (reason: unknown) => reason,
  );
  await vi.waitFor(() => expect(heard).toHaveLength(1), POLL);
  return { error, heard: Buffer.concat(heard) };
}

describe('a hostile client', () => {
  test('a client built from the description alone is accepted, and the listener proves itself to it', async () => {
    const { path, accepted } = await listener();
    const client = Foreigner.dial(path);
    const hello = await client.message(0);
    expect(hello).toEqual(foreignHello(ACTOR, hello.subarray(8, 40)));
    const response = responseOf(hello, { identity: CLIENT, target: ACTOR.instance, serializer: 'msgpack' });
    client.socket.write(frame(response));
    const answer = foreignAnswer('msgpack');
    expect(await client.message(1)).toEqual(provenAnswer(SECRET, ACTOR, { hello, response }, answer));
    expect(accepted).toHaveLength(1);
  });

  test.each(GARBAGE)(
    'H01 H02 %s closes the connection without a reply and with one line in the log',
    async (_name, bytes) => {
      const { path, gate } = await listener();
      expect(await answerTo(path, () => bytes)).toHaveLength(0);
      await vi.waitFor(() => expect(gate.underWay).toBe(0), POLL);
      expect(logged).toHaveLength(1);
      expect(logged[0]).toMatch(
        /^uactor: rejected a connection from test socket, which sent a first message of \d+ bytes/,
      );
    },
  );

  test('H03 single bytes do not extend the deadline, and other clients are served meanwhile', async () => {
    const { path, accepted } = await listener({ handshakeMs: 250 });
    const slow = Foreigner.dial(path);
    const response = frame(responseOf(await slow.message(0)));
    let sent = 0;
    const dripping = setInterval(() => slow.socket.write(response.subarray(sent, ++sent)), 10);
    await honestClient(path);
    await slow.closed;
    clearInterval(dripping);
    expect(sent).toBeLessThan(response.length);
    expect(slow.received).toHaveLength(HELLO_FRAME_BYTES);
    expect(accepted).toHaveLength(1);
    expect(logged).toEqual([
      'uactor: rejected a connection from test socket, which did not prove itself within 250 ms',
    ]);
  });

  test('H03 H86 a peer that sends nothing has less time than a peer that has begun', async () => {
    const { path } = await listener({ firstBytesMs: 100, handshakeMs: 60_000 });
    const begun = Foreigner.dial(path);
    begun.socket.write(Buffer.of(180));
    const silent = Foreigner.dial(path);
    await silent.closed;
    expect(silent.received).toHaveLength(HELLO_FRAME_BYTES);
    expect(logged).toEqual([
      'uactor: rejected a connection from test socket, which sent nothing within 100 ms (limits.firstBytesMs)',
    ]);
    expect(begun.socket.destroyed).toBe(false);
    begun.socket.destroy();
  });

  test('H03 a rejected peer that does not close is disconnected at the deadline', async () => {
    const { path, gate } = await listener({ handshakeMs: 250 });
    const socket = createConnection({ path, allowHalfOpen: true });
    const client = new Foreigner(socket);
    await client.message(0);
    socket.write(frame(Buffer.from('let me in')));
    await vi.waitFor(() => expect(client.received.subarray(HELLO_FRAME_BYTES)).toEqual(REFUSAL), POLL);
    expect(gate.underWay).toBe(1);
    await vi.waitFor(() => expect(gate.underWay).toBe(0), POLL);
  });

  test('H04 H86 above the limit the oldest handshakes are closed at once, accepted clients stay, and slots become free', async () => {
    const { path, gate, accepted } = await listener({ maxHandshakes: 8 });
    const established = await honestClient(path);
    const halfOpen = Array.from({ length: 40 }, () => Foreigner.dial(path));
    await vi.waitFor(() => expect(halfOpen.filter(({ socket }) => socket.destroyed)).toHaveLength(32), POLL);
    expect(gate.underWay).toBe(8);

    const events: string[] = [];
    established.attach({ data: () => {}, drained: () => {}, closed: () => events.push('closed') } satisfies Receiver);
    for (const { socket } of halfOpen) socket.destroy();
    await vi.waitFor(() => expect(gate.underWay).toBe(0), POLL);
    await honestClient(path);
    expect(accepted).toHaveLength(2);
    expect(events).toEqual([]);
    expect(logged[0]).toBe(
      'uactor: rejected a connection from test socket, which was the oldest of its address when 8 others were in their handshake',
    );
  });

  test('H05 a recorded handshake is not accepted again', async () => {
    const { path, accepted } = await listener();
    const first = Foreigner.dial(path);
    const recorded = frame(responseOf(await first.message(0)));
    first.socket.write(recorded);
    await first.message(1);
    expect(await answerTo(path, () => recorded)).toEqual(REFUSAL);
    expect(accepted).toHaveLength(1);
  });

  test("H06 the listener's own nonce is rejected even with a valid proof", async () => {
    const { path } = await listener();
    const answer = await answerTo(path, (hello) => frame(responseOf(hello, { nonce: hello.subarray(8, 40) })));
    expect(answer).toEqual(REFUSAL);
    await vi.waitFor(() => expect(logged[0]).toMatch(/own nonce/), POLL);
  });

  test('H06 a proof made for one of two parallel connections does not open the other', async () => {
    const { path, accepted } = await listener();
    const other = Foreigner.dial(path);
    const otherHello = await other.message(0);
    expect(await answerTo(path, () => frame(responseOf(otherHello)))).toEqual(REFUSAL);
    expect(accepted).toHaveLength(0);
  });

  test('H08 H09 H12 all wrong responses get the same rejection, byte for byte', async () => {
    const { path, accepted, gate } = await listener();
    const responses: Readonly<Record<string, (hello: Buffer) => Buffer>> = {
      'wrong key': (hello) => responseOf(hello, {}, randomBytes(33)),
      'another actor': (hello) => responseOf(hello, { target: Buffer.alloc(16, 0x0f) }),
      'older version': (hello) => responseOf(hello, { version: 0 }),
      'newer version': (hello) => responseOf(hello, { version: 3 }),
      'unknown flags': (hello) => responseOf(hello, { flags: 2 }),
      'proof a byte short': (hello) => responseOf(hello).subarray(0, -1),
      'proof a byte long': (hello) => Buffer.concat([responseOf(hello), Buffer.of(0)]),
      'empty proof': () => foreignResponse(),
      'proof of the other role': (hello) => {
        const response = foreignResponse();
        return proven('listener', SECRET, CLIENT, [CHANNEL, hello], response);
      },
      'proof before the last field': (hello) => {
        const response = responseOf(hello, { serializer: 'msgpack' });
        return Buffer.concat([foreignResponse(), response.subarray(-96)]);
      },
      'fields stripped': (hello) => {
        return proven(
          'client',
          SECRET,
          CLIENT,
          [CHANNEL, hello],
          foreignResponse({ identity: CLIENT }).subarray(0, 34),
        );
      },
      'the signature of another process': (hello) =>
        proven('client', SECRET, foreignIdentity(), [CHANNEL, hello], foreignResponse({ identity: CLIENT })),
      'a signature of zeros': (hello) => Buffer.concat([responseOf(hello).subarray(0, -64), Buffer.alloc(64)]),
      'no signature': (hello) => responseOf(hello).subarray(0, -64),
      'a proof for another channel': (hello) => provenResponse(SECRET, hello, {}, Buffer.alloc(32, 7)),
      'one byte': () => Buffer.of(0),
      'a name with a newline': (hello) => responseOf(hello, { serializer: 'a\nb' }),
      'a name in bad UTF-8': (hello) => responseOf(hello, { serializer: Buffer.from([0xc3, 0x28]) }),
      'a name with a control sequence': (hello) => responseOf(hello, { serializer: '\x1b[31mred' }),
      'a name of 65 bytes': (hello) => responseOf(hello, { serializer: 'n'.repeat(65) }),
    };
    for (const [name, response] of Object.entries(responses)) {
      expect(await answerTo(path, (hello) => frame(response(hello))), name).toEqual(REFUSAL);
    }
    await vi.waitFor(() => expect(gate.underWay).toBe(0), POLL);
    expect(accepted).toHaveLength(0);
    expect(logged.join('\n')).not.toMatch(/red|nnnn/);
  });

  test.each([
    ['behind its proof', (hello: Buffer) => Buffer.concat([frame(responseOf(hello)), CALL]), Buffer.alloc(0)],
    ['behind a wrong proof', () => Buffer.concat([frame(foreignResponse()), CALL]), Buffer.alloc(0)],
    ['instead of a proof', () => CALL, REFUSAL],
  ])('H10 a call %s is not read', async (_where, speech, answer) => {
    const { path, accepted } = await listener();
    expect(await answerTo(path, speech)).toEqual(answer);
    expect(accepted).toHaveLength(0);
  });

  test('H12 a stranger can only read a greeting of 76 bytes', async () => {
    const { path } = await listener({ handshakeMs: 100 });
    const client = Foreigner.dial(path);
    await client.closed;
    expect(client.received).toHaveLength(HELLO_FRAME_BYTES);
    const [hello] = unframe(client.received).payloads;
    expect(hello?.subarray(0, 8).toString('latin1')).toBe('uactor\x02\x00');
    expect(hello?.subarray(40)).toEqual(ACTOR.publicKey);
  });
});

describe('a hostile listener', () => {
  test.each(GARBAGE)('H01 H02 %s closes the connection, and nothing is sent', async (_name, bytes) => {
    const { error, heard } = await victim(bytes);
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({ code: 'PROTOCOL', executed: 'no' });
    expect(heard).toHaveLength(0);
  });

  test.each([
    ['without the magic', foreignHello(ACTOR).fill(0x78, 0, 6)],
    ['cut short', foreignHello(ACTOR).subarray(0, 71)],
    ['a byte too long', Buffer.concat([foreignHello(ACTOR), Buffer.of(0)])],
  ])('H02 a greeting %s gets no reply', async (_name, hello) => {
    const { error, heard } = await victim(frame(hello));
    expect(error).toMatchObject({ code: 'PROTOCOL' });
    expect(heard).toHaveLength(0);
  });

  test.each([0, 1, 65_535])(
    'H08 F37 protocol version %i causes an error that names both versions, and nothing is sent',
    async (version) => {
      const { error, heard } = await victim(frame(foreignHello(ACTOR, randomBytes(32), version)));
      expect(error).toMatchObject({ constructor: ConnectionLostError, code: 'PROTOCOL' });
      expect(String(error)).toContain(`version ${version}, this process version 2`);
      expect(heard).toHaveLength(0);
    },
  );

  test('H10 bytes behind the greeting close the connection, and nothing is sent', async () => {
    const { error, heard } = await victim(Buffer.concat([frame(foreignHello(ACTOR)), CALL]));
    expect(error).toMatchObject({ code: 'PROTOCOL' });
    expect(heard).toHaveLength(0);
  });

  test.each([
    ['a wrong proof', () => Buffer.concat([foreignAnswer('msgpack'), randomBytes(96)])],
    [
      'the proof and the signature of the client',
      (message: Buffer) => Buffer.concat([foreignAnswer('msgpack'), message.subarray(-96)]),
    ],
    ['the whole message of the client', (message: Buffer) => message],
    ['a signature a byte short', () => Buffer.concat([foreignAnswer('msgpack'), randomBytes(95)])],
    ['no proof', () => foreignAnswer('msgpack')],
    ['a serializer with a control sequence', () => Buffer.concat([foreignAnswer('\x1b[31m'), randomBytes(96)])],
  ])('H06 H11 a listener that answers with %s gets only the proof', async (_name, answer) => {
    const { error, heard } = await victim(frame(foreignHello(ACTOR)), (message) => frame(answer(message)));
    expect(error instanceof AuthkeyError || error instanceof ConnectionLostError).toBe(true);
    expect(String(error)).not.toContain('\x1b');
    const { payloads, rest } = unframe(heard);
    expect(payloads.map(({ length }) => length)).toEqual([180]);
    expect(rest).toHaveLength(0);
  });

  test('H11 a listener that never answers gets only the proof', async () => {
    const limits = { ...DEFAULT_LIMITS, handshakeMs: 150 };
    const { error, heard } = await victim(frame(foreignHello(ACTOR)), undefined, { limits });
    expect(error).toMatchObject({ code: 'UNREACHABLE', executed: 'no' });
    expect(unframe(heard).payloads).toHaveLength(1);
  });

  test('H05 the recorded messages of a listener do not convince another client', async () => {
    const { path } = await listener();
    const recorder = Foreigner.dial(path);
    const hello = await recorder.message(0);
    recorder.socket.write(frame(responseOf(hello)));
    const answer = await recorder.message(1);
    const { error } = await victim(frame(hello), () => frame(answer));
    expect(error).toBeInstanceOf(AuthkeyError);
  });

  test.each([
    ['a relay that passes the other actor off as the one that is meant', ACTOR],
    ['a relay that shows the other actor as it is', undefined],
  ])('H07 H83 %s fails', async (_name, pretended) => {
    const other = await listener({}, 0x0f);
    const upstream = Foreigner.dial(other.path);
    const theirs = await upstream.message(0);
    const shown = pretended === undefined ? theirs : foreignHello(pretended, theirs.subarray(8, 40));
    const relayed: Buffer[] = [];
    const path = await listen((socket) => {
      socket.write(frame(shown));
      socket.on('data', (chunk) => {
        relayed.push(chunk);
        upstream.socket.write(chunk);
      });
      upstream.socket.on('data', (chunk) => socket.write(chunk));
      upstream.socket.on('close', () => socket.destroy());
    });
    await expect(honestClient(path, { target: ACTOR.instance })).rejects.toBeInstanceOf(AuthkeyError);
    expect(other.accepted).toHaveLength(0);
    expect(relayed).toHaveLength(pretended === undefined ? 0 : 1);
  });

  test('H70 an unknown instance is sent as zeros, and the key is never sent', async () => {
    const { heard } = await victim(frame(foreignHello(ACTOR)), () => REFUSAL);
    const [response] = unframe(heard).payloads;
    expect(response?.subarray(67, 83)).toEqual(ZERO_INSTANCE);
    expect(heard.includes(SECRET)).toBe(false);
  });

  test('H83 a listener that knows the key and shows the public key of another process is rejected, and learns nothing', async () => {
    const hello = foreignHello(ACTOR);
    const { error, heard } = await victim(
      frame(hello),
      (response) => frame(provenAnswer(SECRET, foreignIdentity(), { hello, response }, foreignAnswer('msgpack'))),
      { target: ACTOR.instance },
    );
    expect(error).toBeInstanceOf(AuthkeyError);
    expect(String(error)).toContain('did not prove its identity');
    expect(unframe(heard).payloads).toHaveLength(1);
  });
});
