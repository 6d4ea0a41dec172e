/** The names of objects in their order, as {@link FreshClasses} counts them. */
export interface FreshShape {
  /** When the last object of it was made. 0 before the first one. */
  generation: number;
}

/** With more names an object is a dictionary, wherever it is made. */
export const MAX_CLASS_NAMES = 128;
/** A hidden class of its own, what that takes for each name, and the time for copying the names before for each further one. */
const CLASS_BYTES = 128;
const NAME_BYTES = 24;
const COPIED_NAME_BYTES = 10;

/**
 * What an object of so many names takes in addition to its slots, in bytes, if V8 has no room for its hidden class; see {@link FreshClasses}. Whether it
 * has depends on what else the process keeps, so that a sender cannot know.
 */
export function unsureBytes(names: number): number {
  const count = Math.min(names, MAX_CLASS_NAMES);
  return count === 0 ? 0 : CLASS_BYTES + count * (NAME_BYTES + count * COPIED_NAME_BYTES);
}

type Root = new () => Record<string, unknown>;

/** After so many shapes there are new trees: V8 has room for 1,536 next names after each name. */
const MAX_SHAPES = 512;

/** Objects of more members are made by one function. */
const MAX_COUNT = 32;

/**
 * Makes plain objects whose hidden classes nothing else has.
 *
 * V8 finds the hidden class of an object in a tree of names, and has room for 1,536 next names in each place. Objects of further ones get
 * a hidden class each: four times the memory, and a time that grows with the square of the number of their names. The tree of `{}` and of `JSON.parse` is one for the
 * whole process, so that its own objects, or messages that it keeps, may have used up that room. But every function has a
 * tree for the objects that it constructs, and objects with its `prototype` set to `Object.prototype` are like any others.
 */
export class FreshClasses {
  #generation = 1;
  #shapes = 0;
  /** By the number of members: V8 gives the objects of a function as much room as its first ones needed. */
  #roots: (Root | undefined)[] = [];

  /** An object for `count` members, the names of which `shape` stands for. They are to be set in their order. */
  begin(shape: FreshShape, count: number): Record<string, unknown> {
    if (shape.generation !== this.#generation) this.#count(shape);
    const index = Math.min(count, MAX_COUNT);
    const root = this.#roots[index];
    return root === undefined ? this.#first(index) : new root();
  }

  #count(shape: FreshShape): void {
    if (++this.#shapes > MAX_SHAPES) {
      this.#shapes = 1;
      this.#generation++;
      this.#roots = [];
    }
    shape.generation = this.#generation;
  }

  #first(index: number): Record<string, unknown> {
    const root = newRoot();
    for (let place = this.#roots.length; place < index; place++) this.#roots.push(undefined);
    this.#roots[index] = root;
    return new root();
  }
}

function newRoot(): Root {
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- each function has a tree of its own
  const root: unknown = function (): void {};
  if (!isRoot(root)) throw new TypeError('a function is no constructor');
  root.prototype = Object.prototype;
  return root;
}

function isRoot(made: unknown): made is Root & { prototype: object } {
  return typeof made === 'function';
}
