import type { Budget } from '../../core/seam/codec/budget.ts';
import { KEPT } from '../../core/seam/codec/kept-bytes.ts';
import { isIndex } from '../../core/seam/codec/plain-object.ts';

/**
 * The number of next names per sequence of names. An engine has a hidden class for every sequence of names, but room for a
 * limited number of next names after each: 1,536 in V8. Objects with further ones are dictionaries, which take more memory and
 * far more time.
 */
const MAX_NEXT_NAMES = 1_024;
/** Objects with more names are dictionaries in any case. */
const MAX_CLASS_NAMES = 128;

/** A hidden class or a dictionary, besides its names. */
const SHAPE_BYTES = 112;
/** A name in a new hidden class, or in a dictionary that is created name by name, including time. */
const NAME_BYTES = 192;
/** A name in a large dictionary. */
const LATER_NAME_BYTES = 88;

const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;
const BACKSLASH = 0x5c;
/** Ten digits, each of which may be escaped. */
const MAX_INDEX_LENGTH = 61;
const ESCAPED_DIGIT = /\\u003\d/;

/** The names that have followed the same sequence of names before. */
interface Place {
  /** The last name that came next, with its quotes. The next object is likely to have it too. */
  lastName: string;
  last: Place | undefined;
  /** All names that came next, if there is more than one. */
  next: Map<string, Place> | undefined;
}

/** An object that is being read. */
interface Begun {
  /** The place that its names have reached; `undefined` when it is a dictionary. */
  place: Place | undefined;
  names: number;
  /** Whether its hidden class, or its dictionary, has been charged. */
  isShapeCharged: boolean;
  isIndexed: boolean;
}

/** Charges for the memory and creation of the objects in a JSON text, for {@link chargeText}. */
export class ObjectCosts {
  readonly #text: string;
  readonly #budget: Budget;
  readonly #root = newPlace();
  /** The objects being read, the outermost first, then stale ones of deeper levels. */
  readonly #levels: Begun[] = [];
  #level = -1;

  constructor(text: string, budget: Budget) {
    this.#text = text;
    this.#budget = budget;
  }

  /** Begins an object; returns the number of objects around it. */
  begin(): number {
    this.#budget.spend(0, KEPT.object + KEPT.slot);
    const begun = this.#levels[++this.#level];
    if (begun === undefined) {
      this.#levels.push({ place: this.#root, names: 0, isShapeCharged: false, isIndexed: false });
    } else {
      begun.place = this.#root;
      begun.names = 0;
      begun.isShapeCharged = false;
      begun.isIndexed = false;
    }
    return this.#level;
  }

  end(): void {
    if (this.#level >= 0) this.#level--;
  }

  /** Returns the position of the closing quote if the name at `start` is the one that came last at this place; -1 otherwise. */
  endOfKnown(start: number): number {
    const lastName = this.#levels[this.#level]?.place?.lastName ?? '';
    return lastName !== '' && this.#text.startsWith(lastName, start) ? start + lastName.length - 1 : -1;
  }

  /** Handles the next name of the object, between its quotes. */
  name(start: number, end: number): void {
    const begun = this.#levels[this.#level];
    if (begun === undefined) return;
    const first = this.#text.charCodeAt(start + 1);
    if (((first >= DIGIT_ZERO && first <= DIGIT_NINE) || first === BACKSLASH) && end - start <= MAX_INDEX_LENGTH) {
      const name = this.#text.slice(start + 1, end);
      const isEscaped = ESCAPED_DIGIT.test(name);
      if (isEscaped || isIndex(name)) {
        this.#budget.spend(0, begun.isIndexed ? KEPT.indexName : KEPT.indexed + KEPT.indexName);
        begun.isIndexed = true;
        // Array indexes do not belong to a hidden class.
        if (!isEscaped) return;
      }
    }
    begun.names++;
    const { place } = begun;
    if (place === undefined) {
      this.#budget.spend(0, begun.names > MAX_CLASS_NAMES ? LATER_NAME_BYTES : NAME_BYTES);
      return;
    }
    if (place.last !== undefined && place.lastName.length === end + 1 - start) {
      if (this.#text.startsWith(place.lastName, start)) {
        begun.place = place.last;
        return;
      }
    }
    begun.place = this.#next(place, this.#text.slice(start, end + 1), begun);
  }

  #next(place: Place, name: string, begun: Begun): Place | undefined {
    const known = place.next?.get(name);
    const next = known ?? this.#newPlace(place, name, begun);
    if (next !== undefined) {
      place.lastName = name;
      place.last = next;
    }
    return next;
  }

  #newPlace(place: Place, name: string, begun: Begun): Place | undefined {
    this.#budget.spend(0, begun.isShapeCharged ? NAME_BYTES : NAME_BYTES + SHAPE_BYTES);
    begun.isShapeCharged = true;
    if (begun.names > MAX_CLASS_NAMES || place.next?.size === MAX_NEXT_NAMES) return undefined;
    const next = newPlace();
    if (place.last !== undefined) {
      place.next ??= new Map([[place.lastName, place.last]]);
      place.next.set(name, next);
    }
    return next;
  }
}

function newPlace(): Place {
  return { lastName: '', last: undefined, next: undefined };
}
