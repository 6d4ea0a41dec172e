import type { Connection, Receiver } from '../../seam/transport.ts';
import { FrameReader, framed } from './frame-reader.ts';
import { ReceiverSwap } from './receiver-swap.ts';
import type { ProvenPeer, Role, Step } from './role.ts';
import { MAX_TIMER_MS } from '../../seam/call-options.ts';
import { clearTimeout, setImmediate, setTimeout } from '../../seam/environment.ts';

/** The limits of an exchange. */
export interface ExchangeOptions {
  /** The maximum size of a message, in bytes. */
  readonly maxBytes: number;
  /** How long the whole exchange may take, in milliseconds. */
  readonly deadlineMs: number;
  /** How long the peer may send nothing at all, in milliseconds, and the error after that. Default: the whole time. */
  readonly firstBytes?: { readonly ms: number; readonly silent: () => Error };
  /** Aborts when the connection is no longer wanted. */
  readonly signal: AbortSignal | undefined;
}

/** A connection whose peer has proved itself. */
export interface Introduction {
  readonly peer: ProvenPeer;
  readonly handOver: ReceiverSwap;
}

type State =
  | { readonly kind: 'talking' }
  /** The last message was sent; the exchange rejects after it has left and the connection is closed. */
  | { readonly kind: 'dismissing'; readonly error: Error }
  | { readonly kind: 'done'; readonly handOver: ReceiverSwap }
  | { readonly kind: 'failed' };

/**
 * Performs the handshake of a {@link Role} over a connection, within one absolute deadline. Closes the connection if it fails.
 */
export class Exchange implements Receiver {
  /** The outcome; rejects with the role's error. */
  readonly outcome: Promise<Introduction>;
  readonly #connection: Connection;
  readonly #role: Role;
  readonly #reader: FrameReader;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #firstTimer: NodeJS.Timeout | undefined;
  #heard = false;
  readonly #aborted = (): void => {
    this.#fail(this.#role.aborted(this.#signal?.reason));
  };
  #state: State = { kind: 'talking' };
  #resolve: (introduction: Introduction) => void = () => {};
  #reject: (error: Error) => void = () => {};

  /** Takes over `connection`, opens it, and begins. */
  constructor(connection: Connection, role: Role, { maxBytes, deadlineMs, firstBytes, signal }: ExchangeOptions) {
    this.#connection = connection;
    this.#role = role;
    this.#reader = new FrameReader(maxBytes);
    this.#signal = signal;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#timer = setTimeout(() => this.#expire(), Math.min(deadlineMs, MAX_TIMER_MS));
    this.#timer.unref();
    if (firstBytes !== undefined && firstBytes.ms < deadlineMs) {
      this.#firstTimer = setTimeout(() => this.#expectFirst(firstBytes.silent), firstBytes.ms);
      this.#firstTimer.unref();
    }
    connection.open(this);
    if (role.opening !== undefined) connection.write(framed(role.opening));
    if (signal?.aborted === true) this.#aborted();
    else signal?.addEventListener('abort', this.#aborted, { once: true });
  }

  data(chunk: Uint8Array): void {
    this.#heard = true;
    const state = this.#state;
    switch (state.kind) {
      case 'talking':
        this.#read(chunk);
        break;
      case 'dismissing':
        this.#fail(state.error);
        break;
      case 'done':
        state.handOver.data(chunk);
        break;
      case 'failed':
        break;
    }
  }

  drained(): void {
    if (this.#state.kind === 'done') this.#state.handOver.drained();
  }

  closed(cause?: Error): void {
    const state = this.#state;
    if (state.kind === 'done') state.handOver.closed(cause);
    else if (state.kind === 'dismissing') this.#fail(state.error);
    else if (state.kind === 'talking') this.#fail(this.#role.closed(cause));
  }

  #read(chunk: Uint8Array): void {
    const progress = this.#reader.read(chunk);
    if (progress.kind === 'partial') return;
    if (progress.kind === 'invalid') {
      this.#fail(this.#role.badLength(progress.claimedBytes));
    } else if (progress.rest.length > 0 && !this.#role.peerMaySendOn) {
      this.#fail(this.#role.sentOn());
    } else {
      this.#take(this.#role.receive(progress.payload));
      if (progress.rest.length > 0) this.data(progress.rest);
    }
  }

  #take(step: Step): void {
    switch (step.kind) {
      case 'send':
        this.#connection.write(framed(step.payload));
        break;
      case 'done':
        this.#finish(step.payload, step.peer);
        break;
      case 'dismiss':
        this.#state = { kind: 'dismissing', error: step.error };
        this.#connection.write(framed(step.payload));
        this.#connection.end();
        break;
      case 'fail':
        this.#fail(step.error);
        break;
    }
  }

  #finish(payload: Uint8Array | undefined, peer: ProvenPeer): void {
    this.#release();
    const handOver = new ReceiverSwap(this.#connection);
    this.#state = { kind: 'done', handOver };
    if (payload !== undefined) this.#connection.write(framed(payload));
    this.#resolve({ peer, handOver });
  }

  #expire(): void {
    const state = this.#state;
    this.#fail(state.kind === 'dismissing' ? state.error : this.#role.expired());
  }

  #expectFirst(silent: () => Error): void {
    // Bytes that arrived while this process was busy are read first.
    setImmediate(() => {
      const isSilent = !this.#heard && this.#connection.heard !== true;
      if (this.#state.kind === 'talking' && isSilent) this.#fail(silent());
    });
  }

  #fail(error: Error): void {
    this.#release();
    this.#state = { kind: 'failed' };
    this.#connection.destroy();
    this.#reject(error);
  }

  #release(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#firstTimer);
    this.#signal?.removeEventListener('abort', this.#aborted);
  }
}
