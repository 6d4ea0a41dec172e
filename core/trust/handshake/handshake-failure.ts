import { ConnectionLostError } from '../../seam/errors.ts';

/** Why a listener turned a peer away. For the actor's own log only: the peer is never told. */
export class HandshakeFailure extends ConnectionLostError {
  override name = 'HandshakeFailure';
  /**
   * What the peer did, as the rest of a sentence that begins with the peer. Holds no byte that the peer sent besides
   * numbers and checked names, and nothing secret.
   */
  readonly reason: string;
  constructor(reason: string, cause?: Error) {
    super(`The handshake failed: the peer ${reason}.`, { code: 'PROTOCOL', ...(cause === undefined ? {} : { cause }) });
    this.reason = reason;
  }
}
