import type { Authkey } from '../authkey.ts';
import { TransportError } from '../../seam/errors.ts';
import type { Limits } from '../../seam/limits.ts';
import { encodeAnswer, REFUSAL } from './answer.ts';
import { decodeClaim } from './client-claim.ts';
import { HandshakeFailure } from './handshake-failure.ts';
import { encodeHello, NONCE_BYTES } from './hello.ts';
import { proofMatches, proofOf } from './proof.ts';
import { PROTOCOL_VERSION } from './protocol-version.ts';
import type { Role, Step } from './role.ts';
import { randomBytes } from '../../seam/environment.ts';

/** What a listener brings into the handshake. */
export interface ListenerOptions {
  readonly authkey: Authkey;
  /** Which process this is: 16 bytes. */
  readonly instance: Uint8Array;
  /** The serializer that the actor speaks. */
  readonly serializer: string;
  readonly limits: Limits;
}

/**
 * The listener's end of the handshake: it says who it is, lets the client prove itself first, and proves itself then.
 * Everything that is well framed and not a valid proof gets the same refusal, so that it teaches nothing.
 */
export class ListenerRole implements Role {
  readonly opening: Uint8Array;
  /** A client has nothing to say before it has seen this end's proof. */
  readonly peerMaySendOn = false;
  readonly #options: ListenerOptions;
  readonly #nonce: Buffer = randomBytes(NONCE_BYTES);

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.opening = encodeHello({ nonce: this.#nonce, instance: options.instance });
  }

  receive(payload: Uint8Array): Step {
    const decoded = decodeClaim(payload);
    if (decoded.kind === 'other version') {
      return dismiss(REFUSAL, `speaks protocol version ${decoded.version}, this actor ${PROTOCOL_VERSION}`);
    }
    if (decoded.kind === 'invalid') return dismiss(REFUSAL, 'sent something that is no proof of the authkey');

    const { authkey, instance, serializer } = this.#options;
    const { claim, claimBytes, proof } = decoded;
    // Checked before anything else of the claim, so that the time to a refusal tells nothing about its reason.
    const proved = proofMatches(proofOf('client', authkey, [this.opening, claimBytes]), proof);
    if (!proved) return dismiss(REFUSAL, 'did not prove that it knows the authkey');
    if (claim.target !== undefined && Buffer.compare(claim.target, instance) !== 0) {
      return dismiss(REFUSAL, 'asked for another actor than the one that listens here');
    }
    if (this.#nonce.equals(claim.nonce)) return dismiss(REFUSAL, "sent back this actor's own nonce");

    const answer = encodeAnswer(serializer);
    const ownProof = proofOf('listener', authkey, [this.opening, claimBytes, proof, answer]);
    const accepting = Buffer.concat([answer, ownProof]);
    // This client knows the key, so it is owed the name that it should have asked for.
    if (claim.serializer !== '' && claim.serializer !== serializer) {
      return dismiss(accepting, `asked for the serializer ${claim.serializer}, this actor speaks ${serializer}`);
    }
    return { kind: 'done', payload: accepting, peer: { instance: claim.instance, serializer } };
  }

  badLength(claimedBytes: number): Error {
    const { maxHandshakeBytes } = this.#options.limits;
    return new HandshakeFailure(`sent a first message of ${claimedBytes} bytes, allowed are 1 to ${maxHandshakeBytes}`);
  }

  sentOn(): Error {
    return new HandshakeFailure('sent more before its proof was accepted');
  }

  closed(cause: Error | undefined): Error {
    if (cause instanceof TransportError) return new HandshakeFailure(`could not be let in: ${cause.message}`, cause);
    return new HandshakeFailure('closed the connection before it had proved itself', cause);
  }

  expired(): Error {
    return new HandshakeFailure(`did not prove itself within ${this.#options.limits.handshakeMs} ms`);
  }

  aborted(): Error {
    return new HandshakeFailure('was no longer wanted');
  }
}

function dismiss(payload: Uint8Array, reason: string): Step {
  return { kind: 'dismiss', payload, error: new HandshakeFailure(reason) };
}
