import type { Authkey } from '../authkey.ts';
import { type Identity, instanceOf } from '../identity.ts';
import { TransportError } from '../../seam/errors.ts';
import type { Limits } from '../../seam/limits.ts';
import { encodeAnswer, REFUSAL } from './answer.ts';
import { decodeResponse } from './client-response.ts';
import { HandshakeFailure, type Role, type Step } from './role.ts';
import { encodeHello, NONCE_BYTES, PROTOCOL_VERSION } from './hello.ts';
import { channelPart, proofMatches, proofOf, signatureMatches, signatureOf } from './proof.ts';
import { randomBytes } from '../../seam/environment.ts';

/** The listener's options for the handshake. */
export interface ListenerOptions {
  readonly authkey: Authkey;
  /** The identity of this process. */
  readonly identity: Identity;
  /**
   * Whether this process has, or is about to have, a shared session with the process of that id. Default: it has none. `own`: the
   * client wants its own connection anyway.
   */
  readonly knows?: (instance: Buffer, own: boolean) => boolean;
  /** The serializer for clients that request none. */
  readonly serializer: string;
  /** Further serializers that clients may request. Default: none. */
  readonly otherSerializers?: readonly string[];
  readonly limits: Limits;
}

/**
 * The listener's side of the handshake: sends its identity, requires the client's proof first, and then sends its own. Every
 * well-framed message without a valid proof gets the same refusal, which reveals nothing.
 */
export class ListenerRole implements Role {
  readonly opening: Uint8Array;
  /** A client may send nothing before it has this end's proof. */
  readonly peerMaySendOn = false;
  readonly #options: ListenerOptions;
  readonly #channelBinding: () => Uint8Array | undefined;
  readonly #nonce: Buffer = randomBytes(NONCE_BYTES);

  /** @param channelBinding - Returns the channel's own value; called after the client's first message. */
  constructor(options: ListenerOptions, channelBinding: () => Uint8Array | undefined) {
    this.#options = options;
    this.#channelBinding = channelBinding;
    this.opening = encodeHello({ nonce: this.#nonce, publicKey: options.identity.publicKey });
  }

  receive(payload: Uint8Array): Step {
    const decoded = decodeResponse(payload);
    if (decoded.kind === 'other version') {
      return dismiss(REFUSAL, `uses protocol version ${decoded.version}, this actor ${PROTOCOL_VERSION}`);
    }
    if (decoded.kind === 'invalid') return dismiss(REFUSAL, 'did not prove that it knows the authkey');

    const { authkey, identity, serializer: first, otherSerializers = [], knows } = this.#options;
    const { response, responseBytes, proof, signature } = decoded;
    const said = [channelPart(this.#channelBinding()), this.opening, responseBytes];
    // Checked before the rest of the response, so that the time until a refusal does not reveal its reason.
    const proved = proofMatches(proofOf('client', authkey, said), proof);
    if (!proved) return dismiss(REFUSAL, 'did not prove that it knows the authkey');
    if (response.target !== undefined && Buffer.compare(response.target, Buffer.from(identity.id, 'hex')) !== 0) {
      return dismiss(REFUSAL, 'requested another actor than the one that listens here');
    }
    if (this.#nonce.equals(response.nonce)) return dismiss(REFUSAL, "sent back this actor's own nonce");

    if (!signatureMatches('client', response.publicKey, [...said, proof], signature)) {
      return dismiss(REFUSAL, 'did not prove its identity');
    }

    const instance = instanceOf(response.publicKey);
    const serializer = otherSerializers.includes(response.serializer) ? response.serializer : first;
    const answer = encodeAnswer(serializer, knows?.(instance, response.own) ?? false);
    said.push(proof, signature, answer);
    const ownProof = proofOf('listener', authkey, said);
    const ownSignature = signatureOf('listener', identity, [...said, ownProof]);
    const accepting = Buffer.concat([answer, ownProof, ownSignature]);
    // This client has proved the key, so it may learn the name of the serializer.
    if (response.serializer !== '' && response.serializer !== serializer) {
      const spoken = [first, ...otherSerializers].join(', ');
      return dismiss(accepting, `requested the serializer ${response.serializer}, this actor uses ${spoken}`);
    }
    return { kind: 'done', payload: accepting, peer: { instance, serializer, own: response.own, known: false } };
  }

  badLength(claimedBytes: number): Error {
    const { maxHandshakeBytes } = this.#options.limits;
    return new HandshakeFailure(`sent a first message of ${claimedBytes} bytes, allowed are 1 to ${maxHandshakeBytes}`);
  }

  sentOn(): Error {
    return new HandshakeFailure('sent more before its proof was accepted');
  }

  closed(cause: Error | undefined): Error {
    if (cause instanceof TransportError) return new HandshakeFailure(`could not be accepted: ${cause.message}`, cause);
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
