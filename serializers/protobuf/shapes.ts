import protobufjs from 'protobufjs/minimal.js';
import { type FreshShape, KEPT, unsureBytes } from '../../core/seam/codec/budget.ts';
import { indexBytes } from '../../core/seam/codec/traversal.ts';
import { RECORD } from './format.ts';

/** Up to this many keys make a hidden class; an object with more is a dictionary, and no two of these share their keys. */
const MAX_CLASS_KEYS = 64;

const DICTIONARY_KEY_BYTES = 80;

/** The cost of remembering an object's keys, including time. */
const SHAPE_BYTES = 240;

/** Returns the cost of an object's keys that are new in a message. */
export function shapeBytes(count: number): number {
  return SHAPE_BYTES + count * (count <= MAX_CLASS_KEYS ? KEPT.key : DICTIONARY_KEY_BYTES);
}

/** Beyond this number of keys all are forgotten: the connection keeps sending new shapes. */
const MAX_BRANCHES = 4_096;

/** A list of keys, as the end of a path through a tree with a branch for each next key. */
interface Branch {
  /** The number of the list that ends here, in the message {@link Branch.message}; 0 if there is none. */
  number: number;
  message: number;
  /** The keys as fields of a `Record`, after they were first written. */
  bytes: Uint8Array | undefined;
  /** The branch taken last, which the next object is likely to take too. */
  lastKey: string | undefined;
  last: Branch | undefined;
  branches: Map<string, Branch> | undefined;
}

/** The lists of keys of a connection, and which of them the present message contains so far. */
export class Shapes {
  #root: Branch = newBranch();
  #branches = 0;
  #message = 0;
  #count = 0;
  #found: Branch = this.#root;

  /** Begins a message, which contains no list yet. */
  begin(): void {
    this.#message++;
    this.#count = 0;
    if (this.#branches <= MAX_BRANCHES) return;
    this.#root = newBranch();
    this.#found = this.#root;
    this.#branches = 0;
  }

  /**
   * Returns the number of this non-empty list of keys: 0 if the message does not contain it yet, which assigns it the next
   * number; -1 if a key cannot be written as UTF-8.
   */
  find(keys: readonly string[]): number {
    if (keys.length > MAX_CLASS_KEYS) {
      if (!keys.every((key) => key.isWellFormed())) return -1;
      this.#found = newBranch();
      this.#count++;
      return 0;
    }
    let branch = this.#root;
    for (const key of keys) {
      if (branch.last === undefined || branch.lastKey !== key) {
        const next = branch.branches?.get(key) ?? this.#newBranchOf(branch, key);
        if (next === undefined) return -1;
        branch.lastKey = key;
        branch.last = next;
      }
      branch = branch.last;
    }
    if (branch.message === this.#message) return branch.number;
    branch.message = this.#message;
    branch.number = ++this.#count;
    this.#found = branch;
    return 0;
  }

  /** Returns the bytes of the keys for which {@link Shapes.find} has just returned 0. */
  bytesOf(keys: readonly string[]): Uint8Array {
    this.#found.bytes ??= written(keys);
    return this.#found.bytes;
  }

  #newBranchOf(parent: Branch, key: string): Branch | undefined {
    if (!key.isWellFormed()) return undefined;
    const branch = newBranch();
    parent.branches ??= new Map();
    parent.branches.set(key, branch);
    this.#branches++;
    return branch;
  }
}

function newBranch(): Branch {
  return { number: 0, message: 0, bytes: undefined, lastKey: undefined, last: undefined, branches: undefined };
}

function written(keys: readonly string[]): Uint8Array {
  const writer = new protobufjs.BufferWriter();
  for (const key of keys) writer.uint32(RECORD.keys).string(key);
  // A writer shares its memory with others.
  return Uint8Array.from(writer.finish());
}

/** The maximum number of remembered shapes of a message, and of their keys and bytes. */
const MAX_SHAPES = 64;
const MAX_KEYS = 64;
const MAX_BYTES = 1_024;

/** The number of objects of a shape that are created key by key. */
const MAX_PLAIN_USES = 8;

/** The keys of an object. */
export class Shape implements FreshShape {
  readonly keys: readonly string[];
  /** The additional memory of an object if V8 has no room for its names, in bytes; see {@link unsureBytes}. */
  readonly unsureBytes: number;
  root: FreshShape['root'] = undefined;
  /** The memory of an object for keys that are array indexes, in bytes. */
  readonly indexBytes: number;
  #uses = 0;
  #template: Record<string, undefined> | undefined = undefined;

  constructor(keys: readonly string[]) {
    this.keys = keys;
    this.indexBytes = indexBytes(keys);
    this.unsureBytes = unsureBytes(keys.length);
  }

  /**
   * Returns an object with these keys, whose members are to be set. Copies of one object have its hidden class from the start,
   * which is faster than adding keys one by one.
   */
  begin(): Record<string, unknown> {
    if (this.#template !== undefined) return { ...this.#template };
    const { keys } = this;
    if (
      ++this.#uses > MAX_PLAIN_USES &&
      keys.length <= MAX_KEYS &&
      this.indexBytes === 0 &&
      !keys.includes('__proto__')
    ) {
      this.#template = Object.fromEntries(keys.map((key) => [key, undefined]));
    }
    return {};
  }
}

interface KnownShape {
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

/**
 * The keys of the shapes in a connection's last messages, by the shape's position in its message. The next message is likely to
 * have the same at the same position, and comparing bytes is faster than decoding them.
 */
export class KnownKeys {
  readonly #shapes: KnownShape[] = [];

  /** Returns the keys of the shape at this position, if its bytes equal those in `buffer` from `start` on. */
  at(place: number, buffer: Uint8Array, start: number, end: number): KnownShape | undefined {
    const known = this.#shapes[place];
    if (known === undefined) return undefined;
    const { bytes } = known;
    if (start + bytes.length > end) return undefined;
    for (let index = 0; index < bytes.length; index++) if (buffer[start + index] !== bytes[index]) return undefined;
    return known;
  }

  /** Remembers the keys in `buffer` between `start` and `end`. */
  remember(place: number, shape: Shape, buffer: Uint8Array, start: number, end: number): void {
    if (place >= MAX_SHAPES || shape.keys.length > MAX_KEYS || end - start > MAX_BYTES) return;
    this.#shapes[place] = { shape, bytes: Uint8Array.from(buffer.subarray(start, end)) };
  }
}
