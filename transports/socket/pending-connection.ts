import type { Connection, ConnectionInfo, Receiver } from '../../core/seam/transport.ts';
import { setImmediate } from '../../core/seam/environment.ts';

/** How much may be written before there is anything to write to. */
const MODERATE_BYTES = 64 * 1024;

/** What is asked of a connection before it stands. */
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
  /** It came to nothing; `receiver` is told once there is one. */
  | { readonly kind: 'failed'; readonly cause: Error | undefined }
  | { readonly kind: 'told' };

/**
 * A connection that has arrived and is still being secured. The core gets it at once, so that its bounds for strangers
 * (how many, how long) hold from the first byte on; what the core writes waits until there is something to write to.
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

  /** @param abandon - closes what the connection would have stood on */
  constructor(info: ConnectionInfo, abandon: () => void) {
    this.#info = info;
    this.#abandon = abandon;
  }

  get info(): ConnectionInfo {
    return this.#state.kind === 'standing' ? this.#state.connection.info : this.#info;
  }

  /** Whether the client has said anything, which is TLS or the word that there is none. */
  get heard(): boolean {
    return this.#heard;
  }

  /** The client said something. */
  hear(): void {
    this.#heard = true;
  }

  /** It stands now, on `connection`. */
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

  /** It will never stand. Does nothing when it does already. */
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
