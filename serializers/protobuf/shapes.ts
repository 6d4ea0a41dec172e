/** Objects of more keys are dictionaries, of which no two have the same. */
const MAX_REMEMBERED_KEYS = 64;

/** A list of keys, as the end of a way through a tree with a branch for each next key. */
interface Branch {
  /** The number of the list that ends here; 0 if there is none yet. */
  number: number;
  /** The branch taken last, which the next object is likely to take too. */
  lastKey: string | undefined;
  last: Branch | undefined;
  branches: Map<string, Branch> | undefined;
}

/** The lists of keys that one message contains so far. */
export class Shapes {
  readonly #root: Branch = newBranch();
  #count = 0;

  /**
   * The number of this list of keys, which is not empty: 0 if the message does not contain it yet, in which case it gets
   * the next number; -1 if one of the keys cannot be written as UTF-8.
   */
  find(keys: readonly string[]): number {
    if (keys.length > MAX_REMEMBERED_KEYS) {
      if (!keys.every((key) => key.isWellFormed())) return -1;
      this.#count++;
      return 0;
    }
    let branch = this.#root;
    for (const key of keys) {
      if (branch.last === undefined || branch.lastKey !== key) {
        const next = branch.branches?.get(key) ?? newBranchOf(branch, key);
        if (next === undefined) return -1;
        branch.lastKey = key;
        branch.last = next;
      }
      branch = branch.last;
    }
    if (branch.number !== 0) return branch.number;
    branch.number = ++this.#count;
    return 0;
  }
}

function newBranch(): Branch {
  return { number: 0, lastKey: undefined, last: undefined, branches: undefined };
}

function newBranchOf(parent: Branch, key: string): Branch | undefined {
  if (!key.isWellFormed()) return undefined;
  const branch = newBranch();
  parent.branches ??= new Map();
  parent.branches.set(key, branch);
  return branch;
}
