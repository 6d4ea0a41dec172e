import protobufjs from 'protobufjs/minimal.js';
import { RECORD } from './wire.ts';

/** Objects with more keys are dictionaries, of which no two share their keys. */
const MAX_REMEMBERED_KEYS = 64;

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
    if (keys.length > MAX_REMEMBERED_KEYS) {
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
