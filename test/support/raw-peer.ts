/**
 * Peers with the authkey that use the protocol without the library, as client and server: tests decide what hostile ones send.
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

/** A server's false statements about itself. */
export interface Pretence {
  readonly identity?: ForeignIdentity;
  readonly serializer?: string;
}

/** One connection, from its first byte on. */
export class RawPeer {
  readonly socket: Socket;
  /** Everything that arrived after the handshake and was not read yet. */
  readonly received: RawMessage[] = [];
  closed = false;
  /** The response that this end sent, if it connected. */
  sent: Buffer = Buffer.alloc(0);
  /** The identity that the listener claimed: 16 bytes. */
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
    // A hostile peer is disconnected sooner or later; the messages before show how.
    socket.on('error', () => this.#changed());
    socket.on('close', () => {
      this.closed = true;
      this.#changed();
    });
  }

  /** Connects to an actor that listens on a Unix socket, and performs the handshake. */
  static async connect(path: string, key: Uint8Array, response: ForeignResponse = {}): Promise<RawPeer> {
    return await RawPeer.over(createConnection(path), key, response);
  }

  /**
   * Performs the client's handshake over an open connection.
   *
   * @param binding - The channel binding, if there is one.
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

  /** Performs the listener's handshake. */
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

  /** Sends bytes unchanged. */
  send(...bytes: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(bytes));
  }

  /** Returns the next message for which `wanted` is true; earlier ones are dropped. */
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

  /** Returns the reply to a call. */
  reply(call: number): Promise<RawMessage> {
    return this.next(
      `the reply to call ${call}`,
      (message) => (message.kind === RawKind.RESULT || message.kind === RawKind.ERROR) && callOf(message) === call,
    );
  }

  /** Waits until the peer has closed the connection. */
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
 * Connects to an actor as a client with the key, greets it, and requests the actor, whose id is then 1. Each client acts as a
 * separate process, because two processes have a single session.
 */
export async function rawClient(path: string, key: Uint8Array, ...first: readonly Uint8Array[]): Promise<RawPeer> {
  const peer = await RawPeer.connect(path, key, { identity: foreignIdentity() });
  peer.send(HELLO, ...first);
  return peer;
}

/** Listens on a Unix socket and passes each connection to `serve` after its handshake. */
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
