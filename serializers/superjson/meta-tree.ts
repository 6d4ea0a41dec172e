import { isRecord } from './budget.ts';
import { faults } from './faults.ts';
import { PACKAGE_KINDS } from './package-rules.ts';
import { type Identity, MetaNode, type Step, stepOf } from './meta-node.ts';

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
