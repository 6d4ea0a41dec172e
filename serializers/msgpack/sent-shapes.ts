import { FIRST_RECORD, isPlainText, MAX_RECORD_KEYS, MAX_RECORDS } from './tokens.ts';

/** The keys of objects, in order, which a connection defines once. */
export interface Shape {
  readonly keys: readonly string[];
  readonly token: number;
}

/** The number of recent shapes that are compared before a lookup. */
const RECENT = 8;

/** The shapes that the peer knows, and the changes by a message that may not reach it. */
export class SentShapes {
  readonly #byToken: (Shape | undefined)[] = Array.from({ length: MAX_RECORDS });
  readonly #byName = new Map<string, Shape>();
  readonly #recent: (Shape | undefined)[] = Array.from({ length: RECENT });
  #nextRecent = 0;
  /** The number of definitions sent: each replaces the oldest one. */
  #defined = 0;
  /** The shapes that definitions of the present message have replaced, in order. */
  #replaced: (Shape | undefined)[] = [];

  /** Begins a message: the previous ones have reached the peer. */
  begin(): void {
    if (this.#replaced.length > 0) this.#replaced = [];
  }

  /** Returns the shape of these keys, if the peer knows it. */
  find(keys: readonly string[]): Shape | undefined {
    for (const shape of this.#recent) if (shape !== undefined && areSame(shape.keys, keys)) return shape;
    const shape = this.#byName.get(nameOf(keys));
    if (shape === undefined || !areSame(shape.keys, keys)) return undefined;
    this.#remember(shape);
    return shape;
  }

  /** Creates the shape of these keys; `undefined` if they cannot be a record's. */
  define(keys: readonly string[]): Shape | undefined {
    if (keys.length > MAX_RECORD_KEYS || !keys.every(isRecordKey)) return undefined;
    const index = this.#defined++ % MAX_RECORDS;
    const before = this.#byToken[index];
    this.#replaced.push(before);
    const shape = { keys, token: FIRST_RECORD + index };
    if (before !== undefined) this.#forget(before);
    this.#set(index, shape);
    this.#remember(shape);
    return shape;
  }

  /** Called when the message will not reach the peer. */
  undo(): void {
    while (this.#replaced.length > 0) {
      const before = this.#replaced.pop();
      const index = --this.#defined % MAX_RECORDS;
      const shape = this.#byToken[index];
      if (shape !== undefined) this.#forget(shape);
      this.#set(index, before);
    }
  }

  #set(index: number, shape: Shape | undefined): void {
    this.#byToken[index] = shape;
    if (shape !== undefined) this.#byName.set(nameOf(shape.keys), shape);
  }

  #forget(shape: Shape): void {
    const name = nameOf(shape.keys);
    if (this.#byName.get(name) === shape) this.#byName.delete(name);
    const recent = this.#recent.indexOf(shape);
    if (recent >= 0) this.#recent[recent] = undefined;
  }

  #remember(shape: Shape): void {
    this.#recent[this.#nextRecent] = shape;
    this.#nextRecent = (this.#nextRecent + 1) % RECENT;
  }
}

function areSame(keys: readonly string[], others: readonly string[]): boolean {
  if (keys.length !== others.length) return false;
  for (let index = 0; index < keys.length; index++) if (keys[index] !== others[index]) return false;
  return true;
}

function nameOf(keys: readonly string[]): string {
  return keys.join('\0');
}

/** Whether a reader of records accepts a member of this name: msgpackr renames `__proto__`, and uses `__keys__` itself. */
function isRecordKey(key: string): boolean {
  return key !== '__proto__' && key !== '__keys__' && isPlainText(key);
}
