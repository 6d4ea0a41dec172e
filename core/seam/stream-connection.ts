import { Socket } from 'node:net';
import { ConnectionLostError, UActorError } from './errors.ts';
import { StreamInput } from './stream-input.ts';
import { StreamWriter } from './stream-writer.ts';
import type { Connection, ConnectionInfo, Receiver } from './transport.ts';
import { clearTimeout, setImmediate, setTimeout } from './environment.ts';

/** How long the other end may take to close after one end has said that it is done. */
const LINGER_MS = 5_000;

/** What a connection lives through, from left to right, possibly leaving out steps. */
type State =
  | { readonly kind: 'created' }
  | { readonly kind: 'open'; readonly receiver: Receiver }
  | { readonly kind: 'destroyed'; readonly receiver: Receiver | undefined }
  | { readonly kind: 'closed' };

/** Why a connection ended, given what its socket reported and whether any bytes had arrived. */
export type ExplainEnd = (cause: Error | undefined, heard: boolean) => Error | undefined;

/**
 * A {@link Connection} over a byte stream of Node: an inherited pipe, a Unix socket, TCP, TLS.
 *
 * The socket belongs to the connection from here on and must be connected, not read from and not ended. What the other
 * end sent before it closed is delivered before `closed`, with one exception that Node imposes: it gives up a socket
 * whose write failed, and with it whatever was still unread.
 *
 * After {@link StreamConnection.end}, or after the other end has closed its half, the rest of the closing may take 5 s;
 * then the connection is destroyed. Sending what was written before `end` may take as long as it needs.
 */
export class StreamConnection implements Connection {
  readonly info: ConnectionInfo;
  readonly #socket: Socket;
  readonly #input: StreamInput | undefined;
  readonly #explain: ExplainEnd | undefined;
  readonly #writer: StreamWriter;
  #state: State = { kind: 'created' };
  #cause: Error | undefined;
  #linger: NodeJS.Timeout | undefined;
  /** Which end began to close. */
  #endedBy: 'nobody' | 'this end' | 'the other end' = 'nobody';
  #heard = false;

  /**
   * @param socket - a connected socket
   * @param info - what to say about it
   * @param input - what the socket was made with as `onread`; without it the socket's `'data'` events are used
   * @param explain - says better than the socket why the connection ended
   */
  constructor(socket: Socket, info: ConnectionInfo, input?: StreamInput, explain?: ExplainEnd) {
    this.info = info;
    this.#socket = socket;
    this.#input = input;
    this.#explain = explain;
    this.#writer = new StreamWriter(socket, () => {
      if (this.#state.kind === 'open') this.#state.receiver.drained();
    });
    // Node would end its half by itself as soon as the other end has, before what waits in the writer was sent.
    socket.allowHalfOpen = true;
    // A socket with `onread` has nowhere to keep what arrives before `open`.
    if (input !== undefined) socket.pause();
    socket.on('end', () => this.#peerEnded());
    socket.on('finish', () => this.#startLinger());
    socket.on('error', (error) => {
      this.#cause ??= error;
    });
    socket.on('close', () => this.#closed());
  }

  get bytesQueued(): number {
    return this.#socket.destroyed ? 0 : this.#writer.bytesQueued;
  }

  /** @throws {@link UActorError} `INVALID_STATE` when it was opened before. */
  open(receiver: Receiver): void {
    const state = this.#state;
    if (state.kind === 'closed') {
      setImmediate(() => receiver.closed(this.#cause));
      return;
    }
    if (state.kind === 'destroyed' && state.receiver === undefined) {
      this.#state = { kind: 'destroyed', receiver };
      return;
    }
    if (state.kind !== 'created') {
      throw new UActorError(`The connection to ${this.info.peer} is open already; open it once.`);
    }
    this.#state = { kind: 'open', receiver };
    if (this.#input === undefined) this.#socket.on('data', (chunk: Uint8Array) => this.#deliver(chunk));
    else this.#input.deliverTo((chunk) => this.#deliver(chunk));
    this.#socket.resume();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    return this.#writer.write(chunks);
  }

  pause(): void {
    if (this.#state.kind === 'open' && this.#endedBy === 'nobody') this.#socket.pause();
  }

  resume(): void {
    if (this.#state.kind === 'open') this.#socket.resume();
  }

  keepAlive(wanted: boolean): void {
    if (this.#socket.destroyed) return;
    if (wanted) this.#socket.ref();
    else this.#socket.unref();
  }

  end(): void {
    if (this.#endedBy !== 'nobody' || this.#state.kind === 'closed' || this.#state.kind === 'destroyed') return;
    this.#endedBy = 'this end';
    this.#writer.end();
    // A paused socket would never see that the other end has closed too.
    this.#socket.resume();
  }

  destroy(): void {
    const state = this.#state;
    if (state.kind === 'closed' || state.kind === 'destroyed') return;
    this.#state = { kind: 'destroyed', receiver: state.kind === 'open' ? state.receiver : undefined };
    this.#writer.discard();
    this.#socket.destroy();
  }

  #deliver(chunk: Uint8Array): void {
    // Node goes on emitting what it has buffered after a socket was destroyed.
    if (this.#state.kind !== 'open') return;
    this.#heard = true;
    this.#state.receiver.data(chunk);
  }

  #peerEnded(): void {
    if (this.#endedBy === 'nobody') this.#endedBy = 'the other end';
    this.#writer.end();
    this.#startLinger();
  }

  #startLinger(): void {
    if (this.#linger !== undefined || this.#socket.destroyed) return;
    this.#linger = setTimeout(() => {
      if (this.#writer.bytesQueued > 0) {
        this.#cause ??= new ConnectionLostError(
          `${this.info.peer} closed the connection and took nothing of what was on the way to it within ${LINGER_MS} ms.`,
        );
      }
      this.#socket.destroy();
    }, LINGER_MS);
    // The socket alone decides whether the process stays alive.
    this.#linger.unref();
  }

  #closed(): void {
    clearTimeout(this.#linger);
    this.#writer.discard();
    const state = this.#state;
    const wanted = state.kind === 'destroyed' || this.#endedBy === 'this end';
    if (!wanted && this.#explain) this.#cause = this.#explain(this.#cause, this.#heard);
    this.#state = { kind: 'closed' };
    if (state.kind === 'open' || state.kind === 'destroyed') state.receiver?.closed(this.#cause);
  }
}

/**
 * Opens the connection over an inherited pipe or socket, such as an actor's pipe from its owner. It does not read before
 * {@link StreamConnection.open}.
 *
 * @param fd - the descriptor, which belongs to the connection from here on
 * @throws `TypeError` (`ERR_INVALID_FD_TYPE`) when the descriptor is neither a pipe nor a socket
 */
export function openFd(fd: number, info: ConnectionInfo): StreamConnection {
  const input = new StreamInput();
  // The type declarations know `onread` for `net.connect` only; a variable may have more than the constructor asks for.
  const options = { fd, readable: true, writable: true, onread: input.onread };
  return new StreamConnection(new Socket(options), info, input);
}
