/**
 * The transport seam: how bytes travel. This file is the whole contract; the author of a transport needs no other part of the core
 * than the errors.
 *
 * A connection is an ordered, reliable, two-way stream of bytes that arrives in chunks. The core marks message boundaries itself,
 * so chunks may be split and joined freely: a byte stream (a pipe, TCP) passes on the bytes it reads, and a message carrier (a
 * MessagePort, a WebSocket, a broker) sends each chunk as one or more messages of a size it allows. A carrier that may break and
 * reconnect (a broker) keeps the connection open meanwhile, returns `false` from `write`, and continues where it stopped: nothing
 * lost, duplicated or reordered. It calls `closed` only when it gives up.
 */

/** A way to reach actors, registered under the scheme of its addresses. */
export interface Transport {
  /** The scheme of its addresses, in lower case: `ipc`, `tcp`. */
  readonly scheme: string;
  /**
   * Listens on `address` and passes every connection to `accept`, which calls {@link Connection.open} before it returns.
   *
   * @throws {@link AddressInUseError} when another listener uses the address; {@link TransportError} otherwise.
   */
  listen(address: string, accept: (connection: Connection) => void, options: ListenOptions): Promise<Listener>;
  /**
   * Opens a connection to the listener at `address`.
   *
   * @throws {@link ActorUnreachableError} when nothing responds before `options.signal` aborts.
   */
  connect(address: string, options: ConnectOptions): Promise<Connection>;
  /**
   * A new address that only processes of this user can reach, for an actor without a given address. Called in the process that
   * spawns the actor; the actor's transport then listens on it. A transport without private addresses omits this.
   *
   * @throws {@link TransportError} `UNSAFE_FOLDER` when no safe folder can be created for it.
   */
  privateAddress?(): PrivateAddress;
  /**
   * Classifies an address of this transport, without connecting or looking anything up, because it may come from an untrusted peer.
   * An address that `connect` would refuse is classified like any other. Never throws. Default: `{ reach: 'direct' }`.
   */
  addressInfo?(address: string): AddressInfo;
}

/** The properties of an address, for decisions before a connection. */
export interface AddressInfo {
  /**
   * The way of the bytes: `machine`, inside this machine, without a network; `direct`, over a network; `relay`, through a broker.
   * The addresses of an actor are tried in this order.
   */
  readonly reach: 'machine' | 'direct' | 'relay';
  /**
   * Whether the default dial policy lets a peer on another machine name it: `connect` calls {@link ConnectOptions.permit} with each
   * IP address, or can reach only what belongs to this user or what the user configured, such as the user's own broker. Default
   * `false`: only peers on this machine may name it.
   */
  readonly guarded?: boolean;
}

/** An address from {@link Transport.privateAddress}, and how to clean up after an actor that could not do so itself. */
export interface PrivateAddress {
  /** The address to listen on and to dial. */
  readonly address: string;
  /** The folder to delete when this process is killed; it contains only files of this transport. */
  readonly folder: string | undefined;
  /** Removes the actor's files at the address after its process ended, and the folder with the last of them. Idempotent. */
  discard(): void;
}

/** Options of {@link Transport.listen}. */
export interface ListenOptions {
  /** The key of the actor, for transports that authenticate by themselves (TLS with a pre-shared key). */
  readonly authkey: () => Uint8Array;
  /** The transport's own options, from `options.transport[scheme]` of the user. */
  readonly transport: Readonly<Record<string, unknown>>;
  /**
   * The descriptor of a socket that already listens at the address, passed to this process by its starter. It is used instead of a
   * new one, and stays open when the listener closes. A transport that cannot use it throws
   * {@link TransportError}.
   */
  readonly fd?: number;
}

/** Options of {@link Transport.connect}. */
export interface ConnectOptions {
  /** The key that the actor is expected to know. */
  readonly authkey: () => Uint8Array;
  /** Aborts when the connection is no longer wanted or took too long; `connect` then rejects and leaves nothing behind. */
  readonly signal: AbortSignal;
  /**
   * Throws when this process must not connect to that IP address. Call it with each address, after names are resolved and before
   * anything is sent; `connect` rejects with its error. Absent when the user named the address.
   */
  readonly permit?: (ip: string) => void;
  /** The transport's own options, from `options.transport[scheme]` of the user. */
  readonly transport: Readonly<Record<string, unknown>>;
}

/** Accepts connections at an address. It keeps its process alive until it is closed. */
export interface Listener {
  /** The address in use, including the parts that the system chose (for instance, for port 0). */
  readonly address: string;
  /**
   * The addresses at which other processes can reach it, best first, if they differ from `address`: `0.0.0.0` means every address
   * of this machine, but other machines cannot connect to it.
   */
  readonly endpoints?: readonly string[];
  /** Stops listening and removes the files that listening created (a socket file). Open connections are not affected. Idempotent. */
  close(): Promise<void>;
}

/** The properties of a connection, for decisions that depend on them. */
export interface ConnectionInfo {
  /** The peer, for messages and logs: an address or `pipe`. Never a secret. */
  readonly peer: string;
  /** The IP address of the peer, for transports over a network. */
  readonly ip?: string;
  /** Whether both ends are on this machine, reached without a network. */
  readonly local: boolean;
  /** Whether no third party on the way can read or change the bytes. */
  readonly encrypted: boolean;
  /** Whether the peer is already known to have the authkey (an inherited pipe); otherwise the core requires proof. */
  readonly authenticated: boolean;
  /**
   * Whether the connection reconnects by itself after a break and detects a lost peer itself. Then `options.keepAlive` does not
   * apply, and only `closed` ends it. Default `false`.
   */
  readonly resumes?: boolean;
  /**
   * Whether only a process that knows the authkey can be the peer, because the bytes are encrypted with it: TLS with a pre-shared
   * key. Default `false`. Without it, some keys are not proved at an address that a peer named; see `docs/security.md`.
   */
  readonly keyed?: boolean;
  /**
   * A value that both ends of this channel share and no other channel has, such as the TLS exporter (RFC 9266); at most 255
   * bytes. It is part of the handshake's proofs, so that they are invalid on another channel. It is read when the peer's first
   * bytes have arrived. Default: none.
   */
  readonly channelBinding?: Uint8Array;
}

/** One open connection. The core calls {@link Connection.open} exactly once, before anything else but `destroy`. */
export interface Connection {
  /** Facts about the connection that the core needs; see {@link ConnectionInfo}. */
  readonly info: ConnectionInfo;
  /** Starts reading: from now on, `receiver` gets all events. */
  open(receiver: Receiver): void;
  /**
   * Sends the chunks in order, as one write where the carrier can. The connection takes over their memory. After the connection
   * has closed, this does nothing.
   *
   * @returns `false` when more than a moderate amount is waiting to be sent; {@link Receiver.drained} is called after it was sent.
   */
  write(chunks: readonly Uint8Array[]): boolean;
  /** The number of bytes that were written but not yet sent. */
  readonly bytesQueued: number;
  /**
   * Whether the written memory is no longer needed, because the system has taken or copied it; the core then reuses that memory.
   * Default: the memory remains the connection's.
   */
  readonly settled?: boolean;
  /**
   * Whether the peer has sent anything that the receiver did not get: `true` from the first byte of a handshake of the carrier
   * itself, such as TLS. Default: only the bytes that the receiver got count.
   */
  readonly heard?: boolean;
  /**
   * Delivers to `receiver` from now on, instead of the one passed to {@link Connection.open}; called at most once, after the
   * handshake. Without this method, the first receiver forwards everything.
   */
  redirect?(receiver: Receiver): void;
  /** Stops reading, so that the peer has to wait. A few chunks may still arrive. */
  pause(): void;
  /** Resumes reading. */
  resume(): void;
  /** Lets the connection keep the process alive (`true`, the state after `open`) or not (`false`). */
  hold(wanted: boolean): void;
  /** Sends the written bytes, then closes. `receiver.closed` follows. Idempotent. */
  end(): void;
  /** Closes at once and drops unsent bytes. `receiver.closed` follows, in a later turn. Idempotent. */
  destroy(): void;
}

/** The events of a connection, for the core. None of its methods throws. */
export interface Receiver {
  /** Called when bytes have arrived. The memory may be reused after the call. */
  data(chunk: Uint8Array): void;
  /**
   * Like {@link Receiver.data}, for the first `bytes` of `buffer`, without creating a view of them. A connection uses it if it is
   * present.
   */
  read?(buffer: Buffer, bytes: number): void;
  /**
   * Memory for the next bytes, if they should be read directly to their final place. A connection that can do so fills it and
   * reports this with {@link Receiver.filled}; other connections ignore it.
   */
  readonly wanted?: Uint8Array | undefined;
  /** The first `bytes` of {@link Receiver.wanted} were filled. */
  filled?(bytes: number): void;
  /** Called when the bytes that made `write` return `false` have been sent. */
  drained(): void;
  /**
   * Called exactly once, when the connection is closed and nothing follows. `cause` is absent when either end closed in an
   * orderly way.
   */
  closed(cause?: Error): void;
}
