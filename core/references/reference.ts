/**
 * References: the right of this process to use an object. A proxy has a {@link Share} in a {@link Reference}; the last share releases it.
 * The end of the file has the only registry of finalizers, which releases the shares of collected proxies.
 */
import type { CallOptions, InternalCallOptions } from '../seam/call-options.ts';
import { FinalizationRegistry } from '../seam/environment.ts';
import type { Executed } from '../seam/errors.ts';
import { callChannel, callThrough } from './call-hooks.ts';
import { hooks } from './current-call.ts';
import { type Exposure, operationName } from './exposure.ts';

/**
 * The right of a proxy to name an object of this process or another one. Proxies of one object that came over one session share a
 * reference, which counts them.
 */
export interface Reference {
  readonly exposure: Exposure;
  /** The id of the object in its process. */
  readonly id: number;
  /** The identity of the object's process. */
  readonly instance: string;
  /** The address at which this process reaches it, for messages; `undefined` for this process or one that does not listen. */
  readonly address: string | undefined;
  /** Calls an operation by number; see {@link Exposure}. */
  call(operation: number, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown>;
  /** Returns a copy of the object. */
  copy(options: CallOptions | undefined): Promise<unknown>;
  /** Adds a proxy to the count. */
  addProxy(): void;
  /** Removes a proxy from the count; the last one releases the reference. */
  dropProxy(): void;
}

/** A call, independent of the connection over which it is made. */
export type Use = (reference: Reference, options: CallOptions | undefined) => Promise<unknown>;

/** Shares whose calls reconnect after their connection was lost. */
export interface Renewal {
  /** Adds a share. */
  join(share: Share): void;
  /** Called when a share was released. Calls that were made through it are still carried out. */
  leave(share: Share): void;
  /** Makes a call through `share`, which has this reference: at once, or after reconnecting. */
  call(share: Share, reference: Reference, use: Use): Promise<unknown>;
}

/** One proxy's share in a reference, released exactly once: on release, on disposal, or when the proxy is collected. */
export class Share implements Finalizer {
  #reference: Reference | undefined;
  /** The number of waiting values that contain the proxy. */
  #pins = 0;
  /** The reference of a released proxy, until those values have been sent. */
  #pinned: Reference | undefined;
  /** The options of calls through this proxy. */
  readonly options: InternalCallOptions | undefined;
  #renewal: Renewal | undefined;
  /** Releases this share and the one from which the proxy was created, if sending the proxy does so. */
  #whenSent: (() => void) | undefined;

  constructor(reference: Reference, options?: InternalCallOptions) {
    reference.addProxy();
    this.#reference = reference;
    this.options = options;
  }

  /** Makes calls reconnect after their connection was lost. */
  renewBy(renewal: Renewal): void {
    this.#renewal = renewal;
    renewal.join(this);
  }

  /** Creates another share in the same reference; `undefined` after this one was released. */
  another(options: CallOptions): Share | undefined {
    if (this.#reference === undefined) return undefined;
    const share = new Share(this.#reference, options);
    if (this.#renewal) share.renewBy(this.#renewal);
    return share;
  }

  /** Releases this share, and the one from which it was created, when the proxy has been sent. */
  handOn(source: Share): void {
    this.#whenSent = () => {
      dropNow(source);
      dropNow(this);
    };
  }

  /** Releases this share when the proxy has been sent. */
  endWhenSent(): void {
    this.#whenSent = () => dropNow(this);
  }

  /** The function to call when the proxy has been sent, if sending it releases shares. */
  get whenSent(): (() => void) | undefined {
    return this.#whenSent;
  }

  /** Makes a call; returns `undefined` after the share was released. */
  call(use: Use): Promise<unknown> | undefined {
    const reference = this.#reference;
    if (reference === undefined) return undefined;
    return this.#renewal ? this.#renewal.call(this, reference, use) : use(reference, this.options);
  }

  /** The reference; `undefined` after the share was released. */
  get reference(): Reference | undefined {
    return this.#reference;
  }

  /** The reference for a value being sent: also that of a released proxy in a waiting value. */
  get sendable(): Reference | undefined {
    return this.#reference ?? this.#pinned;
  }

  /**
   * Called when the proxy is in a value that waits to be sent: releasing the proxy has no effect on the reference before {@link
   * Share.unpin}.
   */
  pin(): void {
    this.#pins++;
  }

  unpin(): void {
    this.#pins--;
    const pinned = this.#pinned;
    if (this.#pins > 0 || pinned === undefined) return;
    this.#pinned = undefined;
    pinned.dropProxy();
  }

  /** Moves the share to another reference of the same object. */
  replace(reference: Reference): void {
    if (this.#reference === undefined) return;
    reference.addProxy();
    this.#reference.dropProxy();
    this.#reference = reference;
  }

  /** Releases the share. Idempotent. */
  drop(): void {
    const reference = this.#reference;
    if (reference === undefined) return;
    this.#reference = undefined;
    if (this.#pins > 0) this.#pinned = reference;
    else reference.dropProxy();
    this.#renewal?.leave(this);
  }

  collected(): void {
    this.drop();
  }
}

/** Releases `share` when `proxy` is collected. The share must not refer to its proxy. */
export function dropWhenCollected(proxy: object, share: Share): void {
  whenCollected(proxy, share);
}

/** Releases `share` now. Idempotent. */
export function dropNow(share: Share): void {
  forgetCollection(share);
  share.drop();
}

/** The process at the other end of a session. */
export interface Peer {
  /** The identity of the process: 32 hexadecimal digits, new with every start. */
  readonly instance: string;
  /** The address at which it was reached; `undefined` if it connected to this process. */
  readonly address: string | undefined;
  /** The addresses at which third processes can reach it, best first; empty if there are none. */
  readonly endpoints: readonly string[];
}

/** The parts of its session that a reference uses. */
export interface ReferenceSession {
  /** The name of the peer's actor. */
  readonly label: string;
  readonly peer: Peer;
  /** Whether calls can be made. */
  readonly open: boolean;
  /** Resolves when the session has ended, to a function that returns the error of its calls. */
  readonly ended: Promise<(executed: Executed) => Error>;
  call(
    reference: RemoteReference,
    operation: number,
    args: readonly unknown[],
    options: CallOptions | undefined,
  ): Promise<unknown>;
  copy(reference: RemoteReference, options: CallOptions | undefined): Promise<unknown>;
  /** Makes a call of the library's own that does not keep the process alive; `signal` gives it up. */
  callInBackground(reference: RemoteReference, operation: number, signal: AbortSignal): Promise<unknown>;
  /** Called when code waits for the session's end: the session then does not end as idle. */
  observe(): void;
  /** Makes a control call. */
  control<Result = unknown>(method: string, args?: readonly unknown[], options?: CallOptions): Promise<Result>;
  /** Ends the session at once, because the peer is known to be gone. */
  destroy(): void;
  /** Makes the peer hold its object `id` for the process that presents `ticket`. */
  grant(id: number, ticket: Uint8Array): void;
  /** Releases `count` received references: all of them when the last proxy is gone. */
  giveBack(reference: RemoteReference, count: number): void;
}

/** A reference to an object of a session's peer. */
export class RemoteReference implements Reference {
  readonly session: ReferenceSession;
  readonly id: number;
  readonly exposure: Exposure;
  /** How often it was received and not released. */
  received = 0;
  #proxies = 0;

  constructor(session: ReferenceSession, id: number, exposure: Exposure) {
    this.session = session;
    this.id = id;
    this.exposure = exposure;
  }

  get instance(): string {
    return this.session.peer.instance;
  }

  get address(): string | undefined {
    return this.session.peer.address ?? this.session.peer.endpoints[0];
  }

  /** Names an operation for messages, or the member that the user called for it. */
  describe(operation: number, calledAs?: string): string {
    return `${this.session.label}: ${calledAs ?? operationName(this.exposure, operation)}`;
  }

  call(operation: number, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown> {
    if (standsAlone(options)) return this.session.call(this, operation, args, options);
    const send = (given: readonly unknown[], how: CallOptions | undefined): Promise<unknown> =>
      this.session.call(this, operation, given, how);
    return callThrough(this, operation, args, options, send);
  }

  copy(options: CallOptions | undefined): Promise<unknown> {
    if (standsAlone(options)) return this.session.copy(this, options);
    return callThrough(this, undefined, [], options, (_args, how) => this.session.copy(this, how));
  }

  addProxy(): void {
    this.#proxies++;
  }

  dropProxy(): void {
    this.#proxies--;
    // An object held for long may be received again and again: each released proxy also releases the references without a proxy.
    const spare = this.received - this.#proxies;
    if (this.#proxies === 0 || spare > 0) this.session.giveBack(this, spare);
  }
}

/** Whether no function wraps a call of this process. */
function standsAlone(options: CallOptions | undefined): boolean {
  return !hooks.outgoing && !callChannel.hasSubscribers && options?.intercept === undefined;
}

/** Narrows the type of a result: only the author of the call knows it. */
export function answersWith<Result>(_result: Promise<unknown>): asserts _result is Promise<Result> {}

/** The action when an object of this process is collected. It must not refer to that object. */
export interface Finalizer {
  collected(): void;
}

/** The library's only registry: all reactions to collection go through it. */
const registry = new FinalizationRegistry<Finalizer>((finalizer) => {
  finalizer.collected();
});

/** Calls `finalizer.collected()` once, when `object` has been collected. */
export function whenCollected(object: object, finalizer: Finalizer): void {
  registry.register(object, finalizer, finalizer);
}

/** Reverses {@link whenCollected}, when the action was already taken. */
function forgetCollection(finalizer: Finalizer): void {
  registry.unregister(finalizer);
}
