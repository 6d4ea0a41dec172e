import type { Permission } from '../trust/dial-policy.ts';
import { isWrittenAsClass } from '../seam/codec/codec-faults.ts';
import { errorFromData } from '../values/error-revival.ts';
import { ErrorCopy } from '../values/error-values.ts';
import { ConnectionLostError, SerializerError } from '../seam/errors.ts';
import { BaseProxy, proxyShare, refuseOtherCopy, sendableReference } from '../proxy/base-proxy.ts';
import { bindMethod, methodBinding, callableShare } from '../proxy/remote-function.ts';
import { makeProxyWith, type ProxyClassOf } from '../proxy/proxy-class.ts';
import type { Deadlines } from '../references/deadlines.ts';
import { type ExposureBook, KnownExposures } from '../references/exposure-book.ts';
import { type Exposure, FUNCTION_EXPOSURE, operationCount, operationName, Lent } from '../references/exposure.ts';
import { LocalReference } from '../references/local-reference.ts';
import type { Ledger } from '../references/ledger.ts';
import type { ObjectEntry } from '../references/object-table.ts';
import { dropNow, Share, type Reference } from '../references/reference.ts';
import { Relay, relayExposure } from '../references/relay.ts';
import { type ReferenceSession, RemoteReference } from '../references/remote-reference.ts';
import { SIGNAL_EXPOSURE, SignalSource, watchSignal } from '../references/remote-signal.ts';
import { checkedFarToken, checkedId, demand, type FarToken, farTokenData, Tag } from '../references/token.ts';
import { demandSize, UnreadBlobs } from '../objects/blob-contents.ts';
import { EVENTS_EXPOSURE, isEmitter } from '../objects/events.ts';
import { isIterator, ITERATOR_EXPOSURE } from '../objects/iterator-source.ts';
import type { PlatformExtension } from '../objects/platform-values.ts';
import type { MessageAllowance } from '../seam/codec/budget.ts';
import type { Extension, Extensions } from '../seam/serializer.ts';
import { type Claim, Claims, PendingReference } from './claims.ts';
import { farBytes, revivedBytes, RevivalCosts } from './revival-costs.ts';
import { ReplyContext, type SessionTerms } from './session-terms.ts';

/** The parts of their process that the extensions use. */
export interface ExtensionRuntime {
  /** Returns the extension for an instance of a registered class or a platform class. */
  classToExtension(value: object): PlatformExtension | undefined;
  hasClassOf(value: object): boolean;
  classFromExtension(extension: Extension): unknown;
  /** Returns the reference to one of this process's objects. */
  home(entry: ObjectEntry): LocalReference;
  /**
   * Resolves a reference that returned to its object's process. If the object is a relay, returns the reference to which it
   * relays.
   */
  cameHome(entry: ObjectEntry): Reference;
  /**
   * Creates a ticket for an object of a third process; `leave` deposits it there. `undefined` if no other process can reach that
   * one.
   */
  handOver(reference: RemoteReference): { readonly token: FarToken; readonly leave: () => void } | undefined;
  /** Redeems a ticket, within this many milliseconds. */
  claim(token: FarToken, permit: Permission, claimMs: number): Promise<Reference>;
}

/** The parts of their session that the extensions use. */
export interface ExtensionSession extends ReferenceSession {
  /** Returns the reference to an object that the peer handed out. */
  receive(id: number, exposure: Exposure): RemoteReference;
}

/** The parts of a session's extensions. */
export interface ExtensionSetup {
  readonly runtime: ExtensionRuntime;
  readonly session: ExtensionSession;
  readonly ledger: Ledger;
  /** The cost limit of the message being decoded. */
  readonly allowance: MessageAllowance;
  readonly exposures: ExposureBook;
  readonly classOf: ProxyClassOf;
  /** The session's dial policies and time limits. */
  readonly terms: SessionTerms;
  /** The maximum number of proxies of third processes that this process claims for the peer at a time. */
  readonly maxClaims: number;
  readonly deadlines: Deadlines;
  readonly redactErrors: boolean;
  /** The name of the session's serializer. */
  readonly serializer: string;
}

/** Converts values that are not copied, for one session. */
export class SessionExtensions implements Extensions {
  readonly #runtime: ExtensionRuntime;
  readonly #session: ExtensionSession;
  readonly #ledger: Ledger;
  readonly #costs: RevivalCosts;
  readonly #classOf: ProxyClassOf;
  readonly #exposures: ExposureBook;
  readonly #maxClaims: number;
  readonly #deadlines: Deadlines;
  readonly #redact: boolean;
  readonly #terms: SessionTerms;
  readonly #serializer: string;
  readonly #known = new KnownExposures();
  /** Whether the message being written has staged anything for {@link SessionExtensions.commit}. */
  staged = false;
  /**
   * Whether the value just decoded contains proxies: then {@link SessionExtensions.takeClaims}, `dropClaims` or `discard` must
   * follow.
   */
  received = false;
  reply: object | undefined = undefined;
  #claimsUnderWay = 0;
  /** Blobs that must be read before the message can be written. */
  #unread: Blob[] = [];
  /** Functions that deposit the tickets of the message being written. */
  #handOvers: (() => void)[] = [];
  /** References that this process releases with the message being written. */
  #handedOn: (() => void)[] = [];
  #claims: Claim[] = [];
  /** The shares of the proxies in the value just decoded. */
  #revived: Share[] = [];

  constructor(setup: ExtensionSetup) {
    const { runtime, session, ledger, exposures, classOf, maxClaims } = setup;
    this.#runtime = runtime;
    this.#session = session;
    this.#ledger = ledger;
    this.#costs = new RevivalCosts(setup.allowance);
    this.#exposures = exposures;
    this.#classOf = classOf;
    this.#maxClaims = maxClaims;
    this.#deadlines = setup.deadlines;
    this.#redact = setup.redactErrors;
    this.#terms = setup.terms;
    this.#serializer = setup.serializer;
  }

  replace(value: object, carries?: (value: object) => boolean): Extension | undefined {
    if (typeof value === 'function') return this.#replaceFunction(value);
    if (BaseProxy.isProxy(value)) return this.#replaceProxy(value);
    if (value instanceof LocalReference) return this.#replaceReference(value);
    const isSendable = (part: object): boolean => carries?.(part) === true || this.#replaces(part);
    const error = ErrorCopy.of(value, { redact: this.#redact, isSendable });
    if (error)
      return { tag: Tag.ERROR, data: error.data, identity: error.identity, keptBytes: revivedBytes(Tag.ERROR) };
    if (value instanceof AbortSignal) return this.#replaceSignal(value);
    if (value instanceof Lent) return this.#own(value.object, value.exposure);
    const instance = this.#runtime.classToExtension(value);
    if (instance?.unread) this.#mustRead(instance.unread);
    if (instance) return instance;
    refuseOtherCopy(value);
    return this.#replaceLive(value);
  }

  revive(extension: Extension): unknown {
    const { tag, data } = extension;
    this.#costs.charge(extension);
    switch (tag) {
      case Tag.OWN:
        return this.#proxyOf(this.#receive(data), this.#replyContext).proxy;
      case Tag.HOME:
        return this.#proxyOf(this.#comeHome(data)).proxy;
      case Tag.FAR:
        return this.#claimFar(checkedFarToken(data));
      case Tag.METHOD:
        return reviveMethod(data);
      case Tag.SIGNAL:
        return this.#reviveSignal(data);
      case Tag.ERROR:
        return errorFromData(data, { origin: `the process of ${this.#session.label}` });
      default:
        return this.#runtime.classFromExtension(extension);
    }
  }

  ready(): void {
    if (this.#unread.length > 0) throw new UnreadBlobs(this.#unread);
  }

  #mustRead(blob: Blob): void {
    demandSize(blob, this.#terms.limits.maxMessageBytes);
    this.staged = true;
    this.#unread.push(blob);
  }

  /** Called when the message was written. */
  commit(): void {
    this.staged = false;
    this.#ledger.commit();
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
    this.#ledger.abort();
    this.#handOvers = [];
    this.#handedOn = [];
  }

  /** Returns the claims that must settle before the value just decoded may be used; `undefined` when there are none. */
  takeClaims(): Claims | undefined {
    const revived = this.#revived;
    this.#revived = [];
    this.received = false;
    if (this.#claims.length === 0) return undefined;
    const claims = this.#claims;
    this.#claims = [];
    return new Claims(claims, revived, this.#deadlines, this.#terms.limits.claimMs);
  }

  /**
   * Leaves the proxies in the value just decoded to garbage collection: the value may be read, but nothing waits for its claims.
   */
  dropClaims(): void {
    this.received = false;
    this.#claims = [];
    this.#revived = [];
  }

  /** Drops the value just decoded: releases its references at once. */
  discard(): void {
    for (const share of this.#revived) dropNow(share);
    this.dropClaims();
  }

  /** Whether an object that is not an error has a replacement. */
  #replaces(value: object): boolean {
    return (
      (typeof value === 'function' && !isWrittenAsClass(value)) ||
      BaseProxy.isProxy(value) ||
      value instanceof LocalReference ||
      value instanceof AbortSignal ||
      this.#runtime.hasClassOf(value) ||
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
    if (reference.session === this.#session)
      return { tag: Tag.HOME, data: reference.id, keptBytes: revivedBytes(Tag.HOME) };
    // A ticket could no longer be deposited at its process, and the receiver would wait for it in vain.
    if (!reference.session.open) {
      throw new ConnectionLostError(
        `a proxy of ${reference.session.label} cannot be passed on, because the connection to it was lost: get another ` +
          'one, or call a method of the proxy that connect() returned, which reconnects',
      );
    }
    const handOver = this.#runtime.handOver(reference);
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
    if (serializer === undefined || serializer === this.#serializer) return;
    throw new SerializerError(
      `this proxy requires the serializer ${serializer}, and this connection uses ${this.#serializer}: ` +
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
    const entry = this.#ledger.add(object, exposure);
    return [entry.id, this.#exposures.numberOf(entry.exposure)];
  }

  #replaceSignal(signal: AbortSignal): Extension {
    if (signal.aborted) return { tag: Tag.SIGNAL, data: [null, signal.reason], keptBytes: revivedBytes(Tag.SIGNAL) };
    return {
      tag: Tag.SIGNAL,
      data: [this.#ownData(SignalSource.of(signal), SIGNAL_EXPOSURE), null],
      keptBytes: revivedBytes(Tag.SIGNAL),
    };
  }

  #reviveSignal(data: unknown): AbortSignal {
    demand(Array.isArray(data) && data.length === 2, 'a malformed signal');
    const [source, reason]: readonly unknown[] = data;
    return source === null ? AbortSignal.abort(reason) : watchSignal(this.#receive(source));
  }

  /** The context of the reply that is being decoded, if the called proxy has one. */
  get #replyContext(): ReplyContext | undefined {
    return this.reply instanceof ReplyContext ? this.reply : undefined;
  }

  /** The dial policy for addresses in the message that is being decoded. */
  get #permit(): Permission {
    const { permit, strictPermit } = this.#terms;
    return this.reply === undefined ? strictPermit : (this.#replyContext?.permit ?? permit);
  }

  #receive(data: unknown): RemoteReference {
    demand(Array.isArray(data) && data.length === 2, 'a malformed proxy');
    const [id, number]: readonly unknown[] = data;
    return this.#session.receive(checkedId(id), this.#exposures.get(number));
  }

  #comeHome(data: unknown): Reference {
    const entry = this.#ledger.get(checkedId(data));
    demand(entry !== undefined, 'a proxy of an object that it does not hold');
    return this.#runtime.cameHome(entry);
  }

  async #claim(token: FarToken, share: Share): Promise<void> {
    this.#claimsUnderWay++;
    try {
      share.replace(await this.#runtime.claim(token, this.#permit, this.#terms.limits.claimMs));
    } finally {
      this.#claimsUnderWay--;
    }
  }

  #claimFar(token: FarToken): object {
    this.#costs.chargeNames(operationCount(token.exposure));
    demand(this.#claimsUnderWay < this.#maxClaims, 'more proxies of other processes than it may at a time');
    const { share, proxy } = this.#proxyOf(new PendingReference(token, this.#known.same(token.exposure)));
    const reached = this.#claim(token, share);
    // If the message is dropped before its claims are awaited, their rejections have no handler.
    reached.catch(() => undefined);
    this.#claims.push({ address: token.endpoints[0], reached });
    return proxy;
  }

  /** @param context - The context for replies to calls of the proxy. */
  #proxyOf(reference: Reference, context?: ReplyContext): { readonly share: Share; readonly proxy: object } {
    const share = new Share(reference, context && { context });
    this.received = true;
    this.#revived.push(share);
    return { share, proxy: makeProxyWith(share, reference.exposure, this.#replyContext?.classOf ?? this.#classOf) };
  }
}

function reviveMethod(data: unknown): object {
  demand(Array.isArray(data) && data.length === 2, 'a malformed method');
  const [proxy, operation]: readonly unknown[] = data;
  demand(BaseProxy.isProxy(proxy) && typeof operation === 'number', 'a malformed method');
  const { exposure } = proxyShare(proxy).reference ?? { exposure: FUNCTION_EXPOSURE };
  demand(Number.isInteger(operation) && operation >= 0 && operation < operationCount(exposure), 'an unknown method');
  return bindMethod({ proxy, operation, ownsProxy: true }, operationName(exposure, operation));
}
