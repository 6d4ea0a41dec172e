/**
 * The transport seam: how bytes travel. This file is the whole contract; an author of a transport needs no other part
 * of the core than the errors.
 *
 * A connection is an ordered, reliable, two-way stream of bytes that arrives in chunks. The core marks where messages
 * begin and end itself, so chunks may be cut and joined at will: a byte stream (a pipe, TCP) hands on what it reads, a
 * message carrier (a MessagePort, a WebSocket, a broker) sends each chunk as a message, cut to whatever size it allows.
 * A carrier that may break and come back (a broker) keeps the connection open meanwhile, answers `false` to writes, and
 * goes on where it stopped: nothing lost, nothing doubled, nothing reordered. It calls `closed` only when it gives up.
 */

/** A way to reach actors, registered under the scheme of its addresses. */
export interface Transport {
  /** What stands before `://` in its addresses, lower case: `ipc`, `tcp`. */
  readonly scheme: string;
  /**
   * Listens on `address` and hands every connection to `accept`, which calls {@link Connection.open} before it returns.
   *
   * @throws {@link AddressInUseError} when somebody listens there already; {@link TransportError} otherwise.
   */
  listen(address: string, accept: (connection: Connection) => void, options: ListenOptions): Promise<Listener>;
  /**
   * Opens a connection to whoever listens on `address`.
   *
   * @throws {@link ActorUnreachableError} when nobody answers before `options.signal` aborts.
   */
  connect(address: string, options: ConnectOptions): Promise<Connection>;
  /**
   * A fresh address that only processes of this user can reach, for an actor that was given none. Called in the process
   * that spawns the actor, whose transport then listens on it. A transport without private addresses leaves this out.
   *
   * @throws {@link TransportError} `UNSAFE_FOLDER` when no safe place can be made for it.
   */
  privateAddress?(): PrivateAddress;
  /**
   * What an address of this transport is, told without connecting and without looking anything up: it may come from a peer that is
   * not trusted. An address that `connect` would refuse is answered like any other. Never throws. Default: `{ reach: 'direct' }`.
   */
  addressInfo?(address: string): AddressInfo;
}

/** What an address is, for the decisions that come before a connection. */
export interface AddressInfo {
  /**
   * How bytes get there: `machine`, inside this machine, without a network; `direct`, over a network; `relay`, through a broker
   * that passes them on. The addresses of an actor are tried in this order.
   */
  readonly reach: 'machine' | 'direct' | 'relay';
  /**
   * Whether a peer on another machine may name it, as far as the default dial policy is concerned: `connect` calls
   * {@link ConnectOptions.permit} with each IP address, or reaches only what belongs to this user, or only what the user set up
   * himself, such as his broker. Default `false`: only peers on this machine may name it.
   */
  readonly guarded?: boolean;
}

/** An address from {@link Transport.privateAddress}, and how to clean up behind an actor that could not do it itself. */
export interface PrivateAddress {
  /** Where to listen, and what a peer dials. */
  readonly address: string;
  /** The folder to delete when this very process is killed; it holds nothing but what this transport put there. */
  readonly folder: string | undefined;
  /** Removes what the actor left at the address after its process ended, and the folder with the last of them. Idempotent. */
  discard(): void;
}

/** What {@link Transport.listen} is given beside the address. */
export interface ListenOptions {
  /** The key of the actor, for transports that authenticate by themselves (TLS with a pre-shared key). */
  readonly authkey: () => Uint8Array;
  /** The transport's own options, as the user gave them in `options.transport[scheme]`. */
  readonly transport: Readonly<Record<string, unknown>>;
  /**
   * A descriptor of a socket that listens at the address already, handed to this process by whoever started it. It is used instead of
   * one of our own, and stays as it is when the listener closes. A transport that cannot use it throws
   * {@link TransportError}.
   */
  readonly fd?: number;
}

/** What {@link Transport.connect} is given beside the address. */
export interface ConnectOptions {
  /** The key that the actor is expected to know. */
  readonly authkey: () => Uint8Array;
  /** Aborts when the connection is no longer wanted or took too long; `connect` then rejects and leaves nothing behind. */
  readonly signal: AbortSignal;
  /**
   * Throws when this process must not connect to that IP address; to be called with each, after names are resolved and
   * before anything is sent. `connect` rejects with what it throws. Absent when the user named the address.
   */
  readonly permit?: (ip: string) => void;
  /** The transport's own options, as the user gave them in `options.transport[scheme]`. */
  readonly transport: Readonly<Record<string, unknown>>;
}

/** A place where connections arrive. It keeps its process alive until it is closed. */
export interface Listener {
  /** The address in use, with everything filled in that the system chose (a port 0, for instance). */
  readonly address: string;
  /**
   * Where other processes can reach it, best first, when that is not `address` alone: `0.0.0.0` is every address of this
   * machine, and none that another machine could connect to.
   */
  readonly endpoints?: readonly string[];
  /** Stops listening and removes what listening created (a socket file). Open connections live on. Idempotent. */
  close(): Promise<void>;
}

/** What a connection is, for the decisions that depend on it. */
export interface ConnectionInfo {
  /** The other end, for messages and logs: an address or `pipe`. Never a secret. */
  readonly peer: string;
  /** The IP address of the other end, for transports over a network. */
  readonly ip?: string;
  /** Whether both ends are on this machine, reached without a network. */
  readonly local: boolean;
  /** Whether nobody on the way can read or change the bytes. */
  readonly encrypted: boolean;
  /** Whether the other end is already known to hold the authkey (an inherited pipe); otherwise the core asks for proof. */
  readonly authenticated: boolean;
  /**
   * Whether the connection comes back by itself after a break and notices a vanished other end itself: then silence is not counted
   * (`options.keepAlive`), and `closed` alone ends it. Default `false`.
   */
  readonly resumes?: boolean;
  /**
   * Whether only who knows the authkey can be the other end, because the bytes are encrypted with it: TLS with a pre-shared key.
   * Default `false`. A connection to an address that a peer named is refused a proof of some keys otherwise; see
   * `docs/security.md`.
   */
  readonly keyed?: boolean;
  /**
   * A value that both ends of this very channel have and that no other channel has, such as the exporter of TLS (RFC 9266); at
   * most 255 bytes. It goes into the proofs of the handshake, so that they are worth nothing on another channel. It is asked for
   * when the first bytes of the other end have arrived. Default: none.
   */
  readonly channelBinding?: Uint8Array;
}

/** One open connection. The core calls {@link Connection.open} exactly once, before anything else but `destroy`. */
export interface Connection {
  /** Facts about the connection that the core needs; see {@link ConnectionInfo}. */
  readonly info: ConnectionInfo;
  /** Starts reading: from now on everything that happens is told to `receiver`. */
  open(receiver: Receiver): void;
  /**
   * Sends the chunks in order, as one write where the carrier can. Their memory belongs to the connection from here on.
   * After the connection has closed this does nothing.
   *
   * @returns `false` when more than a moderate amount is waiting to leave; {@link Receiver.drained} is called once it has.
   */
  write(chunks: readonly Uint8Array[]): boolean;
  /** How many bytes were written and have not left yet. */
  readonly bytesQueued: number;
  /**
   * Whether nothing that was written is needed any more, because the system has taken or copied it: then the core writes into that
   * memory again. Default: the memory stays the connection's.
   */
  readonly settled?: boolean;
  /**
   * Whether the other end has said anything that the receiver was not told of: `true` from the first byte of a handshake of the carrier's
   * own, such as TLS. Default: what the receiver was told is all.
   */
  readonly heard?: boolean;
  /**
   * Tells `receiver` from now on, instead of the one that {@link Connection.open} was given; called at most once, after the
   * handshake. Without this method the first one passes everything on.
   */
  redirect?(receiver: Receiver): void;
  /** Stops reading, so that the other end has to wait. A few chunks may still arrive. */
  pause(): void;
  /** Reads on. */
  resume(): void;
  /** Lets the connection keep the process alive (`true`, the state after `open`) or not (`false`). */
  hold(wanted: boolean): void;
  /** Sends what was written, then closes. `receiver.closed` follows. Idempotent. */
  end(): void;
  /** Closes at once and drops what was not sent. `receiver.closed` follows, in a later turn. Idempotent. */
  destroy(): void;
}

/** What the core wants to be told about a connection. None of its methods throws. */
export interface Receiver {
  /** Bytes arrived. The memory may be reused after the call. */
  data(chunk: Uint8Array): void;
  /** The same for the first `bytes` of `buffer`, which needs no view of them. A connection uses it where it is present. */
  read?(buffer: Buffer, bytes: number): void;
  /**
   * Memory for the bytes that come next, where they are best read to where they stay. A connection that can puts them there, and tells
   * so by {@link Receiver.filled}; any other one ignores it.
   */
  readonly wanted?: Uint8Array | undefined;
  /** The first `bytes` of {@link Receiver.wanted} were filled. */
  filled?(bytes: number): void;
  /** What made `write` return `false` has left. */
  drained(): void;
  /**
   * The connection is closed and nothing follows; called exactly once. `cause` is absent when the other end, or this
   * one, closed in good order.
   */
  closed(cause?: Error): void;
}
