import { Duplex } from 'node:stream';
import type { Receiver } from '../../core/seam/transport.ts';
import type { BrokerConnection } from './broker-connection.ts';

/** A connection over a broker as a stream of Node, for TLS to run over. Each direction ends for itself. */
export class BrokerStream extends Duplex {
  readonly #connection: BrokerConnection;
  /** Tells that a write has left. */
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

  /** Whether the other end has said anything. */
  get heard(): boolean {
    return this.#heard;
  }

  override _read(): void {
    this.#connection.resume();
  }

  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error | null) => void): void {
    // TLS takes its memory back after the callback.
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
    // What arrived is still to be read.
    if (!this.readableEnded) this.push(null);
    this.#left();
  }
}
