import type { Budget } from '../../core/seam/codec/budget.ts';
import { type FreshShape, unsureBytes } from '../../core/seam/codec/fresh-classes.ts';
import { indexBytes } from '../../core/seam/codec/plain-object.ts';
import { KEPT } from '../../core/seam/codec/kept-bytes.ts';
import { FIRST_RECORD, MAX_RECORDS } from './tokens.ts';

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
      generation: 0,
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
