/** What is known of the other end once both have proved themselves. */
export interface ProvenPeer {
  /** Which process the other end is, proved by its signature: 16 bytes. */
  readonly instance: Uint8Array;
  /** The serializer that the actor speaks, and with it this connection. */
  readonly serializer: string;
  /** Whether the client wants a connection of its own, beside the one that the two processes share. */
  readonly own: boolean;
  /** For the client: whether the listener's process has such a session already. */
  readonly known: boolean;
}

/** What to do after a message of the peer. */
export type Step =
  /** Send this and wait for the next message. */
  | { readonly kind: 'send'; readonly payload: Uint8Array }
  /** Both ends are proved; send this, if anything, and hand the connection over. */
  | { readonly kind: 'done'; readonly payload: Uint8Array | undefined; readonly peer: ProvenPeer }
  /** Send this as the last word, close, and fail with the error. */
  | { readonly kind: 'dismiss'; readonly payload: Uint8Array; readonly error: Error }
  /** Close without a word and fail with the error. */
  | { readonly kind: 'fail'; readonly error: Error };

/** One end's rules of the handshake, without any input or output: messages go in, decisions come out. */
export interface Role {
  /** What to say before the peer has said anything. */
  readonly opening: Uint8Array | undefined;
  /** Whether the peer may send on directly behind the message that is waited for now. */
  readonly peerMaySendOn: boolean;
  /** Decides on a whole message of the peer, whose memory is the role's from here on. */
  receive(payload: Uint8Array): Step;
  /** The error for a message of a forbidden length. */
  badLength(claimedBytes: number): Error;
  /** The error for bytes behind a message where none may be. */
  sentOn(): Error;
  /** The error for a connection that ended too early. */
  closed(cause: Error | undefined): Error;
  /** The error for a peer that took too long. */
  expired(): Error;
  /** The error for a handshake that is no longer wanted. */
  aborted(cause: unknown): Error;
}
