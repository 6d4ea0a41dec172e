import { getHeapStatistics } from 'node:v8';
import { type Budget, KEPT, MAX_CLASS_NAMES, unsureBytes } from '../../core/seam/codec/budget.ts';
import { isIndex } from '../../core/seam/codec/traversal.ts';

/**
 * The number of next names per sequence of names. An engine has a hidden class for every sequence of names, but room for a
 * limited number of next names after each: 1,536 in V8. Objects with further names take more memory and far more time.
 */
const MAX_NEXT_NAMES = 1_024;

/** A hidden class or a dictionary, besides its names. */
const SHAPE_BYTES = 112;
/** A name in a new hidden class, or in a dictionary that is created name by name, including time. */
const NAME_BYTES = 192;
/** A name in a large dictionary. */
const LATER_NAME_BYTES = 88;

/** The maximum number of shapes that are tried out. */
const MAX_TRIALS = 32;
/** Names of more characters are not tried out, because a trial repeats them. */
const MAX_TRIED_LENGTH = 4_096;

const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;
const BACKSLASH = 0x5c;
/** Ten digits, each of which may be escaped. */
const MAX_INDEX_LENGTH = 61;
const ESCAPED_DIGIT = /\\u003\d/;

/** The names that have followed the same sequence of names before. */
interface Place {
  readonly parent: Place | undefined;
  /** The last name of those that lead here, with its quotes. */
  readonly name: string;
  readonly names: number;
  /** What the objects without further names take in addition if V8 has no room for these. */
  unsureBytes: number;
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
  /** What has been charged for its hidden class, or for its dictionary. */
  chargedBytes: number;
  isIndexed: boolean;
}

/** Charges for the memory and creation of the objects in a JSON text, for {@link chargeText}. */
export class ObjectCosts {
  readonly #text: string;
  readonly #budget: Budget;
  readonly #root = newPlace(undefined, '');
  /** The objects being read, the outermost first, then stale ones of deeper levels. */
  readonly #levels: Begun[] = [];
  #level = -1;
  /** The places where objects have ended that may take more than was charged. */
  readonly #shapes: Place[] = [];
  /** The additional cost of all objects if V8 has no room for their names. */
  #unsureBytes = 0;

  constructor(text: string, budget: Budget) {
    this.#text = text;
    this.#budget = budget;
  }

  /** Begins an object; returns the number of objects around it. */
  begin(): number {
    this.#budget.spend(0, KEPT.object + KEPT.slot);
    const begun = this.#levels[++this.#level];
    if (begun === undefined) {
      this.#levels.push({ place: this.#root, names: 0, chargedBytes: 0, isIndexed: false });
    } else {
      begun.place = this.#root;
      begun.names = 0;
      begun.chargedBytes = 0;
      begun.isIndexed = false;
    }
    return this.#level;
  }

  end(): void {
    const begun = this.#levels[this.#level];
    if (begun === undefined) return;
    this.#level--;
    const { place, names, isIndexed, chargedBytes } = begun;
    const bytes = unsureBytes(isIndexed ? names + 1 : names) - chargedBytes;
    if (bytes <= 0) return;
    this.#unsureBytes += bytes;
    if (place === undefined || isIndexed) return;
    if (place.unsureBytes === 0) this.#shapes.push(place);
    place.unsureBytes += bytes;
  }

  /**
   * Decides whether `JSON.parse` may create the objects: V8 has room for most of their shapes, or the message can afford that it has
   * none. Then charges their additional cost. `JSON.parse` and all literals share one tree of hidden classes, so the objects that the
   * process keeps may have used up its room.
   *
   * @returns objects to keep until the text has been parsed; `undefined` if `JSON.parse` must not create the objects.
   */
  trial(): readonly unknown[] | undefined {
    // Values that are annotated are charged later.
    const most = this.#budget.bytesLeft / 2;
    let bytes = this.#unsureBytes;
    const trial = new ShapeTrial();
    if (bytes > most) {
      const shapes = this.#shapes.toSorted((a, b) => b.unsureBytes - a.unsureBytes);
      for (const shape of shapes.slice(0, MAX_TRIALS)) {
        const example = exampleOf(shape);
        if (example !== undefined && trial.hasRoom(example, shape.names)) bytes -= shape.unsureBytes;
        if (bytes <= most) break;
      }
    }
    if (bytes > most) return undefined;
    this.#budget.spend(0, bytes);
    return trial.examples;
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
      this.#charge(begun, begun.names > MAX_CLASS_NAMES ? LATER_NAME_BYTES : NAME_BYTES);
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
    this.#charge(begun, begun.chargedBytes > 0 ? NAME_BYTES : NAME_BYTES + SHAPE_BYTES);
    if (begun.names > MAX_CLASS_NAMES || place.next?.size === MAX_NEXT_NAMES) return undefined;
    const next = newPlace(place, name);
    if (place.last !== undefined) {
      place.next ??= new Map([[place.lastName, place.last]]);
      place.next.set(name, next);
    }
    return next;
  }

  #charge(begun: Begun, bytes: number): void {
    begun.chargedBytes += bytes;
    this.#budget.spend(0, bytes);
  }
}

function newPlace(parent: Place | undefined, name: string): Place {
  const names = parent === undefined ? 0 : parent.names + 1;
  return { parent, name, names, unsureBytes: 0, lastName: '', last: undefined, next: undefined };
}

/** Returns the text of an object of this shape; `undefined` if it is too long to be repeated. */
function exampleOf(shape: Place): string | undefined {
  const members: string[] = [];
  let length = 0;
  for (let at: Place | undefined = shape; at !== undefined && at.names > 0; at = at.parent) {
    length += at.name.length;
    if (length > MAX_TRIED_LENGTH) return undefined;
    members.push(`${at.name}:0`);
  }
  return `{${members.toReversed().join(',')}}`;
}

/** The number of objects made to measure one. */
const COPIES = 16;
/** The number for objects with many names, which take far more memory if there is no room. */
const FEW_COPIES = 4;
const MANY_NAMES = 9;

/** The memory of an object in a list, without its members, and of each member's slot. */
const OBJECT_BYTES = 32;
const SLOT_BYTES = 8;
/** The tolerance per object: less than half of a hidden class, which takes at least 110 bytes. */
const SPARE_BYTES = 48;
/** The tolerance for other objects made meanwhile. */
const NOISE_BYTES = 256;

/**
 * Finds out whether V8 has room for the hidden class of objects with certain names. Without room, each object gets its own hidden
 * class, which shows in the size of the heap, counted to the byte. If the garbage collector runs meanwhile, the result is that there
 * is no room.
 */
export class ShapeTrial {
  /** One object and its copies for each shape with room: the room remains as long as these are kept. */
  readonly examples: unknown[] = [];

  /** Whether `JSON.parse` has room for objects like `object`, a JSON text with this many names. */
  hasRoom(object: string, names: number): boolean {
    const copies = names < MANY_NAMES ? COPIES : FEW_COPIES;
    const text = `[${Array.from({ length: copies }, () => object).join(',')}]`;
    // The first time creates the hidden class if there is room, the strings of new names, and the text in one piece.
    const first: unknown = JSON.parse(text);
    const before = usedBytes();
    const start = usedBytes();
    const second: unknown = JSON.parse(text);
    const taken = usedBytes() - start - (start - before);
    const expected = copies * (OBJECT_BYTES + names * SLOT_BYTES);
    const hasRoom = taken >= expected - NOISE_BYTES && taken <= expected + copies * SPARE_BYTES + NOISE_BYTES;
    if (hasRoom) this.examples.push(first, second);
    return hasRoom;
  }
}

function usedBytes(): number {
  return getHeapStatistics().used_heap_size;
}
