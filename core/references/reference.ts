import type { CallOptions, InternalCallOptions } from '../seam/call-options.ts';
import type { Exposure } from './exposure.ts';
import { type Finalizer, forgetCollection, whenCollected } from './finalizers.ts';

/**
 * What a proxy holds on to: an object in this process or in another one. Proxies of one object that came over one
 * session share a reference, which counts them.
 */
export interface Reference {
  readonly exposure: Exposure;
  /** The id of the object in its process. */
  readonly id: number;
  /** The identity of the process that has the object. */
  readonly instance: string;
  /** Where that process is reached from here, for messages; `undefined` when it is this one or listens nowhere. */
  readonly address: string | undefined;
  /** Calls the operation of that number; see {@link Exposure}. */
  call(operation: number, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown>;
  /** A copy of the object itself. */
  copy(options: CallOptions | undefined): Promise<unknown>;
  /** Counts one more proxy. */
  addProxy(): void;
  /** Counts one proxy less; with the last one the reference is given back. */
  dropProxy(): void;
}

/** A call, as far as it does not depend on which connection it is made over. */
export type Use = (reference: Reference, options: CallOptions | undefined) => Promise<unknown>;

/** What several shares have in common whose calls connect again when their connection was lost. */
export interface Renewal {
  /** One more share that moves to the new connection. */
  join(share: Share): void;
  /** A share was given back. Calls that were made through it are still carried out. */
  leave(share: Share): void;
  /** Makes a call through `share`, whose reference this is: at once, or when a connection stands again. */
  call(share: Share, reference: Reference, use: Use): Promise<unknown>;
}

/** One proxy's share in a reference, given back exactly once: on release, on disposal, or when the proxy is collected. */
export class Share implements Finalizer {
  #reference: Reference | undefined;
  /** How many values that wait to be sent the proxy is in. */
  #pins = 0;
  /** The reference after the proxy was released, until those values have been sent. */
  #pinned: Reference | undefined;
  /** How calls through this proxy are made. */
  readonly options: InternalCallOptions | undefined;
  #renewal: Renewal | undefined;
  /** Ends this share, and the one that the proxy was made from, if it was. */
  #whenSent: (() => void) | undefined;

  constructor(reference: Reference, options?: InternalCallOptions) {
    reference.addProxy();
    this.#reference = reference;
    this.options = options;
  }

  /** Has calls connect again when their connection was lost. */
  renewBy(renewal: Renewal): void {
    this.#renewal = renewal;
    renewal.join(this);
  }

  /** Another share in the same reference; `undefined` once this one was given back. */
  another(options: CallOptions): Share | undefined {
    if (this.#reference === undefined) return undefined;
    const share = new Share(this.#reference, options);
    if (this.#renewal) share.renewBy(this.#renewal);
    return share;
  }

  /** This share, and the one that it was made from, end when the proxy has been sent. */
  handOn(source: Share): void {
    this.#whenSent = () => {
      dropNow(source);
      dropNow(this);
    };
  }

  /** This share ends when the proxy has been sent. */
  endWhenSent(): void {
    this.#whenSent = () => dropNow(this);
  }

  /** What has to be done once the proxy was sent, if sending it ends the sender's share. */
  get whenSent(): (() => void) | undefined {
    return this.#whenSent;
  }

  /** Makes a call; `undefined` once the share was given back. */
  call(use: Use): Promise<unknown> | undefined {
    const reference = this.#reference;
    if (reference === undefined) return undefined;
    return this.#renewal ? this.#renewal.call(this, reference, use) : use(reference, this.options);
  }

  /** The reference, or `undefined` once it was given back. */
  get reference(): Reference | undefined {
    return this.#reference;
  }

  /** The reference for a value that is being sent: the same, or what a value that waits holds of a released proxy. */
  get sendable(): Reference | undefined {
    return this.#reference ?? this.#pinned;
  }

  /** The proxy is in a value that waits to be sent: releasing it gives nothing back before {@link Share.unpin}. */
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

  /** Moves to another reference of the same object. */
  replace(reference: Reference): void {
    if (this.#reference === undefined) return;
    reference.addProxy();
    this.#reference.dropProxy();
    this.#reference = reference;
  }

  /** Gives the share back. Idempotent. */
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

/** Gives `share` back when `proxy` is collected. The share must not lead to its proxy. */
export function dropWhenCollected(proxy: object, share: Share): void {
  whenCollected(proxy, share);
}

/** Gives `share` back now. Idempotent. */
export function dropNow(share: Share): void {
  forgetCollection(share);
  share.drop();
}
