import { SerializerError } from '../seam/errors.ts';
import type { Exposure } from './exposure.ts';
import { checkedExposure, demand, exposureData } from './token.ts';

/** The maximum number of exposures that one end of a session describes to the other. */
const MAX_EXPOSURES = 65_536;
const MAX_TEXT_LENGTH = 16 * 1024 * 1024;
/**
 * The maximum length of one description. Until it was parsed, other content of the same length takes far more memory than names.
 */
const MAX_DESCRIPTION_LENGTH = 2 * 1024 * 1024;

/** The memory for a member name besides its characters: a string, and its place in a list. */
const NAME_BYTES = 40;

/** The number of different exposures that are remembered; a peer may invent any number. */
const MAX_KNOWN = 256;

/** The parts of its session that an {@link ExposureBook} uses. */
export interface ExposureBookParts {
  /** Sends a description in front of everything that was not sent yet. */
  readonly describe: (text: string) => void;
  /** Called with the bytes that the peer's descriptions occupy until the session ends. */
  readonly kept: (bytes: number) => void;
}

/**
 * The exposures that the two ends of a session have described to each other, numbered from 0 in each direction. A description is
 * a message in front of the first value that needs it, so both ends agree on the numbers even if that value turns out to be
 * unusable.
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
   * Returns the number by which the peer knows `exposure`, after describing it if necessary.
   *
   * @throws {@link SerializerError} when the session has the maximum number.
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

  /** Adds the peer's next description. Returns `false` when it is invalid, or one too many. */
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
      // Not JSON, or not the parts of an exposure: the caller ends the session.
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

/** The exposures of proxies of third processes. Equal ones become one object, so that their proxies share a class. */
export class KnownExposures {
  readonly #known = new Map<string, Exposure>();

  /** Returns the first known exposure that equals this one. */
  same(exposure: Exposure): Exposure {
    const key = JSON.stringify(exposureData(exposure));
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, exposure);
    return exposure;
  }
}
