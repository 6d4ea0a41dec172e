/**
 * The receiver's side of values that are not copied: what the data of an extension is revived to, what that may cost, and the claims of
 * proxies of third processes, for which a message waits.
 */
import { PLATFORM_TAG_PREFIX, platformBytes } from '../objects/platform-values.ts';
import { BaseProxy, bindMethod, proxyShare } from '../proxy/base-proxy.ts';
import { makeProxyWith, type ProxyClassOf } from '../proxy/proxy-class.ts';
import {
  checkedFarToken,
  checkedId,
  costOf,
  demand,
  type Exposure,
  type ExposureBook,
  type FarToken,
  FUNCTION_EXPOSURE,
  INSTANCE,
  KnownExposures,
  MEMBER_NAME_BYTES,
  operationCount,
  operationName,
  Tag,
} from '../references/exposure.ts';
import type { Ledger } from '../references/ledger.ts';
import type { ObjectEntry } from '../references/object-table.ts';
import { dropNow, type Reference, type RemoteReference, Share } from '../references/reference.ts';
import { watchSignal } from '../references/remote-signal.ts';
import type { Deadlines } from '../references/waiting.ts';
import type { MessageAllowance } from '../seam/codec/budget.ts';
import { ActorUnreachableError, SerializerError } from '../seam/errors.ts';
import type { Extension, Extensions } from '../seam/serializer.ts';
import type { Permission } from '../trust/dial-policy.ts';
import { errorFromData } from '../values/error-revival.ts';
import { ReplyContext, type SessionTerms } from './session-terms.ts';

/** The parts of its process that an {@link ExtensionReader} uses. */
export interface RevivalRuntime {
  classFromExtension(extension: Extension): unknown;
  /**
   * Resolves a reference that returned to its object's process. If the object is a relay, returns the reference to which it
   * relays.
   */
  cameHome(entry: ObjectEntry): Reference;
  /** Redeems a ticket, within this many milliseconds. */
  claim(token: FarToken, permit: Permission, claimMs: number): Promise<Reference>;
}

/** The parts of an {@link ExtensionReader}. */
export interface RevivalParts {
  readonly runtime: RevivalRuntime;
  readonly session: {
    /** The name of the peer's actor. */
    readonly label: string;
    /** Returns the reference to an object that the peer handed out. */
    receive(id: number, exposure: Exposure): RemoteReference;
  };
  readonly ledger: Ledger;
  /** The cost limit of the message being decoded. */
  readonly allowance: MessageAllowance;
  readonly exposures: ExposureBook;
  readonly classOf: ProxyClassOf;
  /** The session's dial policies and time limits. */
  readonly terms: SessionTerms;
  readonly deadlines: Deadlines;
}

/** Revives the values of a session's messages that are not copied, and claims proxies of third processes. */
export class ExtensionReader implements Pick<Extensions, 'revive'> {
  readonly #parts: RevivalParts;
  readonly #costs: RevivalCosts;
  readonly #known = new KnownExposures();
  /**
   * Whether the value just decoded contains proxies: then {@link ExtensionReader.takeClaims}, `dropClaims` or `discard` must
   * follow.
   */
  received = false;
  reply: object | undefined = undefined;
  #claimsUnderWay = 0;
  #claims: Claim[] = [];
  /** The shares of the proxies in the value just decoded. */
  #revived: Share[] = [];

  constructor(parts: RevivalParts) {
    this.#parts = parts;
    this.#costs = new RevivalCosts(parts.allowance);
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
        return errorFromData(data, { origin: `the process of ${this.#parts.session.label}` });
      default:
        return this.#parts.runtime.classFromExtension(extension);
    }
  }

  /** Returns the claims that must settle before the value just decoded may be used; `undefined` when there are none. */
  takeClaims(): Claims | undefined {
    const revived = this.#revived;
    this.#revived = [];
    this.received = false;
    if (this.#claims.length === 0) return undefined;
    const claims = this.#claims;
    this.#claims = [];
    return new Claims(claims, revived, this.#parts.deadlines, this.#parts.terms.limits.claimMs);
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
    const { permit, strictPermit } = this.#parts.terms;
    return this.reply === undefined ? strictPermit : (this.#replyContext?.permit ?? permit);
  }

  #receive(data: unknown): RemoteReference {
    demand(Array.isArray(data) && data.length === 2, 'a malformed proxy');
    const [id, number]: readonly unknown[] = data;
    return this.#parts.session.receive(checkedId(id), this.#parts.exposures.get(number));
  }

  #comeHome(data: unknown): Reference {
    const entry = this.#parts.ledger.get(checkedId(data));
    demand(entry !== undefined, 'a proxy of an object that it does not hold');
    return this.#parts.runtime.cameHome(entry);
  }

  async #claim(token: FarToken, share: Share): Promise<void> {
    this.#claimsUnderWay++;
    try {
      share.replace(await this.#parts.runtime.claim(token, this.#permit, this.#parts.terms.limits.claimMs));
    } finally {
      this.#claimsUnderWay--;
    }
  }

  #claimFar(token: FarToken): object {
    this.#costs.chargeNames(operationCount(token.exposure));
    demand(
      this.#claimsUnderWay < this.#parts.terms.limits.maxCallsInFlight,
      'more proxies of other processes than it may at a time',
    );
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
    return {
      share,
      proxy: makeProxyWith(share, reference.exposure, this.#replyContext?.classOf ?? this.#parts.classOf),
    };
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

/** Charges for the values that a message's extensions are revived to, and counts them. */
export class RevivalCosts {
  readonly #allowance: MessageAllowance;
  /** Counts by tag, with the number of the message: a new message starts counting without clearing anything. */
  readonly #counts = new Map<string, { message: number; count: number }>();

  constructor(allowance: MessageAllowance) {
    this.#allowance = allowance;
  }

  /** @throws {@link SerializerError} `INVALID_PAYLOAD` when the message exceeds a limit with this extension. */
  charge({ tag, data }: Extension): void {
    const allowance = this.#allowance;
    const known = costOf(tag);
    if (known === undefined && tag.startsWith(PLATFORM_TAG_PREFIX)) {
      allowance.charge(platformBytes(data));
      return;
    }
    const { bytes, most } = known ?? INSTANCE;
    allowance.charge(bytes);
    if (most === Infinity) return;
    let counted = this.#counts.get(tag);
    if (counted === undefined) {
      counted = { message: allowance.message, count: 0 };
      this.#counts.set(tag, counted);
    } else if (counted.message !== allowance.message) {
      counted.message = allowance.message;
      counted.count = 0;
    }
    counted.count++;
    demand(counted.count <= most, `more than ${most} values of the kind '${tag}' in one message`);
  }

  /** Charges for a description of members that came with a value. */
  chargeNames(count: number): void {
    this.#allowance.charge(count * MEMBER_NAME_BYTES);
  }
}

/** The claim of one proxy of a third process. */
export interface Claim {
  /** The address of that process, for messages. */
  readonly address: string | undefined;
  /** Settles when the proxy can be used, or never can. */
  readonly reached: Promise<void>;
}

/**
 * The claims of one message, which is delivered when all have succeeded. They have their own time limit, so a stopped process
 * does not delay the message for longer.
 */
export class Claims {
  /**
   * Resolves when the value can be delivered, to `undefined`; or when it never can, to the error. Then nothing in it is held any more.
   */
  readonly failure: Promise<{ readonly error: unknown } | undefined>;
  readonly #revived: readonly Share[];

  /**
   * @param revived - The shares of all proxies in the value.
   * @param claimMs - The time limit in milliseconds.
   */
  constructor(claims: readonly Claim[], revived: readonly Share[], deadlines: Deadlines, claimMs: number) {
    this.#revived = revived;
    this.failure = new Promise((resolve) => {
      const fail = (error: unknown): void => {
        this.drop();
        resolve({ error });
      };
      const deadline = deadlines.add(claimMs, () => fail(tooLate(claims, claimMs)));
      void Promise.all(claims.map(({ reached }) => reached))
        .finally(() => deadlines.delete(deadline))
        .then(() => resolve(undefined), fail);
    });
  }

  /** Drops the value: releases its references, including those that are still being claimed. */
  drop(): void {
    for (const share of this.#revived) dropNow(share);
  }
}

function tooLate(claims: readonly Claim[], claimMs: number): ActorUnreachableError {
  const where = [...new Set(claims.map(({ address }) => address ?? 'an unknown address'))].join(', ');
  return new ActorUnreachableError(
    `a proxy in the call could not be claimed from its process within limits.claimMs, ${claimMs} ms: the process at ${where} is stopped or too busy to answer`,
  );
}

/** A placeholder while a ticket is being redeemed; the message is delivered only afterwards. */
export class PendingReference implements Reference {
  readonly exposure: Exposure;
  readonly id: number;
  readonly instance: string;
  readonly address: string | undefined;

  constructor(token: FarToken, exposure: Exposure) {
    this.exposure = exposure;
    this.id = token.id;
    this.instance = token.instance;
    this.address = token.endpoints[0];
  }

  call(): Promise<unknown> {
    return Promise.reject(new SerializerError('this proxy is still being handed over'));
  }

  copy(): Promise<unknown> {
    return this.call();
  }

  addProxy(): void {}

  dropProxy(): void {}
}
