/** The connections of the transport in `message-port.ts`: a stream of bytes over a `worker_threads` message port. */
import type { MessagePort } from 'node:worker_threads';
import { type Connection, type ConnectionInfo, ConnectionLostError, type Receiver } from 'uactor/plugin';

/** How much may be under way to an end that has not looked at it yet: a port itself never says that it is full. */
const WINDOW_BYTES = 256 * 1024;
/** How much goes in one message of a port, so that a reader can pause between two. */
const PIECE_BYTES = 64 * 1024;
/** From how many waiting bytes on `write` answers `false`. */
const HIGH_WATER_BYTES = 64 * 1024;

/** What an end says when it has sent everything. Bytes are a `Uint8Array`; how many of them were read is a number. */
const END = 'end';

/** One end of a connection, which has one port of a channel; the other end is of the same kind. */
export class PortConnection implements Connection {
  readonly info: ConnectionInfo;
  readonly #port: MessagePort;
  #state: 'new' | 'open' | 'destroyed' | 'closed' = 'new';
  #receiver: Receiver | undefined;
  #paused = false;
  /** Whether this end has finished, or is to when all is sent. */
  #end: 'no' | 'wanted' | 'said' = 'no';
  #endHeard = false;
  /** Whether the closing was wanted, by either end. */
  #inOrder = false;
  /** What was written and not posted, and how much that is. */
  readonly #outgoing: Uint8Array[] = [];
  #bytesQueued = 0;
  /** What was posted and not read at the other end. */
  #bytesUnread = 0;
  #full = false;
  /** What arrived and was not handed on, because nobody opened the connection or it is paused. */
  readonly #incoming: Uint8Array[] = [];

  constructor(port: MessagePort, peer: string) {
    // Memory of this very process: nobody is on the way. That the other end is a thread of it does not mean that it may
    // call, so the core asks for proof of the key as it does everywhere else.
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
    // Who is paused would not hear that the other end has finished too.
    this.#paused = false;
    this.#deliverLater();
    this.#send();
  }

  destroy(): void {
    if (this.#over) return;
    this.#state = 'destroyed';
    this.#incoming.length = 0;
    this.#forgetOutgoing();
    // Both ends hear of it, in a later turn.
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

  /** Whoever asks for bytes is busy with something, and gets them in a turn of their own. */
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

  /** Everything that arrived has been handed on. Who hears that the other end has finished finishes as well. */
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
    // The one who finishes second leaves the closing to the other, who might not have read everything yet.
  }

  /** The next bytes in memory of their own. A port copies the whole memory behind a view, or takes it away: not all is ours. */
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

  /** The port has closed, at whichever end: by `end`, by `destroy`, or because the other thread is no more. */
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
