/** The connections of the transport in `message-port.ts`: a stream of bytes over a `worker_threads` message port. */
import type { MessagePort } from 'node:worker_threads';
import { type Connection, type ConnectionInfo, ConnectionLostError, type Receiver } from 'uactor/plugin';

/** The maximum number of bytes in flight that the peer has not read: a port itself never reports that it is full. */
const WINDOW_BYTES = 256 * 1024;
/** The maximum size of one message: a reader can pause only between two messages. */
const PIECE_BYTES = 64 * 1024;
/** With more waiting bytes than this, `write` returns `false`. */
const HIGH_WATER_BYTES = 64 * 1024;

/** The last message of an end. Data is a `Uint8Array`, and an acknowledgement is the number of bytes read. */
const END = 'end';

/** One end of a connection, over one port of a channel. The other end is also a `PortConnection`. */
export class PortConnection implements Connection {
  readonly info: ConnectionInfo;
  readonly #port: MessagePort;
  #state: 'new' | 'open' | 'destroyed' | 'closed' = 'new';
  #receiver: Receiver | undefined;
  #paused = false;
  /** Whether this end has sent END (`said`), or sends it after all waiting data (`wanted`). */
  #end: 'no' | 'wanted' | 'said' = 'no';
  #endHeard = false;
  /** Whether one of the ends closed the connection in an orderly way. */
  #inOrder = false;
  /** Written data that is not posted yet, and its size. */
  readonly #outgoing: Uint8Array[] = [];
  #bytesQueued = 0;
  /** The bytes posted but not yet read at the other end. */
  #bytesUnread = 0;
  #full = false;
  /** Received data that was not delivered, because the connection is not open yet or is paused. */
  readonly #incoming: Uint8Array[] = [];

  constructor(port: MessagePort, peer: string) {
    // The data stays in this process's memory, so no third party can read it. But not every thread of the process may
    // call, so the core requires proof of the key as for any other connection.
    this.info = { peer, local: true, encrypted: true, authenticated: false };
    this.#port = port;
    port.on('message', (message: unknown) => this.#heard(message));
    port.once('close', () => this.#closed());
  }

  get bytesQueued(): number {
    return this.#bytesQueued;
  }

  open(receiver: Receiver): void {
    this.#receiver = receiver;
    if (this.#state === 'closed') setImmediate(() => this.#finish(receiver));
    if (this.#state !== 'new') return;
    this.#state = 'open';
    this.#deliverLater();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#over || this.#end !== 'no') return true;
    for (const chunk of chunks) {
      if (chunk.length > 0) this.#outgoing.push(chunk);
      this.#bytesQueued += chunk.length;
    }
    this.#send();
    this.#full = this.#bytesQueued > HIGH_WATER_BYTES;
    return !this.#full;
  }

  pause(): void {
    if (this.#end === 'no') this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#deliverLater();
  }

  hold(wanted: boolean): void {
    if (wanted) this.#port.ref();
    else this.#port.unref();
  }

  end(): void {
    if (this.#over || this.#end !== 'no') return;
    this.#end = 'wanted';
    // A paused connection would not detect that the other end has finished.
    this.#paused = false;
    this.#deliverLater();
    this.#send();
  }

  destroy(): void {
    if (this.#over) return;
    this.#state = 'destroyed';
    this.#incoming.length = 0;
    this.#forgetOutgoing();
    // Both ends are notified in a later turn.
    this.#port.close();
  }

  get #over(): boolean {
    return this.#state === 'destroyed' || this.#state === 'closed';
  }

  #heard(message: unknown): void {
    if (this.#over) return;
    if (message instanceof Uint8Array) {
      this.#incoming.push(message);
      this.#deliver();
    } else if (typeof message === 'number') {
      this.#bytesUnread -= message;
      this.#send();
      if (this.#full && this.#bytesQueued === 0) {
        this.#full = false;
        this.#receiver?.drained();
      }
    } else if (message === END) {
      this.#endHeard = true;
      this.#deliver();
    }
  }

  /** Delivers in a later turn, after the call of `open` or `resume` has returned. */
  #deliverLater(): void {
    if (this.#state === 'open') setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    while (this.#state === 'open' && !this.#paused) {
      const chunk = this.#incoming.shift();
      if (chunk === undefined) {
        this.#delivered();
        return;
      }
      this.#post(chunk.length);
      this.#receiver?.data(chunk);
    }
  }

  /** Called when all received data has been delivered. If the other end has finished, this end finishes too. */
  #delivered(): void {
    if (!this.#endHeard) return;
    if (this.#end === 'said') this.#port.close();
    else this.end();
  }

  #send(): void {
    while (this.#bytesQueued > 0 && this.#bytesUnread < WINDOW_BYTES) {
      const piece = this.#takePiece(Math.min(this.#bytesQueued, PIECE_BYTES));
      this.#bytesUnread += piece.length;
      this.#post(piece, [piece.buffer]);
    }
    if (this.#end !== 'wanted' || this.#bytesQueued > 0) return;
    this.#end = 'said';
    this.#post(END);
    // The end that finishes second does not close the port: the other end closes it after it has read everything.
  }

  /** Takes the next bytes, in separate memory: a port copies or transfers the whole memory behind a view, not only the view. */
  #takePiece(length: number): Uint8Array<ArrayBuffer> {
    const piece = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const chunk = this.#outgoing.shift() ?? new Uint8Array();
      const part = chunk.subarray(0, length - at);
      piece.set(part, at);
      at += part.length;
      if (part.length < chunk.length) this.#outgoing.unshift(chunk.subarray(part.length));
    }
    this.#bytesQueued -= length;
    return piece;
  }

  #post(message: Uint8Array | number | typeof END, moved: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, moved);
  }

  #forgetOutgoing(): void {
    this.#outgoing.length = 0;
    this.#bytesQueued = 0;
  }

  /** Called when the port has closed at either end: by `end`, by `destroy`, or because the other thread has ended. */
  #closed(): void {
    this.#inOrder = this.#endHeard || this.#state === 'destroyed';
    this.#state = 'closed';
    this.#forgetOutgoing();
    if (this.#receiver !== undefined) this.#finish(this.#receiver);
  }

  #finish(receiver: Receiver): void {
    for (const chunk of this.#incoming.splice(0)) receiver.data(chunk);
    if (this.#inOrder) receiver.closed();
    else receiver.closed(new ConnectionLostError(`${this.info.peer} closed its end, or the thread has ended.`));
  }
}
