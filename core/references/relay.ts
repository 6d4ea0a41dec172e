import type { Exposure, LocalExposure } from './exposure.ts';
import { dropNow, dropWhenCollected, Hold, type Reference } from './reference.ts';

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
 * Stands in for an object whose process nobody else can reach (a program that listens nowhere): this process hands the
 * relay out as an object of its own, and passes calls on.
 */
export class Relay {
  readonly #hold: Hold;

  private constructor(reference: Reference) {
    this.#hold = new Hold(reference);
    dropWhenCollected(this, this.#hold);
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
    return this.#hold.reference;
  }

  /** Nobody holds the relay any more. */
  close(): void {
    dropNow(this.#hold);
  }
}
