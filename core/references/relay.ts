import type { Exposure, LocalExposure } from './exposure.ts';
import { dropNow, dropWhenCollected, Share, type Reference } from './reference.ts';

const relays = new WeakMap<Reference, Relay>();

const exposures = new WeakMap<Exposure, LocalExposure>();

/** What a relay shows: the same as the object that it stands in for. It is one object, so that a session describes it once. */
export function relayExposure(exposure: Exposure): LocalExposure {
  let shown = exposures.get(exposure);
  if (shown === undefined) {
    shown = { ...exposure, methodToTypeid: {}, dropped: closeRelay };
    exposures.set(exposure, shown);
  }
  return shown;
}

function closeRelay(target: object): void {
  if (target instanceof Relay) target.close();
}

/**
 * Represents an object whose process other processes cannot reach (a program that does not listen): this process hands the
 * relay out as an object of its own, and passes calls on.
 */
export class Relay {
  readonly #share: Share;

  private constructor(reference: Reference) {
    this.#share = new Share(reference);
    dropWhenCollected(this, this.#share);
  }

  /** The relay of `reference`; always the same one while it is handed out. */
  static of(reference: Reference): Relay {
    let relay = relays.get(reference);
    if (relay?.reference === undefined) {
      relay = new Relay(reference);
      relays.set(reference, relay);
    }
    return relay;
  }

  /** Where calls go; `undefined` after {@link Relay.close}. */
  get reference(): Reference | undefined {
    return this.#share.reference;
  }

  /** The last reference to the relay was released. */
  close(): void {
    dropNow(this.#share);
  }
}
