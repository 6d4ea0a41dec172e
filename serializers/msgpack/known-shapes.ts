import { indexBytes } from '../../core/seam/codec/plain-object.ts';
import { KEPT } from '../../core/seam/codec/kept-bytes.ts';
import { FIRST_RECORD, MAX_RECORDS } from './tokens.ts';

/** Reads the next value of a message, for the code that is made for a shape. */
export interface MemberReader {
  value(depth: number): unknown;
}

type Construct = (reader: MemberReader, depth: number) => Record<string, unknown>;

/** The keys of records, as the peer has told them. */
export interface KnownShape {
  readonly keys: readonly string[];
  /** What an object of it takes without its members, in bytes. */
  readonly keptBytes: number;
  /** Whether some of the keys are places in an array, which objects made by code would keep far more memory for. */
  readonly isIndexed: boolean;
  /** How many objects of it were read, until there is code for it. */
  uses: number;
  /** Makes an object of it, whose members are read in their order. */
  construct: Construct | undefined;
}

/** Code is made for a shape that was met so often. */
const USES_BEFORE_CODE = 16;
/** And for so many shapes of a connection: a peer may tell as many as it likes. */
const MAX_COMPILED = 256;

/** What the peer has told about the shapes of records on this connection. */
export class KnownShapes {
  readonly #byToken: (KnownShape | undefined)[] = Array.from({ length: MAX_RECORDS });
  /** Index and shape before, of what the message in progress has changed. */
  readonly #changed: (readonly [index: number, before: KnownShape | undefined])[] = [];
  #compiled = 0;

  /** The shape whose records begin with `token`. */
  get(token: number): KnownShape | undefined {
    return this.#byToken[token - FIRST_RECORD];
  }

  /** Takes in a definition. */
  define(token: number, keys: readonly string[]): KnownShape {
    const index = token - FIRST_RECORD;
    const indexed = indexBytes(keys);
    const keptBytes = KEPT.object + keys.length * KEPT.slot + indexed;
    const shape: KnownShape = { keys, keptBytes, isIndexed: indexed > 0, uses: 0, construct: undefined };
    // As many as there are places are enough to go back: later ones replace what the same message has told.
    if (this.#changed.length < MAX_RECORDS || !this.#changed.some(([known]) => known === index)) {
      this.#changed.push([index, this.#byToken[index]]);
    }
    this.#byToken[index] = shape;
    return shape;
  }

  /** Counts a use of `shape`, and makes code for it in time. */
  used(shape: KnownShape): void {
    if (shape.isIndexed || ++shape.uses !== USES_BEFORE_CODE || this.#compiled >= MAX_COMPILED) return;
    this.#compiled++;
    shape.construct = compiled(shape.keys);
  }

  /** A message was read, or a new one begins. */
  commit(): void {
    if (this.#changed.length > 0) this.#changed.length = 0;
  }

  /** Forgets what the message in progress has told. */
  undo(): void {
    for (const [index, before] of this.#changed.toReversed()) this.#byToken[index] = before;
    this.#changed.length = 0;
  }
}

/** A function that makes an object of these keys; `undefined` where code may not be made of text. */
function compiled(keys: readonly string[]): Construct | undefined {
  // An object literal takes `__proto__` for its prototype. No definition has it, and none may ever get here.
  if (keys.includes('__proto__')) return undefined;
  const members = keys.map((key) => `${JSON.stringify(key)}: reader.value(depth)`);
  try {
    const made: unknown = Reflect.construct(Function, ['reader', 'depth', `return { ${members.join(', ')} };`]);
    return isConstruct(made) ? made : undefined;
  } catch {
    // Code generation is switched off (--disallow-code-generation-from-strings): shapes are interpreted.
    return undefined;
  }
}

function isConstruct(made: unknown): made is Construct {
  return typeof made === 'function';
}
