/**
 * Peers that hold the authkey and speak the protocol by hand, a client and a server, written without a line of the
 * library: what hostile ones send is up to the test.
 */
import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import {
  type ForeignResponse,
  type ForeignIdentity,
  foreignAnswer,
  foreignHello,
  foreignIdentity,
  frame,
  instanceOfHello,
  provenAnswer,
  provenResponse,
  unframe,
} from './foreign-handshake.ts';
import { callOf, HELLO, RawKind, type RawMessage, readMessage } from './raw-messages.ts';

const DEADLINE_MS = 20_000;

/** What a server says of itself. */
export interface Pretence {
  readonly identity?: ForeignIdentity;
  readonly serializer?: string;
}

/** One connection, from its first byte on. */
export class RawPeer {
  readonly socket: Socket;
  /** Everything that arrived behind the handshake and was not asked for yet. */
  readonly received: RawMessage[] = [];
  closed = false;
  /** The response that this end sent, if it connected. */
  sent: Buffer = Buffer.alloc(0);
  /** What the other end called itself, if it is the one who listens: 16 bytes. */
  listener: Buffer = Buffer.alloc(16);
  #bytes: Buffer = Buffer.alloc(0);
  #inSession = false;
  readonly #frames: Buffer[] = [];
  #wake: (() => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      const { payloads, rest } = unframe(Buffer.concat([this.#bytes, chunk]));
      this.#bytes = Buffer.from(rest);
      for (const bytes of payloads) {
        if (this.#inSession) this.received.push(readMessage(bytes));
        else this.#frames.push(Buffer.from(bytes));
      }
      this.#changed();
    });
    // A hostile peer is cut off sooner or later; how shows in what arrived before.
    socket.on('error', () => this.#changed());
    socket.on('close', () => {
      this.closed = true;
      this.#changed();
    });
  }

  /** Connects to an actor that listens on a Unix socket, and goes through the handshake. */
  static async connect(path: string, key: Uint8Array, response: ForeignResponse = {}): Promise<RawPeer> {
    return await RawPeer.over(createConnection(path), key, response);
  }

  /**
   * Goes through the handshake as the client, over what is connected already.
   *
   * @param binding - What binds the channel below, where something does.
   */
  static async over(
    socket: Socket,
    key: Uint8Array,
    response: ForeignResponse = {},
    binding?: Uint8Array,
  ): Promise<RawPeer> {
    const peer = new RawPeer(socket);
    const hello = await peer.#frame();
    peer.listener = instanceOfHello(hello);
    peer.sent = provenResponse(key, hello, response, binding);
    peer.socket.write(frame(peer.sent));
    const answer = await peer.#frame();
    if (answer.length === 1) throw new Error('the actor refused');
    peer.#beginSession();
    return peer;
  }

  /** Goes through the handshake as the one who listens. */
  static async accept(
    socket: Socket,
    key: Uint8Array,
    pretence: Pretence = {},
    binding?: Uint8Array,
  ): Promise<RawPeer> {
    const peer = new RawPeer(socket);
    const identity = pretence.identity ?? foreignIdentity();
    const hello = foreignHello(identity);
    socket.write(frame(hello));
    const response = await peer.#frame();
    const answer = foreignAnswer(pretence.serializer ?? 'superjson');
    peer.#beginSession();
    socket.write(frame(provenAnswer(key, identity, { hello, response, ...(binding && { binding }) }, answer)));
    return peer;
  }

  /** Sends bytes as they are. */
  send(...bytes: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(bytes));
  }

  /** The next message that `wanted` says yes to; those before it are dropped. */
  async next(what: string, wanted: (message: RawMessage) => boolean): Promise<RawMessage> {
    let found: RawMessage | undefined;
    await this.#until(what, () => {
      while (found === undefined) {
        const message = this.received.shift();
        if (message === undefined) return false;
        if (wanted(message)) found = message;
      }
      return true;
    });
    if (found === undefined) throw new Error(`${what} did not come`);
    return found;
  }

  /** The reply to a call. */
  reply(call: number): Promise<RawMessage> {
    return this.next(
      `the reply to call ${call}`,
      (message) => (message.kind === RawKind.RESULT || message.kind === RawKind.ERROR) && callOf(message) === call,
    );
  }

  /** Waits until the other end has closed the connection. */
  async hasClosed(): Promise<void> {
    await this.#until('the end of the connection', () => this.closed);
  }

  destroy(): void {
    this.socket.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  #beginSession(): void {
    this.#inSession = true;
    for (const bytes of this.#frames.splice(0)) this.received.push(readMessage(bytes));
  }

  async #frame(): Promise<Buffer> {
    await this.#until('a message of the handshake', () => this.#frames.length > 0);
    const first = this.#frames.shift();
    if (first === undefined) throw new Error('the connection was closed during the handshake');
    return first;
  }

  async #until(what: string, condition: () => boolean): Promise<void> {
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    deadline.addEventListener('abort', () => this.#changed());
    while (!condition()) {
      if (deadline.aborted) throw new Error(`${what} did not come within ${DEADLINE_MS} ms`);
      if (this.closed) throw new Error(`the connection was closed before ${what} came`);
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
      });
    }
  }

  #changed(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}

/**
 * Connects to an actor as a client that knows the key, greets it, and asks for the actor: its id is 1 then. Each is a process of
 * its own, because two processes have one session.
 */
export async function rawClient(path: string, key: Uint8Array, ...first: readonly Uint8Array[]): Promise<RawPeer> {
  const peer = await RawPeer.connect(path, key, { identity: foreignIdentity() });
  peer.send(HELLO, ...first);
  return peer;
}

/** Listens on a Unix socket and hands each connection, its handshake done, to `serve`. */
export async function rawServer(
  path: string,
  key: Uint8Array,
  serve: (peer: RawPeer) => Promise<void>,
  pretence: Pretence = {},
): Promise<AsyncDisposable & { readonly failures: readonly unknown[] }> {
  const failures: unknown[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    RawPeer.accept(socket, key, pretence)
      .then(serve)
      .catch((error: unknown) => failures.push(error));
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    failures,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
