import { ConnectionLostError } from '../../seam/errors.ts';

/** The facts about a peer after both ends have proved themselves. */
export interface ProvenPeer {
  /** The identity of the peer's process, proved by its signature: 16 bytes. */
  readonly instance: Uint8Array;
  /** The serializer of the connection. */
  readonly serializer: string;
  /** Whether the client wants its own connection, besides the one that the two processes share. */
  readonly own: boolean;
  /** For the client: whether the listener's process already has a shared session. */
  readonly known: boolean;
}

/** The next action after a message of the peer. */
export type Step =
  /** Send this and wait for the next message. */
  | { readonly kind: 'send'; readonly payload: Uint8Array }
  /** Both ends have proved themselves: send this, if present, and pass the connection on. */
  | { readonly kind: 'done'; readonly payload: Uint8Array | undefined; readonly peer: ProvenPeer }
  /** Send this last message, close, and fail with the error. */
  | { readonly kind: 'dismiss'; readonly payload: Uint8Array; readonly error: Error }
  /** Close without a message and fail with the error. */
  | { readonly kind: 'fail'; readonly error: Error };

/** The rules of one end of the handshake, without input and output: messages go in, decisions come out. */
export interface Role {
  /** The first message, if this end sends it. */
  readonly opening: Uint8Array | undefined;
  /** Whether the peer may send bytes directly behind the expected message. */
  readonly peerMaySendOn: boolean;
  /** Decides on a complete message of the peer. The role may keep its memory. */
  receive(payload: Uint8Array): Step;
  /** Returns the error for a message of an illegal length. */
  badLength(claimedBytes: number): Error;
  /** Returns the error for bytes behind a message where none are allowed. */
  sentOn(): Error;
  /** Returns the error for a connection that ended too early. */
  closed(cause: Error | undefined): Error;
  /** Returns the error for a peer that took too long. */
  expired(): Error;
  /** Returns the error for a handshake that is no longer wanted. */
  aborted(cause: unknown): Error;
}

/** Why a listener rejected a peer. For the actor's own log only: the peer never learns the reason. */
export class HandshakeFailure extends ConnectionLostError {
  override name = 'HandshakeFailure';
  /**
   * The peer's action, as the rest of a sentence that begins with the peer. Contains nothing that the peer sent except numbers
   * and checked names, and nothing secret.
   */
  readonly reason: string;
  constructor(reason: string, cause?: Error) {
    super(`The handshake failed: the peer ${reason}.`, { code: 'PROTOCOL', ...(cause === undefined ? {} : { cause }) });
    this.reason = reason;
  }
}
