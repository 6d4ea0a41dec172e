import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** The direction of bytes. */
export type Direction = 'to the actor' | 'to the client';

/** Changes bytes in transit. */
export type Tamper = (chunk: Buffer, direction: Direction, seenBytes: number) => Buffer;

/** A relay between a client and the actor at a `tcp://` address: it can stop forwarding, record, and change bytes. */
export class Relay {
  /** Everything that arrived, frozen or not, in order. */
  readonly passed: { readonly direction: Direction; readonly chunk: Buffer }[] = [];
  readonly #server: Server;
  /** The number of connections so far. */
  connections = 0;
  readonly #sockets = new Set<Socket>();
  #frozen: readonly Direction[] = [];

  private constructor(address: string, tamper: Tamper | undefined) {
    const { hostname, port } = new URL(address);
    this.#server = createServer((client) => {
      this.connections++;
      const actor = connect({ host: hostname, port: Number(port) });
      this.#forward(client, actor, 'to the actor', tamper);
      this.#forward(actor, client, 'to the client', tamper);
    });
  }

  /** Creates a relay to `address`. */
  static async to(address: string | undefined, tamper?: Tamper): Promise<Relay> {
    if (address === undefined) throw new Error('the actor has no address');
    const relay = new Relay(address, tamper);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    return relay;
  }

  get address(): string {
    const bound = this.#server.address();
    if (typeof bound !== 'object' || bound === null) throw new Error('the relay does not listen');
    return `tcp://127.0.0.1:${bound.port}`;
  }

  /** The number of open ends of connections: two for each. */
  get openEnds(): number {
    return this.#sockets.size;
  }

  /** Stops forwarding in these directions, without closing anything. */
  freeze(...directions: readonly Direction[]): void {
    this.#frozen = directions;
  }

  /** Forwards everything again, on existing and new connections. */
  thaw(): void {
    this.#frozen = [];
  }

  /** Closes every connection; new ones are accepted. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Returns the bytes that arrived in one direction. */
  bytes(direction: Direction): Buffer {
    return Buffer.concat(this.passed.filter((each) => each.direction === direction).map(({ chunk }) => chunk));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #forward(from: Socket, to: Socket, direction: Direction, tamper: Tamper | undefined): void {
    this.#sockets.add(from);
    let seenBytes = 0;
    from.on('data', (chunk: Buffer) => {
      this.passed.push({ direction, chunk });
      if (!this.#frozen.includes(direction)) to.write(tamper?.(chunk, direction, seenBytes) ?? chunk);
      seenBytes += chunk.length;
    });
    // A pulled cable does not forward the end of a connection either.
    from.on('close', () => {
      this.#sockets.delete(from);
      if (this.#frozen.length === 0) to.destroy();
    });
    from.on('error', () => undefined);
  }
}
