import { type FreshClasses, type FreshShape, MAX_CLASS_NAMES } from '../../core/seam/codec/budget.ts';
import { setMember } from '../../core/seam/codec/traversal.ts';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BLANK = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** The number of digits up to which a whole number is read without rounding. */
const MAX_DIGITS = 15;
/** The length up to which V8 copies a part of a text; a longer part would keep the whole text in memory. */
const MAX_COPIED_LENGTH = 12;

/** The names of an object so far. `ObjectCosts` has charged for every place. */
interface Place extends FreshShape {
  readonly parent: Place | undefined;
  readonly name: string;
  readonly count: number;
  /** The names, if an object has had exactly these. */
  keys: readonly string[] | undefined;
  /** The last name that came next, with its quotes. The next object is likely to have it too. */
  lastQuoted: string;
  last: Place | undefined;
  /** The places of all names that came next, if there is more than one. */
  next: Map<string, Place> | undefined;
}

/** A list or an object that has begun. */
interface Begun {
  /** The place that the names of an object have reached; `undefined` for a list. */
  place: Place | undefined;
  /** The names of a dictionary, beyond those that have places. */
  more: string[] | undefined;
  /** The number of values before it. */
  start: number;
}

/**
 * Reads JSON like `JSON.parse`, but creates the objects with {@link FreshClasses}, which explains why. It takes about twice the time, and
 * the same stack space for any depth.
 *
 * @throws SyntaxError
 */
export class DenseText {
  readonly #text: string;
  #at = 0;
  readonly #anyNumber = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  readonly #classes: FreshClasses;
  readonly #root = newPlace(undefined, '');
  /** The members of all lists and objects that have begun, one after the other. */
  readonly #values: unknown[] = [];
  readonly #begun: Begun[] = [];
  #level = -1;

  constructor(text: string, classes: FreshClasses) {
    this.#text = text;
    this.#classes = classes;
  }

  /** Returns the value of the whole text. */
  read(): unknown {
    for (;;) {
      let value = this.#begin();
      // A list or an object has begun: its first member comes next.
      if (value === undefined) continue;
      for (;;) {
        const begun = this.#begun[this.#level];
        if (this.#level < 0 || begun === undefined) {
          this.#skipBlanks();
          if (this.#at !== this.#text.length) throw strange();
          return value;
        }
        this.#values.push(value);
        const code = this.#skipBlanks();
        this.#at++;
        if (code === COMMA) {
          if (begun.place !== undefined) this.#nextName(begun, begun.place);
          break;
        }
        if (code !== (begun.place === undefined ? CLOSE_LIST : CLOSE_OBJECT)) throw strange();
        this.#level--;
        value = begun.place === undefined ? this.#list(begun.start) : this.#object(begun, begun.place);
      }
    }
  }

  /** Returns the next value, or `undefined` when it begins a list or an object. */
  #begin(): unknown {
    const code = this.#skipBlanks();
    if (code === QUOTE) return this.#string();
    if (code === OPEN_LIST) {
      this.#at++;
      if (this.#skipBlanks() === CLOSE_LIST) {
        this.#at++;
        return [];
      }
      this.#enter(undefined);
      return undefined;
    }
    if (code === OPEN_OBJECT) {
      this.#at++;
      if (this.#skipBlanks() === CLOSE_OBJECT) {
        this.#at++;
        return {};
      }
      this.#enter(this.#name(this.#root));
      return undefined;
    }
    if (code === MINUS || (code >= ZERO && code <= NINE)) return this.#number();
    if (this.#text.startsWith('true', this.#at)) return this.#word(4, true);
    if (this.#text.startsWith('false', this.#at)) return this.#word(5, false);
    if (this.#text.startsWith('null', this.#at)) return this.#word(4, null);
    throw strange();
  }

  #word(length: number, value: boolean | null): boolean | null {
    this.#at += length;
    return value;
  }

  #enter(place: Place | undefined): void {
    const start = this.#values.length;
    const begun = this.#begun[++this.#level];
    if (begun === undefined) {
      this.#begun.push({ place, more: undefined, start });
    } else {
      begun.place = place;
      begun.more = undefined;
      begun.start = start;
    }
  }

  #list(start: number): unknown[] {
    const items = this.#values.slice(start);
    this.#values.length = start;
    return items;
  }

  #object({ more, start }: Begun, place: Place): Record<string, unknown> {
    const named = (place.keys ??= keysOf(place));
    const keys = more === undefined ? named : [...named, ...more];
    const object = this.#classes.begin(place, keys.length);
    for (let index = 0; index < keys.length; index++) setMember(object, keys[index] ?? '', this.#values[start + index]);
    this.#values.length = start;
    return object;
  }

  /** Skips blanks; returns the code of the next character, NaN at the end. */
  #skipBlanks(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== BLANK && code !== LINE_FEED && code !== CARRIAGE_RETURN && code !== TAB) return code;
      this.#at++;
    }
  }

  #nextName(begun: Begun, place: Place): void {
    if (place.count < MAX_CLASS_NAMES) {
      begun.place = this.#name(place);
      return;
    }
    if (this.#skipBlanks() !== QUOTE) throw strange();
    (begun.more ??= []).push(this.#string());
    this.#colon();
  }

  #colon(): void {
    if (this.#skipBlanks() !== COLON) throw strange();
    this.#at++;
  }

  /** Reads a name and its colon; returns the place to which the name leads. */
  #name(place: Place): Place {
    if (this.#skipBlanks() !== QUOTE) throw strange();
    const { last, lastQuoted } = place;
    let next: Place;
    if (last !== undefined && this.#text.startsWith(lastQuoted, this.#at)) {
      next = last;
      this.#at += lastQuoted.length;
    } else {
      const start = this.#at;
      const name = this.#string();
      next = this.#next(place, name);
      place.last = next;
      place.lastQuoted = this.#text.slice(start, this.#at);
    }
    this.#colon();
    return next;
  }

  #next(place: Place, name: string): Place {
    const { last } = place;
    const known = last?.name === name ? last : place.next?.get(name);
    if (known !== undefined) return known;
    const next = newPlace(place, name);
    if (last !== undefined) (place.next ??= new Map<string, Place>([[last.name, last]])).set(name, next);
    return next;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at + 1;
    let isPlain = true;
    let at = start;
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(++at)) {
      if (code === BACKSLASH) {
        isPlain = false;
        at++;
      } else if (!(code >= BLANK)) {
        throw strange();
      }
    }
    this.#at = at + 1;
    if (isPlain && at - start <= MAX_COPIED_LENGTH) return text.slice(start, at);
    const read: unknown = JSON.parse(text.slice(start - 1, at + 1));
    if (typeof read !== 'string') throw strange();
    return read;
  }

  #number(): number {
    const text = this.#text;
    let at = this.#at;
    let value = 0;
    for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(++at)) {
      value = value * 10 + code - ZERO;
    }
    const code = text.charCodeAt(at);
    const digits = at - this.#at;
    const isWhole = code !== POINT && code !== 0x65 && code !== 0x45;
    if (isWhole && digits > 0 && digits <= MAX_DIGITS && (digits === 1 || text.charCodeAt(this.#at) !== ZERO)) {
      this.#at = at;
      return value;
    }
    this.#anyNumber.lastIndex = this.#at;
    const [match] = this.#anyNumber.exec(text) ?? [];
    if (match === undefined) throw strange();
    this.#at += match.length;
    return Number(match);
  }
}

function newPlace(parent: Place | undefined, name: string): Place {
  const count = parent === undefined ? 0 : parent.count + 1;
  return { parent, name, count, keys: undefined, root: undefined, lastQuoted: '', last: undefined, next: undefined };
}

function keysOf(place: Place): readonly string[] {
  const keys: string[] = [];
  for (let index = 0; index < place.count; index++) keys.push(place.name);
  for (let at: Place | undefined = place; at !== undefined && at.count > 0; at = at.parent)
    keys[at.count - 1] = at.name;
  return keys;
}

function strange(): Error {
  return new SyntaxError('it is not JSON');
}
