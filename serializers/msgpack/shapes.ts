import { type Budget, KEPT } from '../../core/seam/codec/budget.ts';
import { type FreshShape, unsureBytes } from '../../core/seam/codec/fresh-classes.ts';
import { indexBytes } from '../../core/seam/codec/plain-object.ts';
import { FIRST_RECORD, isPlainText, MAX_RECORD_KEYS, MAX_RECORDS } from './tokens.ts';

/** Reads the next value of a message, for code generated from a shape. */
export interface MemberReader {
  value(depth: number): unknown;
}

type Construct = (reader: MemberReader, depth: number) => Record<string, unknown>;

/** The keys of records, as received from the peer. */
export interface KnownShape extends FreshShape {
  readonly keys: readonly string[];
  /** The memory of such an object without its members, in bytes. */
  readonly keptBytes: number;
  /** The additional memory of such an object if V8 has no room for its names, in bytes; see {@link unsureBytes}. */
  readonly unsureBytes: number;
  /** Whether some of the keys are array indexes, for which objects created by generated code would take far more memory. */
  readonly isIndexed: boolean;
  /** The number of objects read so far, until there is code for the shape. */
  uses: number;
  /** Creates an object of this shape; its members are read in order. */
  construct: Construct | undefined;
}

/** Code is generated for a shape that was met this often. */
const USES_BEFORE_CODE = 16;
/** V8 creates about this many objects of a literal one by one before it copies a template. */
const UNSURE_USES = 8;
/** The maximum number of compiled shapes of a connection: a peer may define any number. */
const MAX_COMPILED = 256;

/** The shapes of records that the peer has defined on this connection. */
export class KnownShapes {
  readonly #byToken: (KnownShape | undefined)[] = Array.from({ length: MAX_RECORDS });
  /** The indexes, with their earlier shapes, that the present message has changed. */
  readonly #changed: (readonly [index: number, before: KnownShape | undefined])[] = [];
  #compiled = 0;

  /** Returns the shape of records that begin with `token`. */
  get(token: number): KnownShape | undefined {
    return this.#byToken[token - FIRST_RECORD];
  }

  /** Adds a definition. */
  define(token: number, keys: readonly string[]): KnownShape {
    const index = token - FIRST_RECORD;
    const indexed = indexBytes(keys);
    const keptBytes = KEPT.object + keys.length * KEPT.slot + indexed;
    const isIndexed = indexed > 0;
    const shape: KnownShape = {
      keys,
      keptBytes,
      unsureBytes: unsureBytes(keys.length),
      isIndexed,
      uses: 0,
      root: undefined,
      construct: undefined,
    };
    // One entry for each place is enough to go back: later definitions replace those of the same message.
    if (this.#changed.length < MAX_RECORDS || !this.#changed.some(([known]) => known === index)) {
      this.#changed.push([index, this.#byToken[index]]);
    }
    this.#byToken[index] = shape;
    return shape;
  }

  /** Counts a use of `shape`, and generates code for it in time, if the message can afford the first objects of that code. */
  used(shape: KnownShape, budget: Budget): void {
    if (shape.isIndexed || ++shape.uses < USES_BEFORE_CODE || this.#compiled >= MAX_COMPILED) return;
    shape.uses = 0;
    if (!budget.spendUnsure(shape.unsureBytes * UNSURE_USES)) return;
    this.#compiled++;
    shape.construct = compiled(shape.keys);
  }

  /** Called when a message was read, or a new one begins. */
  commit(): void {
    if (this.#changed.length > 0) this.#changed.length = 0;
  }

  /** Forgets the definitions of the present message. */
  undo(): void {
    for (const [index, before] of this.#changed.toReversed()) this.#byToken[index] = before;
    this.#changed.length = 0;
  }
}

/** Returns a function that creates an object with these keys; `undefined` where code generation is forbidden. */
function compiled(keys: readonly string[]): Construct | undefined {
  // An object literal uses `__proto__` as its prototype. No definition contains it, and none may ever get here.
  if (keys.includes('__proto__')) return undefined;
  const members = keys.map((key) => `${JSON.stringify(key)}: reader.value(depth)`);
  try {
    const made: unknown = Reflect.construct(Function, ['reader', 'depth', `return { ${members.join(', ')} };`]);
    return isConstruct(made) ? made : undefined;
  } catch {
    // Code generation is disabled (--disallow-code-generation-from-strings): shapes are interpreted.
    return undefined;
  }
}

function isConstruct(made: unknown): made is Construct {
  return typeof made === 'function';
}

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
