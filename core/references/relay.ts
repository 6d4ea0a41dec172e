import type { Executed } from '../seam/errors.ts';
import { executedWith } from './current-call.ts';
import type { Exposure, LocalExposure } from './exposure.ts';
import type { ObjectEntry } from './object-table.ts';
import { dropNow, dropWhenCollected, type Reference, Share } from './reference.ts';

const relays = new WeakMap<Reference, Relay>();

const exposures = new WeakMap<Exposure, LocalExposure>();

/**
 * Returns the exposure of a relay, which equals that of its object. The same object each time, so that a session describes it
 * once.
 */
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
 * Stands in for an object of a process that others cannot reach, because it does not listen: this process hands out the relay as
 * its own object, and passes calls on.
 */
export class Relay {
  readonly #share: Share;

  private constructor(reference: Reference) {
    this.#share = new Share(reference);
    dropWhenCollected(this, this.#share);
  }

  /** Returns the relay of `reference`; always the same one while it is handed out. */
  static of(reference: Reference): Relay {
    let relay = relays.get(reference);
    if (relay?.reference === undefined) {
      relay = new Relay(reference);
      relays.set(reference, relay);
    }
    return relay;
  }

  /** The target of calls; `undefined` after {@link Relay.close}. */
  get reference(): Reference | undefined {
    return this.#share.reference;
  }

  /** Called when the last reference to the relay was released. */
  close(): void {
    dropNow(this.#share);
  }
}

/** Like {@link executedWith}, for a call of this object. */
export function fateOf({ target }: Pick<ObjectEntry, 'target'>, error: unknown): Executed {
  return executedWith(error, target instanceof Relay);
}
