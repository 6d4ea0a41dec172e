import { registerTransport } from 'uactor';
import type { Connection, Receiver, Transport } from 'uactor/plugin';
import { ipc } from 'uactor/transports/ipc';
import { WrappedConnection } from '../fixtures/wrapped-connection.ts';

/** A connection that can be cut in the middle of a message, or stop reading. */
export class FaultyConnection extends WrappedConnection {
  #bytesWritten = 0;
  #bytesRead = 0;
  #cutWritesAt = Infinity;
  #cutReadsAt = Infinity;
  #stalled = false;

  /** The numbers of bytes that have passed in each direction. */
  get passed(): { readonly written: number; readonly read: number } {
    return { written: this.#bytesWritten, read: this.#bytesRead };
  }

  /** Closes after this many more bytes have left. */
  cutWritesAfter(bytes: number): void {
    this.#cutWritesAt = this.#bytesWritten + bytes;
  }

  /** Closes after this many more bytes have arrived. */
  cutReadsAfter(bytes: number): void {
    this.#cutReadsAt = this.#bytesRead + bytes;
  }

  /** Stops reading, whatever the core requests. */
  stall(): void {
    this.#stalled = true;
    this.inner.pause();
  }

  /** Reads again. */
  unstall(): void {
    this.#stalled = false;
    this.inner.resume();
  }

  override open(receiver: Receiver): void {
    this.inner.open({
      data: (chunk) => {
        const room = this.#cutReadsAt - this.#bytesRead;
        this.#bytesRead += chunk.length;
        if (room > 0) receiver.data(chunk.subarray(0, room));
        if (chunk.length >= room) this.inner.destroy();
      },
      drained: () => receiver.drained(),
      closed: (cause) => receiver.closed(cause),
    });
  }

  override write(chunks: readonly Uint8Array[]): boolean {
    const bytes = Buffer.concat(chunks);
    const room = this.#cutWritesAt - this.#bytesWritten;
    this.#bytesWritten += bytes.length;
    if (bytes.length < room) return this.inner.write([bytes]);
    if (room > 0) this.inner.write([bytes.subarray(0, room)]);
    this.inner.end();
    return true;
  }

  override resume(): void {
    if (!this.#stalled) super.resume();
  }
}

/** Connections to `ipc` addresses that can be made to fail; their addresses begin with `faulty://` instead. */
class FaultyTransport implements Transport {
  readonly scheme = 'faulty';
  readonly listen: Transport['listen'] = ipc.listen;
  last: FaultyConnection | undefined;

  async connect(...[address, options]: Parameters<Transport['connect']>): Promise<Connection> {
    this.last = new FaultyConnection(await ipc.connect(address.replace('faulty:', 'ipc:'), options));
    return this.last;
  }
}

const transport = new FaultyTransport();
registerTransport(transport);

/** Connects with `connect`, over a connection that can be made to fail. */
export async function connectFaultily<T>(
  address: string | undefined,
  connect: (address: string) => Promise<T>,
): Promise<{ readonly proxy: T; readonly connection: FaultyConnection }> {
  if (address === undefined) throw new Error('the actor listens nowhere');
  const proxy = await connect(address.replace('ipc:', 'faulty:'));
  const connection = transport.last;
  if (connection === undefined) throw new Error('there was no connection');
  return { proxy, connection };
}
