import { setImmediate } from '../../core/seam/environment.ts';
import type { Connection, ConnectionInfo, Receiver } from '../../core/seam/transport.ts';

/** How many bytes may be written before the connection is secured. */
const MODERATE_BYTES = 64 * 1024;

/** Requests to a connection before it is secured. */
interface Waiting {
  readonly kind: 'pending';
  receiver: Receiver | undefined;
  chunks: Uint8Array[];
  bytes: number;
  paused: boolean;
  wanted: boolean;
  ending: boolean;
}

type State =
  | Waiting
  | { readonly kind: 'standing'; readonly connection: Connection }
  /** It has failed; `receiver` gets the error as soon as it is set. */
  | { readonly kind: 'failed'; readonly cause: Error | undefined }
  | { readonly kind: 'told' };

/**
 * An accepted connection that is still being secured. The core gets it at once, so that its limits on unauthenticated peers
 * (number, time) apply from the first byte on. Bytes that the core writes wait until the connection is secured.
 */
export class PendingConnection implements Connection {
  readonly #info: ConnectionInfo;
  readonly #abandon: () => void;
  #heard = false;
  #state: State = {
    kind: 'pending',
    receiver: undefined,
    chunks: [],
    bytes: 0,
    paused: false,
    wanted: true,
    ending: false,
  };

  /** @param abandon - closes the underlying socket */
  constructor(info: ConnectionInfo, abandon: () => void) {
    this.#info = info;
    this.#abandon = abandon;
  }

  get info(): ConnectionInfo {
    return this.#state.kind === 'standing' ? this.#state.connection.info : this.#info;
  }

  /** Whether the client has sent anything, either TLS or the preamble of a connection without TLS. */
  get heard(): boolean {
    return this.#heard;
  }

  /** Called when the client has sent something. */
  hear(): void {
    this.#heard = true;
  }

  /** Called when the connection is secured, as `connection`. */
  stand(connection: Connection): void {
    const state = this.#state;
    if (state.kind !== 'pending') {
      connection.destroy();
      return;
    }
    this.#state = { kind: 'standing', connection };
    const { receiver, chunks, bytes, paused, wanted, ending } = state;
    if (receiver === undefined) return;
    connection.open(receiver);
    if (paused) connection.pause();
    if (!wanted) connection.hold(false);
    const hasRoom = connection.write(chunks);
    if (ending) connection.end();
    else if (hasRoom && bytes >= MODERATE_BYTES) setImmediate(() => receiver.drained());
  }

  /** Called when securing the connection has failed. Does nothing when it has succeeded. */
  fail(cause: Error | undefined): void {
    const state = this.#state;
    if (state.kind !== 'pending') return;
    const { receiver } = state;
    this.#state = receiver === undefined ? { kind: 'failed', cause } : { kind: 'told' };
    if (receiver !== undefined) setImmediate(() => receiver.closed(cause));
  }

  get bytesQueued(): number {
    const state = this.#state;
    if (state.kind === 'standing') return state.connection.bytesQueued;
    return state.kind === 'pending' ? state.bytes : 0;
  }

  open(receiver: Receiver): void {
    const state = this.#state;
    if (state.kind === 'standing') {
      state.connection.open(receiver);
    } else if (state.kind === 'pending') {
      state.receiver = receiver;
    } else if (state.kind === 'failed') {
      this.#state = { kind: 'told' };
      setImmediate(() => receiver.closed(state.cause));
    }
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const state = this.#state;
    if (state.kind === 'standing') return state.connection.write(chunks);
    if (state.kind !== 'pending' || state.ending) return true;
    for (const chunk of chunks) {
      state.chunks.push(chunk);
      state.bytes += chunk.length;
    }
    return state.bytes < MODERATE_BYTES;
  }

  pause(): void {
    if (this.#state.kind === 'standing') this.#state.connection.pause();
    else if (this.#state.kind === 'pending') this.#state.paused = true;
  }

  resume(): void {
    if (this.#state.kind === 'standing') this.#state.connection.resume();
    else if (this.#state.kind === 'pending') this.#state.paused = false;
  }

  hold(wanted: boolean): void {
    if (this.#state.kind === 'standing') this.#state.connection.hold(wanted);
    else if (this.#state.kind === 'pending') this.#state.wanted = wanted;
  }

  end(): void {
    if (this.#state.kind === 'standing') this.#state.connection.end();
    else if (this.#state.kind === 'pending') this.#state.ending = true;
  }

  destroy(): void {
    if (this.#state.kind === 'standing') {
      this.#state.connection.destroy();
    } else if (this.#state.kind === 'pending') {
      this.fail(undefined);
      this.#abandon();
    }
  }
}
