import { defaultDialPolicy, type DialPolicy, type Permission, permissionOf } from '../trust/dial-policy.ts';
import type { ProxyClassOf } from '../proxy/proxy-class.ts';
import type { Limits } from '../seam/limits.ts';
import type { Connection } from '../seam/transport.ts';
import type { Authkey } from '../trust/authkey.ts';

/** The settings of one `connect` for its proxies, whichever session they use. */
export interface ConnectTerms {
  /** The dial policy for addresses that the peer names. Default: that of the process. */
  readonly dial: DialPolicy | undefined;
  /** The classes of received proxies. */
  readonly classOf: ProxyClassOf;
}

/** The settings that belong to a proxy rather than to its session: how replies to its calls are decoded. */
export class ReplyContext {
  readonly classOf: ProxyClassOf;
  readonly permit: Permission;

  constructor(classOf: ProxyClassOf, permit: Permission) {
    this.classOf = classOf;
    this.permit = permit;
  }
}

/** The maximum number of dial policies in a session. */
const MAX_POLICIES = 16;

/** The parts of a session's terms. */
export interface SessionTermsParts {
  readonly runtime: { readonly dialPolicy: DialPolicy | undefined };
  readonly connection: Connection;
  readonly keepAliveMs?: number | undefined;
  readonly dial?: DialPolicy | undefined;
  readonly authkey?: Authkey | undefined;
}

/** The settings of a session as a whole. Each further `connect` that uses the session may restrict its dial policy. */
export class SessionTerms {
  /** The dial policy for replies to a proxy without its own context. */
  readonly permit: Permission;
  /** The dial policy for messages that the peer sends by itself: every policy must allow the address. */
  readonly strictPermit: Permission;
  readonly limits: Limits;
  /** How long a peer on another machine may be silent, in milliseconds; `undefined`: no limit. */
  readonly keepAliveMs: number | undefined;
  readonly #permitBy: (policy: () => DialPolicy | undefined) => Permission;
  readonly #ofProcess: () => DialPolicy | undefined;
  readonly #policies: DialPolicy[] = [];

  constructor(limits: Limits, { runtime, connection, keepAliveMs, dial, authkey }: SessionTermsParts) {
    this.limits = limits;
    this.keepAliveMs = keepAliveMs;
    this.#ofProcess = () => runtime.dialPolicy;
    this.#permitBy = (policy) => permissionOf(policy, connection.info, authkey);
    const own = (): DialPolicy | undefined => dial ?? runtime.dialPolicy;
    this.permit = this.#permitBy(own);
    const strictest: DialPolicy = (address, question) =>
      [own() ?? defaultDialPolicy, ...this.#policies].every((policy) => policy(address, question));
    this.strictPermit = this.#permitBy(() => strictest);
  }

  /** Whether another `connect` with this dial policy can use the session, which keeps and checks every policy. */
  takes(dial: DialPolicy | undefined): boolean {
    return dial === undefined || this.#policies.length < MAX_POLICIES || this.#policies.includes(dial);
  }

  /** Adds a `connect`. Returns the context of its proxies. */
  add({ classOf, dial }: ConnectTerms): ReplyContext {
    if (dial !== undefined && !this.#policies.includes(dial)) this.#policies.push(dial);
    return new ReplyContext(
      classOf,
      this.#permitBy(() => dial ?? this.#ofProcess()),
    );
  }
}
