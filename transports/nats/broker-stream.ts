import { Duplex } from 'node:stream';
import type { Receiver } from '../../core/seam/transport.ts';
import type { BrokerConnection } from './broker-connection.ts';

/** A connection over a broker as a Node stream, for TLS. Each direction ends separately. */
export class BrokerStream extends Duplex {
  readonly #connection: BrokerConnection;
  /** The callback of a write that has not left. */
  #written: ((error?: Error | null) => void) | undefined;
  #heard = false;

  constructor(connection: BrokerConnection) {
    super({ allowHalfOpen: true });
    this.#connection = connection;
    const receiver: Receiver = {
      data: (chunk) => {
        this.#heard = true;
        if (!this.push(chunk)) connection.pause();
      },
      drained: () => this.#left(),
      closed: (cause) => this.#closed(cause),
    };
    connection.open(receiver, () => void this.push(null));
  }

  /** Whether the peer has sent anything. */
  get heard(): boolean {
    return this.#heard;
  }

  override _read(): void {
    this.#connection.resume();
  }

  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error | null) => void): void {
    // TLS reuses its memory after the callback.
    if (this.#connection.write([Buffer.from(chunk)])) callback();
    else this.#written = callback;
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#connection.end();
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#connection.destroy();
    callback(error);
  }

  #left(): void {
    const written = this.#written;
    this.#written = undefined;
    written?.();
  }

  #closed(cause: Error | undefined): void {
    if (cause !== undefined) {
      this.destroy(cause);
      return;
    }
    // Received data must still be read.
    if (!this.readableEnded) this.push(null);
    this.#left();
  }
}
