/** The member names of objects, in order, as {@link FreshClasses} counts them. */
export interface FreshShape {
  /** Makes its objects; `undefined` before the first one. */
  root: Root | undefined;
}

/** An object with more names is always a dictionary. */
export const MAX_CLASS_NAMES = 128;
/** The costs of an object's own hidden class: itself, each name in it, and the copying of all earlier names for each further one. */
const CLASS_BYTES = 128;
const NAME_BYTES = 24;
const COPIED_NAME_BYTES = 10;

/**
 * Returns what an object with this many names costs in addition to its slots, in bytes, if V8 has no room for its hidden class; see
 * {@link FreshClasses}. Whether V8 has room depends on the other objects of the process, so a sender cannot know.
 */
export function unsureBytes(names: number): number {
  const count = Math.min(names, MAX_CLASS_NAMES);
  return count === 0 ? 0 : CLASS_BYTES + count * (NAME_BYTES + count * COPIED_NAME_BYTES);
}

type Root = new () => Record<string, unknown>;

/**
 * The number of shapes after which new trees begin. V8 has room for 1,536 next names after each name, and adding one takes longer the
 * more there are.
 */
const MAX_SHAPES = 64;

/** One function makes all objects with at least this many members. */
const MAX_COUNT = 32;

/**
 * Makes plain objects whose hidden classes are shared with no other objects of the process.
 *
 * V8 finds the hidden class of an object in a tree of names, and has room for 1,536 next names at each place. Beyond that, each object
 * gets its own hidden class, which takes four times the memory, and time that grows with the square of the number of names. `{}` and
 * `JSON.parse` use one tree for the whole process, so the program's own objects, or messages that it keeps, may have used up that room.
 * But every function has its own tree for the objects that it constructs, and if its `prototype` is `Object.prototype`, these are
 * plain objects like any others.
 */
export class FreshClasses {
  #shapes = 0;
  /** The functions of the present trees by number of members: V8 gives all objects of a function as much room as the first ones needed. */
  #roots: (Root | undefined)[] = [];

  /**
   * Returns an empty object for `count` members with the names of `shape`, which the caller sets in order. A shape stays in its tree,
   * because in another one its objects would get another hidden class.
   */
  begin(shape: FreshShape, count: number): Record<string, unknown> {
    const root = (shape.root ??= this.#rootOf(Math.min(count, MAX_COUNT)));
    return new root();
  }

  #rootOf(index: number): Root {
    if (++this.#shapes > MAX_SHAPES) {
      this.#shapes = 1;
      this.#roots = [];
    }
    for (let place = this.#roots.length; place < index; place++) this.#roots.push(undefined);
    return (this.#roots[index] ??= newRoot());
  }
}

function newRoot(): Root {
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- each function has its own tree
  const root: unknown = function (): void {};
  if (!isRoot(root)) throw new TypeError('a function is not a constructor');
  root.prototype = Object.prototype;
  return root;
}

function isRoot(made: unknown): made is Root & { prototype: object } {
  return typeof made === 'function';
}
