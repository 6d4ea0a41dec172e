import { defaultDialPolicy, type DialPolicy, type Permission, permissionOf } from '../trust/dial-policy.ts';
import type { ProxyClassOf } from '../proxy/make-proxy.ts';
import type { Limits } from '../seam/limits.ts';
import type { Connection } from '../seam/transport.ts';
import type { Authkey } from '../trust/authkey.ts';

/** What goes with the proxies of one `connect`, whichever session they use. */
export interface ConnectTerms {
  /** What this process may connect to because the peer names it. Default: what the process allows. */
  readonly dial: DialPolicy | undefined;
  /** The classes of the proxies that come of it. */
  readonly classOf: ProxyClassOf;
}

/** What belongs to a proxy and not to the session that it uses: what is made of the replies to its calls. */
export class ReplyContext {
  readonly classOf: ProxyClassOf;
  readonly permit: Permission;

  constructor(classOf: ProxyClassOf, permit: Permission) {
    this.classOf = classOf;
    this.permit = permit;
  }
}

/** How many policies on addresses a session keeps. */
const MAX_POLICIES = 16;

/** What the terms of a session follow from. */
export interface SessionTermsParts {
  readonly runtime: { readonly dialPolicy: DialPolicy | undefined };
  readonly connection: Connection;
  readonly keepAliveMs?: number | undefined;
  readonly dial?: DialPolicy | undefined;
  readonly authkey?: Authkey | undefined;
}

/** What holds for a session as a whole. Each `connect` that uses it besides may let it connect to less. */
export class SessionTerms {
  /** What the peer may have this process connect to by what it answers to a proxy that says nothing of it. */
  readonly permit: Permission;
  /** The same for what it sends of itself: every policy that was given has to allow it. */
  readonly strictPermit: Permission;
  readonly limits: Limits;
  /** How long a peer beyond a network may be silent, in milliseconds; `undefined` for as long as it likes. */
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

  /** Whether a `connect` with this policy can be served besides: a session keeps each one, and asks all of them. */
  takes(dial: DialPolicy | undefined): boolean {
    return dial === undefined || this.#policies.length < MAX_POLICIES || this.#policies.includes(dial);
  }

  /** Serves one more `connect`. Returns what belongs to its proxies. */
  add({ classOf, dial }: ConnectTerms): ReplyContext {
    if (dial !== undefined && !this.#policies.includes(dial)) this.#policies.push(dial);
    return new ReplyContext(
      classOf,
      this.#permitBy(() => dial ?? this.#ofProcess()),
    );
  }
}
