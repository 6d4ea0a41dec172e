import { ConnectionLostError } from '../../seam/errors.ts';

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
