import type { Exposure } from './exposure.ts';
import { exposureData } from './token.ts';

/** How many different ones are remembered; a peer may make up as many as it likes. */
const MAX_KNOWN = 256;

/**
 * Exposures that came with proxies of third processes. Equal ones become one object, so that their proxies share a class,
 * which is made once and stays fast.
 */
export class KnownExposures {
  readonly #known = new Map<string, Exposure>();

  /** The one that was met first of those that equal this one. */
  same(exposure: Exposure): Exposure {
    const key = JSON.stringify(exposureData(exposure));
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, exposure);
    return exposure;
  }
}
