/** The positions of one object. */
export interface Identity {
  /** The value at the first position; `undefined` until it is reached. */
  found: { readonly value: unknown } | undefined;
  /** The number of extensions around it while its members are being read; `undefined` before and after that. */
  open: number | undefined;
}

/** The step from one position to the next below it: an index as a number, so that no text is created for it, or a key. */
export type Step = string | number;

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
