/** The sender's side of values that are not copied: the extension that a message has in place of each. */
import { demandSize, UnreadBlobs } from '../objects/blob-contents.ts';
import { EVENTS_EXPOSURE, isEmitter } from '../objects/events.ts';
import { isIterator, ITERATOR_EXPOSURE } from '../objects/iterator-source.ts';
import type { PlatformExtension } from '../objects/platform-values.ts';
import {
  BaseProxy,
  callableShare,
  methodBinding,
  proxyShare,
  refuseOtherCopy,
  sendableReference,
} from '../proxy/base-proxy.ts';
import {
  type ExposureBook,
  farBytes,
  type FarToken,
  farTokenData,
  FUNCTION_EXPOSURE,
  Lent,
  operationCount,
  revivedBytes,
  Tag,
} from '../references/exposure.ts';
import type { Ledger } from '../references/ledger.ts';
import { LocalReference } from '../references/local-reference.ts';
import type { ObjectEntry } from '../references/object-table.ts';
import { type Reference, type ReferenceSession, RemoteReference, type Share } from '../references/reference.ts';
import { Relay, relayExposure } from '../references/relay.ts';
import { SIGNAL_EXPOSURE, SignalSource } from '../references/remote-signal.ts';
import { isWrittenAsClass } from '../seam/codec/codec-faults.ts';
import { ConnectionLostError, SerializerError } from '../seam/errors.ts';
import type { Extension, Extensions } from '../seam/serializer.ts';
import { ErrorCopy } from '../values/error-values.ts';

/** The parts of its process that an {@link ExtensionWriter} uses. */
export interface ReplacementRuntime {
  /** Returns the extension for an instance of a registered class or a platform class. */
  classToExtension(value: object): PlatformExtension | undefined;
  hasClassOf(value: object): boolean;
  /**
   * Creates a ticket for an object of a third process; `leave` deposits it there. `undefined` if no other process can reach that
   * one.
   */
  handOver(reference: RemoteReference): { readonly token: FarToken; readonly leave: () => void } | undefined;
}

/** The parts of an {@link ExtensionWriter}. */
export interface ReplacementParts {
  readonly runtime: ReplacementRuntime;
  readonly session: ReferenceSession;
  readonly ledger: Ledger;
  readonly exposures: ExposureBook;
  readonly maxMessageBytes: number;
  /** Whether errors are sent without internals of this process. */
  readonly redactErrors: boolean;
  /** The name of the session's serializer. */
  readonly serializer: string;
}

/**
 * Replaces the values of a session's messages that are not copied. What a message does beyond its bytes, such as counting
 * references, is staged, and done when the message was written.
 */
export class ExtensionWriter implements Pick<Extensions, 'replace'> {
  readonly #parts: ReplacementParts;
  /** Whether the message being written has staged anything for {@link ExtensionWriter.commit}. */
  staged = false;
  /** Blobs that must be read before the message can be written. */
  #unread: Blob[] = [];
  /** Functions that deposit the tickets of the message being written. */
  #handOvers: (() => void)[] = [];
  /** References that this process releases with the message being written. */
  #handedOn: (() => void)[] = [];

  constructor(parts: ReplacementParts) {
    this.#parts = parts;
  }

  replace(value: object, carries?: (value: object) => boolean): Extension | undefined {
    if (typeof value === 'function') return this.#replaceFunction(value);
    if (BaseProxy.isProxy(value)) return this.#replaceProxy(value);
    if (value instanceof LocalReference) return this.#replaceReference(value);
    const isSendable = (part: object): boolean => carries?.(part) === true || this.#replaces(part);
    const error = ErrorCopy.of(value, { redact: this.#parts.redactErrors, isSendable });
    if (error)
      return { tag: Tag.ERROR, data: error.data, identity: error.identity, keptBytes: revivedBytes(Tag.ERROR) };
    if (value instanceof AbortSignal) return this.#replaceSignal(value);
    if (value instanceof Lent) return this.#own(value.object, value.exposure);
    const instance = this.#parts.runtime.classToExtension(value);
    if (instance?.unread) this.#mustRead(instance.unread);
    if (instance) return instance;
    refuseOtherCopy(value);
    return this.#replaceLive(value);
  }

  ready(): void {
    if (this.#unread.length > 0) throw new UnreadBlobs(this.#unread);
  }

  #mustRead(blob: Blob): void {
    demandSize(blob, this.#parts.maxMessageBytes);
    this.staged = true;
    this.#unread.push(blob);
  }

  /** Called when the message was written. */
  commit(): void {
    this.staged = false;
    this.#parts.ledger.commit();
    if (this.#handOvers.length > 0) {
      const handOvers = this.#handOvers;
      this.#handOvers = [];
      for (const leave of handOvers) leave();
    }
    if (this.#handedOn.length === 0) return;
    const handedOn = this.#handedOn;
    this.#handedOn = [];
    for (const sent of handedOn) sent();
  }

  /** Called when the message will not leave. */
  abort(): void {
    this.staged = false;
    this.#unread = [];
    this.#parts.ledger.abort();
    this.#handOvers = [];
    this.#handedOn = [];
  }

  /** Whether an object that is not an error has a replacement. */
  #replaces(value: object): boolean {
    return (
      (typeof value === 'function' && !isWrittenAsClass(value)) ||
      BaseProxy.isProxy(value) ||
      value instanceof LocalReference ||
      value instanceof AbortSignal ||
      this.#parts.runtime.hasClassOf(value) ||
      isIterator(value)
    );
  }

  #replaceFunction(value: object): Extension | undefined {
    const bound = methodBinding(value);
    if (bound) return { tag: Tag.METHOD, data: [bound.proxy, bound.operation], keptBytes: revivedBytes(Tag.METHOD) };
    const share = callableShare(value);
    if (share === undefined) return isWrittenAsClass(value) ? undefined : this.#own(value, FUNCTION_EXPOSURE);
    this.#endWhenSent(share);
    if (share.sendable) return this.#replaceReference(share.sendable);
    throw new SerializerError('this remote function was released and cannot be passed on');
  }

  #replaceProxy(proxy: BaseProxy): Extension {
    this.#endWhenSent(proxyShare(proxy));
    return this.#replaceReference(sendableReference(proxy));
  }

  #endWhenSent({ whenSent }: Share): void {
    if (whenSent === undefined) return;
    this.#handedOn.push(whenSent);
    this.staged = true;
  }

  #replaceReference(reference: Reference): Extension {
    if (reference instanceof LocalReference) {
      this.#demandSerializer(reference);
      const sent = this.#own(reference.entry.object, reference.entry.exposure);
      reference.markSent();
      return sent;
    }
    if (!(reference instanceof RemoteReference)) {
      throw new SerializerError('this proxy is still being handed over and cannot be passed on yet');
    }
    if (reference.session === this.#parts.session)
      return { tag: Tag.HOME, data: reference.id, keptBytes: revivedBytes(Tag.HOME) };
    // A ticket could no longer be deposited at its process, and the receiver would wait for it in vain.
    if (!reference.session.open) {
      throw new ConnectionLostError(
        `a proxy of ${reference.session.label} cannot be passed on, because the connection to it was lost: get another ` +
          'one, or call a method of the proxy that connect() returned, which reconnects',
      );
    }
    const handOver = this.#parts.runtime.handOver(reference);
    if (handOver === undefined) return this.#own(Relay.of(reference), relayExposure(reference.exposure));
    this.staged = true;
    this.#handOvers.push(handOver.leave);
    return {
      tag: Tag.FAR,
      data: farTokenData(handOver.token),
      keptBytes: farBytes(operationCount(handOver.token.exposure)),
    };
  }

  #demandSerializer({ serializer }: LocalReference): void {
    if (serializer === undefined || serializer === this.#parts.serializer) return;
    throw new SerializerError(
      `this proxy requires the serializer ${serializer}, and this connection uses ${this.#parts.serializer}: ` +
        `offer ${serializer} in options.serializers and connect with it, or omit the option of proxy()`,
      { code: 'SERIALIZER_MISMATCH' },
    );
  }

  /**
   * Replaces objects that cannot be copied: iterators, because reading uses them up, and emitters, because they have listeners.
   */
  #replaceLive(value: object): Extension | undefined {
    if (isIterator(value)) return this.#own(value, ITERATOR_EXPOSURE);
    return isEmitter(value) ? this.#own(value, EVENTS_EXPOSURE) : undefined;
  }

  #own(object: object, exposure: ObjectEntry['exposure']): Extension {
    return { tag: Tag.OWN, data: this.#ownData(object, exposure), keptBytes: revivedBytes(Tag.OWN) };
  }

  #ownData(object: object, exposure: ObjectEntry['exposure']): readonly unknown[] {
    this.staged = true;
    const entry = this.#parts.ledger.add(object, exposure);
    return [entry.id, this.#parts.exposures.numberOf(entry.exposure)];
  }

  #replaceSignal(signal: AbortSignal): Extension {
    if (signal.aborted) return { tag: Tag.SIGNAL, data: [null, signal.reason], keptBytes: revivedBytes(Tag.SIGNAL) };
    return {
      tag: Tag.SIGNAL,
      data: [this.#ownData(SignalSource.of(signal), SIGNAL_EXPOSURE), null],
      keptBytes: revivedBytes(Tag.SIGNAL),
    };
  }
}
