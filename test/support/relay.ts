import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Which way bytes go. */
export type Direction = 'to the actor' | 'to the client';

/** What a relay does with bytes on their way. */
export type Tamper = (chunk: Buffer, direction: Direction, seenBytes: number) => Buffer;

/** A relay between a client and the actor at a `tcp://` address: it can fall silent, record, and change bytes. */
export class Relay {
  /** Everything that went by, frozen or not, in order. */
  readonly passed: { readonly direction: Direction; readonly chunk: Buffer }[] = [];
  readonly #server: Server;
  /** How many connections came in. */
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

  /** Relays to `address`. */
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

  /** How many ends of connections are open: two for each. */
  get openEnds(): number {
    return this.#sockets.size;
  }

  /** Forwards nothing any more in these directions, and closes nothing either. */
  freeze(...directions: readonly Direction[]): void {
    this.#frozen = directions;
  }

  /** Forwards everything again, on the connections that are made from now on too. */
  thaw(): void {
    this.#frozen = [];
  }

  /** Closes every connection; new ones are let through. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** What went by in one direction. */
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
    // A cable that was pulled passes on no farewell either.
    from.on('close', () => {
      this.#sockets.delete(from);
      if (this.#frozen.length === 0) to.destroy();
    });
    from.on('error', () => undefined);
  }
}
