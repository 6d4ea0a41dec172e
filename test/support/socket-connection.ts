import type { Socket } from 'node:net';
import type { Connection, ConnectionInfo, Receiver } from '../../core/seam/transport.ts';

/** A minimal connection over a socket, for tests of the core with foreign bytes. */
export class SocketConnection implements Connection {
  readonly info: ConnectionInfo;
  readonly #socket: Socket;

  constructor(socket: Socket, peer = 'test socket') {
    this.#socket = socket;
    this.info = { peer, local: true, encrypted: true, authenticated: false };
  }

  get bytesQueued(): number {
    return this.#socket.writableLength;
  }

  open(receiver: Receiver): void {
    let cause: Error | undefined;
    this.#socket.on('data', (chunk) => {
      receiver.data(chunk);
    });
    this.#socket.on('drain', () => {
      receiver.drained();
    });
    this.#socket.on('error', (error) => {
      cause = error;
    });
    this.#socket.on('close', () => {
      receiver.closed(cause);
    });
  }

  write(chunks: readonly Uint8Array[]): boolean {
    return this.#socket.destroyed || this.#socket.write(Buffer.concat(chunks));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  hold(wanted: boolean): void {
    if (wanted) this.#socket.ref();
    else this.#socket.unref();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
