import type { CallOptions, InternalCallOptions } from '../seam/call-options.ts';
import type { Exposure } from './exposure.ts';
import { type Finalizer, forgetCollection, whenCollected } from './finalizers.ts';

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

/** Narrows the type of a result: only the author of the call knows it. */
export function answersWith<Result>(_result: Promise<unknown>): asserts _result is Promise<Result> {}
