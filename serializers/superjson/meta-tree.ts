import { isRecord } from './budget.ts';
import { faults } from './format.ts';
import { PACKAGE_KINDS } from './package-rules.ts';

/** A level of a value takes at most three steps: an extension in an array of one, in a row of a Map. */
const STEPS_PER_LEVEL = 3;

/** Reads a peer's `meta` into a tree of positions. Its cost is linear in the size of `meta`. */
export class MetaTree {
  readonly root: MetaNode = new MetaNode('');
  readonly #maxDepth: number;
  readonly #maxNodes: number;
  readonly #maxSteps: number;
  readonly #packageKinds: boolean;
  #nodes = 0;

  /** @throws {@link SerializerError} `INVALID_PAYLOAD` for any `meta` that superjson does not write. */
  constructor(meta: unknown, maxDepth: number, maxNodes: number, packageKinds: boolean) {
    this.#packageKinds = packageKinds;
    this.#maxDepth = maxDepth;
    this.#maxNodes = maxNodes;
    this.#maxSteps = maxDepth * STEPS_PER_LEVEL;
    if (!isRecord(meta) || meta['v'] !== 1) throw faults.invalidPayload('its meta is not of version 1');
    for (const key of Object.keys(meta)) {
      if (key === 'values') this.#readTree(meta[key], this.root, 0);
      else if (key === 'referentialEqualities') this.#readEqualities(meta[key]);
      else if (key !== 'v') throw faults.invalidPayload('its meta has an unknown member');
    }
  }

  #readTree(tree: unknown, node: MetaNode, depth: number): void {
    if (depth > this.#maxDepth) throw faults.invalidPayload('its annotations are nested too deep (limits.maxDepth)');
    let members = tree;
    if (Array.isArray(tree)) {
      if (tree.length < 1 || tree.length > 2) throw faults.invalidPayload('an annotation is malformed');
      this.#annotate(node, tree[0]);
      if (tree.length === 1) return;
      members = tree[1];
    }
    if (!isRecord(members)) throw faults.invalidPayload('an annotation is malformed');
    for (const path of Object.keys(members)) this.#readTree(members[path], this.#descend(node, path), depth + 1);
  }

  #annotate(node: MetaNode, type: unknown): void {
    if (node.name !== undefined) throw faults.invalidPayload('a value is annotated twice');
    if (typeof type === 'string') {
      node.name = type;
      return;
    }
    const [kind, name]: readonly unknown[] = Array.isArray(type) && type.length === 2 ? type : [];
    if (!(kind === 'custom' || (this.#packageKinds && PACKAGE_KINDS.has(kind))) || typeof name !== 'string')
      throw faults.invalidPayload('an annotation is of an unknown kind');
    node.name = name;
    node.kind = String(kind);
  }

  #readEqualities(equalities: unknown): void {
    if (!Array.isArray(equalities)) {
      this.#readIdentities(equalities);
      return;
    }
    if (equalities.length < 1 || equalities.length > 2) throw faults.invalidPayload('its equalities are malformed');
    const items: readonly unknown[] = equalities;
    this.#readPositions(this.root, items[0]);
    if (items.length === 2) this.#readIdentities(items[1]);
  }

  #readIdentities(identities: unknown): void {
    if (!isRecord(identities)) throw faults.invalidPayload('its equalities are malformed');
    for (const path of Object.keys(identities)) this.#readPositions(this.#descend(this.root, path), identities[path]);
  }

  #readPositions(representative: MetaNode, paths: unknown): void {
    if (!Array.isArray(paths)) throw faults.invalidPayload('its equalities are malformed');
    const identity: Identity = { found: undefined, open: undefined };
    identify(representative, identity);
    const others: readonly unknown[] = paths;
    for (const path of others) {
      if (typeof path !== 'string') throw faults.invalidPayload('its equalities are malformed');
      identify(this.#descend(this.root, path), identity);
    }
  }

  /** Returns the node at the end of a path: dots separate steps, and a backslash escapes a dot or backslash. */
  #descend(from: MetaNode, path: string): MetaNode {
    let node = from;
    let steps = 0;
    if (!path.includes('\\')) {
      for (let start = 0; ; ) {
        const dot = path.indexOf('.', start);
        if (dot === -1) return this.#child(node, stepOf(path, start, path.length));
        node = this.#child(node, stepOf(path, start, dot));
        start = dot + 1;
        this.#checkSteps(++steps);
      }
    }
    let step = '';
    for (let index = 0; index < path.length; index++) {
      const char = path.charAt(index);
      if (char === '.') {
        node = this.#child(node, stepOf(step));
        step = '';
        this.#checkSteps(++steps);
        continue;
      }
      if (char !== '\\') {
        step += char;
        continue;
      }
      const meant = path.charAt(++index);
      if (meant !== '.' && meant !== '\\') throw faults.invalidPayload('a path in its meta is malformed');
      step += meant;
    }
    return this.#child(node, stepOf(step));
  }

  #checkSteps(steps: number): void {
    if (steps > this.#maxSteps) throw faults.invalidPayload('a path in its meta is too long (limits.maxDepth)');
  }

  #child(node: MetaNode, step: Step): MetaNode {
    const known = node.child(step);
    if (known !== undefined) return known;
    if (++this.#nodes > this.#maxNodes)
      throw faults.invalidPayload(`its meta names more than ${this.#maxNodes} places (limits.maxNodes)`);
    const child = new MetaNode(step);
    node.addChild(child);
    return child;
  }
}

function identify(node: MetaNode, identity: Identity): void {
  if (node.identity !== undefined) throw faults.invalidPayload('a position belongs to two objects');
  node.identity = identity;
}

/** The positions of one object. */
export interface Identity {
  /** The value at the first position; `undefined` until it is reached. */
  found: { readonly value: unknown } | undefined;
  /** The number of extensions around it while its members are being read; `undefined` before and after that. */
  open: number | undefined;
}

/** The step from one position to the next below it: an index as a number, so that no text is created for it, or a key. */
type Step = string | number;

/** The maximum number of digits of an index. */
const MAX_INDEX_DIGITS = 9;

/** Up to this many positions, searching a list is faster than filling a Map. */
const LISTED = 8;

/** Returns the step in this part of `text`. */
export function stepOf(text: string, start = 0, end: number = text.length): Step {
  const digits = end - start;
  let index = text.charCodeAt(start) - 0x30;
  if (index >= 0 && index <= 9 && digits <= MAX_INDEX_DIGITS && (index > 0 || digits === 1)) {
    for (let at = start + 1; at < end; at++) {
      const digit = text.charCodeAt(at) - 0x30;
      if (!(digit >= 0 && digit <= 9)) return text.slice(start, end);
      index = index * 10 + digit;
    }
    return index;
  }
  return text.slice(start, end);
}

/** Returns the step to an item of an array. */
export function stepToItem(index: number): Step {
  return index < 10 ** MAX_INDEX_DIGITS ? index : String(index);
}

/** The annotations in `meta` of one position, and of those below it. */
export class MetaNode {
  /** The step from the parent. */
  readonly step: Step;
  /** The name of the annotation: of a simple one, or the part after `custom`. */
  name: string | undefined = undefined;
  /** The part of the annotation before the name: `custom`, or a kind that only an instance of the package reads. */
  kind: string | undefined = undefined;
  /** The object that is at this position and at others. */
  identity: Identity | undefined = undefined;
  // Most nodes have at most one child, and there may be very many nodes.
  #first: MetaNode | undefined = undefined;
  /** All children; present from the second one on. */
  #children: Children | undefined = undefined;

  constructor(step: Step) {
    this.step = step;
  }

  /** The number of positions below this one that `meta` names. */
  get size(): number {
    return this.#children?.list.length ?? (this.#first === undefined ? 0 : 1);
  }

  child(step: Step): MetaNode | undefined {
    if (this.#children !== undefined) return this.#children.find(step);
    return this.#first?.step === step ? this.#first : undefined;
  }

  addChild(child: MetaNode): void {
    if (this.#first === undefined) this.#first = child;
    else if (this.#children === undefined) this.#children = new Children(this.#first, child);
    else this.#children.add(child);
  }
}

/** The children of a position; at least two. */
class Children {
  /** In the order of `meta`. */
  readonly list: MetaNode[];
  #byStep: Map<Step, MetaNode> | undefined = undefined;
  /** Whether the steps to them are ascending indexes. */
  #ascending: boolean;
  /** Where the last search ended: the next one mostly continues there. */
  #at = 1;

  constructor(first: MetaNode, second: MetaNode) {
    this.list = [first, second];
    this.#ascending = typeof first.step === 'number' && isBetween(first, second.step, undefined);
  }

  add(child: MetaNode): void {
    this.#ascending &&= isBetween(this.list.at(-1), child.step, undefined);
    this.#byStep?.set(child.step, child);
    this.#at = this.list.push(child) - 1;
  }

  find(step: Step): MetaNode | undefined {
    const { list } = this;
    const here = list[this.#at];
    if (here?.step === step) return here;
    const next = list[this.#at + 1];
    if (next?.step === step) {
      this.#at++;
      return next;
    }
    const first = list[0];
    if (first?.step === step) {
      this.#at = 0;
      return first;
    }
    if (this.#ascending && (isBetween(undefined, step, first) || isBetween(here, step, next))) return undefined;
    if (list.length <= LISTED) return list.find((child) => child.step === step);
    this.#byStep ??= new Map(list.map((child) => [child.step, child]));
    return this.#byStep.get(step);
  }
}

/** Whether `step` is an index between those of two neighbours, one of which may be missing. */
function isBetween(before: MetaNode | undefined, step: Step, next: MetaNode | undefined): boolean {
  if (typeof step !== 'number') return false;
  if (before !== undefined && !(typeof before.step === 'number' && before.step < step)) return false;
  return next === undefined || (typeof next.step === 'number' && next.step > step);
}
