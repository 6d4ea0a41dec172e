import type { Authkey } from '../authkey.ts';
import { type Identity, instanceOf } from '../identity.ts';
import {
  ActorUnreachableError,
  AuthkeyError,
  ConnectionLostError,
  otherAuthkey,
  ProxyError,
  SerializerError,
  UActorError,
} from '../../seam/errors.ts';
import type { Limits } from '../../seam/limits.ts';
import { decodeAnswer } from './answer.ts';
import { encodeResponse } from './client-response.ts';
import { decodeHello, NONCE_BYTES, PROTOCOL_VERSION } from './hello.ts';
import { channelPart, proofMatches, proofOf, signatureMatches, signatureOf } from './proof.ts';
import type { Role, Step } from './role.ts';
import { randomBytes } from '../../seam/environment.ts';

/** The client's options for the handshake. */
export interface ClientOptions {
  /** The expected key of the actor. */
  readonly authkey: Authkey;
  /** The identity of this process. */
  readonly identity: Identity;
  /** The identity of the intended process: 16 bytes, or `undefined` when only its address is known. */
  readonly target: Uint8Array | undefined;
  /** The requested serializer; `undefined` for the actor's first. */
  readonly serializer: string | undefined;
  /**
   * Whether to request a connection besides the one that the two processes share. Called once, when the listener has sent its
   * identity, before the client sends anything. Default: no.
   */
  readonly own?: (listener: Buffer) => boolean;
  readonly limits: Limits;
  /** The address to which the client connected, for messages. */
  readonly address: string;
}

/** The data that the client needs to read the answer. */
interface Answerable {
  /** The listener's public key. */
  readonly listener: Uint8Array;
  /** Whether it requested its own connection. */
  readonly own: boolean;
  /** All messages so far, which the listener's proof must cover. */
  readonly transcript: readonly Uint8Array[];
}

/** The client's progress. */
type Progress = { readonly kind: 'awaiting hello' } | ({ readonly kind: 'awaiting answer' } & Answerable);

/**
 * The client's side of the handshake. It sends nothing before the listener has sent its identity. Before the listener has proved
 * itself, it sends only its proof, which is useless elsewhere.
 */
export class ClientRole implements Role {
  readonly opening = undefined;
  readonly #options: ClientOptions;
  readonly #channelBinding: () => Uint8Array | undefined;
  readonly #nonce: Uint8Array = randomBytes(NONCE_BYTES);
  #progress: Progress = { kind: 'awaiting hello' };

  /** @param channelBinding - Returns the channel's own value. */
  constructor(options: ClientOptions, channelBinding: () => Uint8Array | undefined) {
    this.#options = options;
    this.#channelBinding = channelBinding;
  }

  /** The listener may send more directly behind its proof, but not behind its hello. */
  get peerMaySendOn(): boolean {
    return this.#progress.kind === 'awaiting answer';
  }

  receive(payload: Uint8Array): Step {
    const progress = this.#progress;
    return progress.kind === 'awaiting hello' ? this.#receiveHello(payload) : this.#receiveAnswer(payload, progress);
  }

  badLength(claimedBytes: number): Error {
    return this.#protocolError(`it sent a message of ${claimedBytes} bytes in the handshake`);
  }

  sentOn(): Error {
    return this.#protocolError('it sent more before this end had proved itself');
  }

  closed(cause: Error | undefined): Error {
    // The transport knows the reason better than this end.
    if (cause instanceof UActorError) return cause;
    return new ConnectionLostError(
      `The connection to ${this.#options.address} was closed during the handshake: the actor ended, or has reached its limit of connections in the handshake. Connect again.`,
      cause === undefined ? {} : { cause },
    );
  }

  expired(cause?: unknown): Error {
    const { address, limits } = this.#options;
    return new ActorUnreachableError(
      `The handshake at ${address} did not finish within ${limits.handshakeMs} ms: the actor is blocked or overloaded, in which case raise ` +
        'limits.handshakeMs, or something else listens there.',
      cause === undefined ? {} : { cause },
    );
  }

  aborted(cause: unknown): Error {
    if (cause instanceof DOMException && cause.name === 'TimeoutError') return this.expired(cause);
    const message = `The handshake with ${this.#options.address} was abandoned before the actor replied.`;
    return new ActorUnreachableError(message, { cause });
  }

  #receiveHello(payload: Uint8Array): Step {
    const { address, authkey, identity, target, serializer } = this.#options;
    const decoded = decodeHello(payload);
    if (decoded.kind === 'invalid') return fail(this.#protocolError('its first message is not the hello of an actor'));
    if (decoded.kind === 'other version') {
      const versions = `it uses protocol version ${decoded.version}, this process version ${PROTOCOL_VERSION}`;
      return fail(this.#protocolError(versions, 'Use the same release of uactor at both ends.'));
    }
    const { hello } = decoded;
    const instance = instanceOf(hello.publicKey);
    if (target !== undefined && Buffer.compare(target, instance) !== 0) {
      const message = `Another actor listens at ${address} than the intended one: the intended actor has ended, or another one took over its address.`;
      const cause = new ProxyError(message, { code: 'OBJECT_GONE' });
      return fail(new AuthkeyError(`${message} Nothing was sent to it.`, { address, cause }));
    }
    if (Buffer.compare(this.#nonce, hello.nonce) === 0) {
      return fail(this.#protocolError("it sent this process's own nonce"));
    }
    const { publicKey } = identity;
    const own = this.#options.own?.(instance) ?? false;
    const response = encodeResponse({ nonce: this.#nonce, publicKey, target, serializer: serializer ?? '', own });
    const said = [channelPart(this.#channelBinding()), payload, response];
    const proof = proofOf('client', authkey, said);
    const signature = signatureOf('client', identity, [...said, proof]);
    this.#progress = {
      kind: 'awaiting answer',
      listener: hello.publicKey,
      own,
      transcript: [...said, proof, signature],
    };
    return { kind: 'send', payload: Buffer.concat([response, proof, signature]) };
  }

  #receiveAnswer(payload: Uint8Array, { listener, own, transcript }: Answerable): Step {
    const { address, authkey, serializer } = this.#options;
    const decoded = decodeAnswer(payload);
    if (decoded.kind === 'invalid') return fail(this.#protocolError('its answer is neither a proof nor a refusal'));
    if (decoded.kind === 'refused') return fail(otherAuthkey(address));
    const said = [...transcript, decoded.answerBytes];
    const expected = proofOf('listener', authkey, said);
    if (!proofMatches(expected, decoded.proof)) {
      const message = `The listener at ${address} did not prove that it knows the authkey, so nothing more was sent to it.`;
      return fail(new AuthkeyError(message, { address }));
    }
    if (!signatureMatches('listener', listener, [...said, decoded.proof], decoded.signature)) {
      const message = `The listener at ${address} did not prove its identity, so nothing more was sent to it.`;
      return fail(new AuthkeyError(message, { address }));
    }
    if (serializer !== undefined && serializer !== decoded.serializer) {
      const message = `The actor at ${address} uses the serializer ${decoded.serializer}, but ${serializer} was requested. Omit the option, or choose one that the actor offers.`;
      return fail(new SerializerError(message, { code: 'SERIALIZER_MISMATCH' }));
    }
    const peer = { instance: instanceOf(listener), serializer: decoded.serializer, own, known: decoded.known };
    return { kind: 'done', payload: undefined, peer };
  }

  #protocolError(what: string, remedy = 'Check that the address is that of an actor.'): Error {
    const message = `The handshake with ${this.#options.address} failed: ${what}. ${remedy}`;
    return new ConnectionLostError(message, { code: 'PROTOCOL' });
  }
}

function fail(error: Error): Step {
  return { kind: 'fail', error };
}
