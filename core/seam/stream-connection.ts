import { type OnReadOpts, Socket } from 'node:net';
import { ConnectionLostError, UActorError } from './errors.ts';
import type { Connection, ConnectionInfo, Receiver } from './transport.ts';
import { clearTimeout, process, setImmediate, setTimeout } from './environment.ts';

/** How long the peer may take to close after one end has closed its half, in milliseconds. */
const LINGER_MS = 5_000;

/** The maximum size of one read. */
const BUFFER_BYTES = 64 * 1024;

/**
 * The maximum that is passed to the socket at a time. Node counts a write as waiting until its last byte has left, so the reader
 * of one huge write would seem to read nothing.
 */
const PORTION_BYTES = 1024 * 1024;

/** The states of a connection, in order; some may be skipped. */
type State =
  | { readonly kind: 'created' }
  | { readonly kind: 'open'; readonly receiver: Receiver }
  | { readonly kind: 'destroyed'; readonly receiver: Receiver | undefined }
  | { readonly kind: 'closed' };

/** The receiver of bytes. */
interface InputReader {
  read(buffer: Buffer, bytes: number): void;
  /** The memory for the next read; `undefined` for the input's own. */
  readonly wanted: Uint8Array | undefined;
  /** Called when this many bytes were read into it. */
  filled(bytes: number): void;
}

/**
 * The memory into which a socket reads, for sockets that this process creates itself: Node then reuses one buffer instead of
 * allocating one per read, which makes a call about 15 % faster, and reads a large message directly into its final memory. The
 * socket gets {@link StreamInput.onread} at creation; the connection later sets the receiver.
 *
 * ```ts
 * const input = new StreamInput();
 * const connection = new StreamConnection(net.connect({ path, onread: input.onread }), info, input);
 * ```
 */
export class StreamInput {
  /** The option `onread` of the socket. */
  readonly onread: OnReadOpts;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #reader: InputReader | undefined;
  /** The bytes that arrived before there was a receiver: TLS delivers those that came with the end of its handshake. */
  #early: Buffer[] = [];

  constructor() {
    this.onread = {
      // Node calls this again after each read.
      buffer: () => this.#reader?.wanted ?? this.#buffer,
      callback: (bytes, buffer) => {
        const reader = this.#reader;
        if (reader === undefined || this.#early.length > 0) this.#early.push(Buffer.from(buffer.subarray(0, bytes)));
        else if (buffer === this.#buffer) reader.read(this.#buffer, bytes);
        else reader.filled(bytes);
        return true;
      },
    };
  }

  /** Sets the receiver. Bytes that have already arrived follow at once, but not within this call. */
  deliverTo(reader: InputReader): void {
    this.#reader = reader;
    if (this.#early.length > 0) process.nextTick(() => this.#deliverEarly(reader));
  }

  #deliverEarly(reader: InputReader): void {
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) reader.read(chunk, chunk.length);
  }
}

/** Returns why a connection ended, given the socket's error and whether any bytes had arrived. */
export type ExplainEnd = (cause: Error | undefined, heard: boolean) => Error | undefined;

/**
 * A {@link Connection} over a byte stream of Node: an inherited pipe, a Unix socket, TCP, TLS.
 *
 * The connection takes over the socket, which must be connected, unread and not ended. Bytes that the peer sent before it closed
 * are delivered before `closed`, with one exception that Node imposes: after a failed write it destroys the socket, including
 * unread bytes.
 *
 * After {@link StreamConnection.end}, or after the peer has closed its half, the rest of the closing may take 5 s; then the
 * connection is destroyed. Sending the bytes written before `end` may take as long as it needs.
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
  /** The end that closed first. */
  #endedBy: 'nobody' | 'this end' | 'the other end' = 'nobody';
  #heard = false;

  /**
   * @param socket - a connected socket
   * @param info - its properties
   * @param input - the `onread` of the socket; without it the socket's `'data'` events are used
   * @param explain - returns a better reason than the socket's for the end of the connection
   */
  constructor(socket: Socket, info: ConnectionInfo, input?: StreamInput, explain?: ExplainEnd) {
    this.info = info;
    this.#socket = socket;
    this.#input = input;
    this.#explain = explain;
    this.#writer = new StreamWriter(socket, () => {
      if (this.#state.kind === 'open') this.#state.receiver.drained();
    });
    // Otherwise Node would end its half as soon as the peer has, before the writer's waiting bytes were sent.
    socket.allowHalfOpen = true;
    // A socket with `onread` cannot keep bytes that arrive before `open`.
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

  get settled(): boolean {
    return this.#writer.bytesQueued === 0;
  }

  /** @throws {@link UActorError} `INVALID_STATE` when it was already opened. */
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
    if (this.#input === undefined) this.#socket.on('data', (chunk: Buffer) => this.#deliver(chunk, chunk.length));
    else this.#input.deliverTo(this.#inputReader());
    this.#socket.resume();
  }

  redirect(receiver: Receiver): void {
    if (this.#state.kind === 'open' || this.#state.kind === 'destroyed') this.#state = { ...this.#state, receiver };
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

  hold(wanted: boolean): void {
    if (this.#socket.destroyed) return;
    if (wanted) this.#socket.ref();
    else this.#socket.unref();
  }

  end(): void {
    if (this.#endedBy !== 'nobody' || this.#state.kind === 'closed' || this.#state.kind === 'destroyed') return;
    this.#endedBy = 'this end';
    this.#writer.end();
    // A paused socket would never notice that the peer has closed too.
    this.#socket.resume();
  }

  destroy(): void {
    const state = this.#state;
    if (state.kind === 'closed' || state.kind === 'destroyed') return;
    this.#state = { kind: 'destroyed', receiver: state.kind === 'open' ? state.receiver : undefined };
    this.#writer.discard();
    this.#socket.destroy();
  }

  #deliver(buffer: Buffer, bytes: number): void {
    // After a socket was destroyed, Node still emits what it has buffered.
    if (this.#state.kind !== 'open') return;
    this.#heard = true;
    const { receiver } = this.#state;
    if (receiver.read === undefined) receiver.data(buffer.subarray(0, bytes));
    else receiver.read(buffer, bytes);
  }

  #inputReader(): InputReader {
    const receiver = (): Receiver | undefined => (this.#state.kind === 'open' ? this.#state.receiver : undefined);
    return {
      read: (buffer, bytes) => this.#deliver(buffer, bytes),
      get wanted() {
        return receiver()?.wanted;
      },
      filled: (bytes) => receiver()?.filled?.(bytes),
    };
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
          `${this.info.peer} closed the connection without reading the data in flight within ${LINGER_MS} ms.`,
        );
      }
      this.#socket.destroy();
    }, LINGER_MS);
    // Only the socket decides whether the process stays alive.
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
 * Opens a connection over an inherited pipe or socket, such as an actor's pipe from its owner. It does not read before {@link
 * StreamConnection.open}.
 *
 * @param fd - the descriptor, which the connection takes over
 * @throws `TypeError` (`ERR_INVALID_FD_TYPE`) when the descriptor is neither a pipe nor a socket
 */
export function openFd(fd: number, info: ConnectionInfo): StreamConnection {
  const input = new StreamInput();
  // The type declarations know `onread` only for `net.connect`; a variable may have more members than the constructor's
  // parameter.
  const options = { fd, readable: true, writable: true, onread: input.onread };
  return new StreamConnection(new Socket(options), info, input);
}

/**
 * The sending half of a {@link StreamConnection}: passes chunks to a socket in order, several at once where possible. Bytes
 * beyond one portion wait until the socket has sent the previous portion.
 */
class StreamWriter {
  readonly #socket: Socket;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #full = false;
  #phase: 'writing' | 'ending' | 'ended' = 'writing';

  /**
   * @param socket - the socket, to which no other code writes and which no other code ends
   * @param drained - called after {@link StreamWriter.write} returned `false`, when the waiting bytes have left
   */
  constructor(socket: Socket, drained: () => void) {
    this.#socket = socket;
    socket.on('drain', () => {
      this.#advance();
      if (!this.#full || this.#isFull()) return;
      this.#full = false;
      drained();
    });
  }

  /** The number of bytes that were written and that the operating system has not accepted yet. */
  get bytesQueued(): number {
    return this.#waitingBytes + this.#socket.writableLength;
  }

  /**
   * Sends the chunks in order; does nothing after {@link StreamWriter.end}.
   *
   * @returns `false` when the socket's high water mark is reached
   */
  write(chunks: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    if (this.#phase !== 'writing') return true;
    const only = chunks.length === 1 ? chunks[0] : undefined;
    const fits = only !== undefined && only.length > 0 && socket.writableLength + only.length <= PORTION_BYTES;
    if (fits && this.#waitingBytes === 0) {
      socket.write(only);
    } else {
      for (const chunk of chunks) {
        if (chunk.length === 0) continue;
        this.#waiting.push(chunk);
        this.#waitingBytes += chunk.length;
      }
      this.#advance();
    }
    this.#full ||= this.#isFull();
    return !this.#full;
  }

  /** Ends the socket's writable side after all written bytes. Idempotent. */
  end(): void {
    if (this.#phase !== 'writing') return;
    this.#phase = 'ending';
    this.#advance();
  }

  /** Drops the bytes that were not passed to the socket. */
  discard(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#phase = 'ended';
  }

  #isFull(): boolean {
    return this.bytesQueued >= this.#socket.writableHighWaterMark;
  }

  #advance(): void {
    const socket = this.#socket;
    // After a full portion, Node will emit 'drain', which continues here with the rest.
    let room = PORTION_BYTES - socket.writableLength;
    if (this.#waitingBytes > 0 && room > 0) {
      let taken = 0;
      socket.cork();
      for (const chunk of this.#waiting) {
        if (room <= 0) break;
        if (chunk.length > room) {
          this.#waiting[taken] = chunk.subarray(room);
          socket.write(chunk.subarray(0, room));
          this.#waitingBytes -= room;
          break;
        }
        socket.write(chunk);
        room -= chunk.length;
        this.#waitingBytes -= chunk.length;
        taken++;
      }
      this.#waiting.splice(0, taken);
      socket.uncork();
    }
    if (this.#phase === 'ending' && this.#waitingBytes === 0) {
      this.#phase = 'ended';
      socket.end();
    }
  }
}
