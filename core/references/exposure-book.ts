import { SerializerError } from '../seam/errors.ts';
import type { Exposure } from './exposure.ts';
import { checkedExposure, demand, exposureData } from './token.ts';

/** How many exposures one end of a session may describe to the other, and how much text that may take. */
const MAX_EXPOSURES = 65_536;
const MAX_TEXT_LENGTH = 16 * 1024 * 1024;
/** How long one description may be: until it has been read, what else a peer could put into it takes far more memory than names do. */
const MAX_DESCRIPTION_LENGTH = 2 * 1024 * 1024;

/** What the name of a member takes beside its characters: a string, and its place in a list. */
const NAME_BYTES = 40;

/** How many different ones are remembered; a peer may make up as many as it likes. */
const MAX_KNOWN = 256;

/** What an {@link ExposureBook} needs of its session. */
export interface ExposureBookParts {
  /** Sends a description, ahead of everything that was not sent yet. */
  readonly describe: (text: string) => void;
  /** Told how many bytes the descriptions of the peer keep from now on, until the session ends. */
  readonly kept: (bytes: number) => void;
}

/**
 * The exposures that the two ends of a session have described to each other, each direction numbered from 0. A
 * description is a message of its own ahead of the first value that needs it, so that both ends agree on the numbers even
 * when that value turns out to be of no use.
 */
export class ExposureBook {
  readonly #parts: ExposureBookParts;
  readonly #told = new Map<Exposure, number>();
  #toldLength = 0;
  readonly #learnt: Exposure[] = [];
  #learntLength = 0;
  #learntBytes = 0;

  constructor(parts: ExposureBookParts) {
    this.#parts = parts;
  }

  /**
   * The number by which the peer knows `exposure`, which it is told if need be.
   *
   * @throws {@link SerializerError} when it was told as many as a session may have.
   */
  numberOf(exposure: Exposure): number {
    const known = this.#told.get(exposure);
    if (known !== undefined) return known;
    const text = JSON.stringify(exposureData(exposure));
    const number = this.#told.size;
    if (text.length > MAX_DESCRIPTION_LENGTH) {
      throw new SerializerError(
        `the names of the members of an object of the typeid '${exposure.typeid}' are too long: ${text.length} characters together`,
      );
    }
    if (number >= MAX_EXPOSURES || this.#toldLength + text.length > MAX_TEXT_LENGTH) {
      throw new SerializerError(
        `objects with more than ${MAX_EXPOSURES} different sets of members were sent over one session: hand out objects of classes instead`,
      );
    }
    this.#toldLength += text.length;
    this.#told.set(exposure, number);
    this.#parts.describe(text);
    return number;
  }

  /** Takes in the peer's next description. Returns `false` when it is none, or one too many. */
  learn(text: string): boolean {
    this.#learntLength += text.length;
    if (text.length > MAX_DESCRIPTION_LENGTH) return false;
    if (this.#learnt.length >= MAX_EXPOSURES || this.#learntLength > MAX_TEXT_LENGTH) return false;
    try {
      const data: unknown = JSON.parse(text);
      const exposure = checkedExposure(data);
      this.#learnt.push(exposure);
      this.#learntBytes += text.length + (exposure.methods.length + exposure.properties.length) * NAME_BYTES;
      this.#parts.kept(this.#learntBytes);
      return true;
    } catch {
      // Not JSON, or not what an exposure is made of: the caller ends the session for it.
      return false;
    }
  }

  /** @throws {@link SerializerError} `INVALID_PAYLOAD` when the peer described nothing under that number. */
  get(number: unknown): Exposure {
    const exposure = typeof number === 'number' ? this.#learnt[number] : undefined;
    demand(exposure !== undefined, 'a proxy of an unknown exposure');
    return exposure;
  }
}

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
