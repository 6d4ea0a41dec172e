import type { AnnotatedPosition } from './annotated-position.ts';

/** The number of members of a JSON object that are joined at a time. */
const JOINED = 1_024;

/** The input of {@link metaText}. */
export interface MetaSource {
  /** The root of the value. */
  readonly root: AnnotatedPosition;
  /** The first positions of all objects that were met more than once, in the order in which they were first met. */
  readonly repeated: readonly AnnotatedPosition[];
  /** Whether only the first of several positions contains the value and its annotations, and the others null. */
  readonly dedupe: boolean;
}

/** Returns the `meta` that superjson writes, as JSON text; `undefined` when it writes none. */
export function metaText(source: MetaSource): string | undefined {
  const { root, dedupe } = source;
  const values = root.type === undefined && root.children === undefined ? undefined : treeText(root, dedupe);
  const equalities = source.repeated.length === 0 ? undefined : equalitiesText(source);
  if (values === undefined && equalities === undefined) return undefined;
  const parts: string[] = [];
  if (values !== undefined) parts.push(`"values":${values}`);
  if (equalities !== undefined) parts.push(`"referentialEqualities":${equalities}`);
  parts.push('"v":1');
  return `{${parts.join(',')}}`;
}

function treeText(place: AnnotatedPosition, dedupe: boolean): string {
  const members = new Members();
  collect(place, '', dedupe, members);
  const text = members.text();
  if (place.type === undefined) return `{${text}}`;
  return text === '' ? `[${place.type}]` : `[${place.type},{${text}}]`;
}

/** The members of a JSON object as text. There may be very many, so they are joined from time to time. */
class Members {
  readonly #joined: string[] = [];
  #members: string[] = [];

  push(member: string): void {
    if (this.#members.push(member) < JOINED) return;
    this.#joined.push(this.#members.join(','));
    this.#members = [];
  }

  text(): string {
    return this.#joined.length === 0 ? this.#members.join(',') : [...this.#joined, ...this.#members].join(',');
  }
}

/** Adds the annotations below `place` as members of a JSON object, by their paths from the next annotated position above. */
function collect(place: AnnotatedPosition, prefix: string, dedupe: boolean, members: Members): void {
  const { children } = place;
  if (children === undefined) return;
  // superjson collects annotations as members of an object, in which indexes precede the other keys.
  for (const indices of [true, false]) {
    for (const child of children) {
      if ((child.type !== undefined && isIndex(child.step)) !== indices || (dedupe && child.first !== undefined))
        continue;
      const path = prefix + escaped(child.step);
      if (child.type === undefined) collect(child, `${path}.`, dedupe, members);
      else
        members.push(`${quoted(path)}:${child.children === undefined ? `[${child.type}]` : treeText(child, dedupe)}`);
    }
  }
}

function equalitiesText(source: MetaSource): string {
  // Without a prototype even `__proto__` is an ordinary member.
  const others: Record<string, readonly string[]> = Object.create(null);
  let ofRoot: readonly string[] | undefined;
  for (const first of source.repeated) {
    const paths = (first.positions ?? []).map((place) => place.steps());
    if (!source.dedupe) paths.sort((a, b) => a.length - b.length);
    const [representative = [], ...identical] = paths;
    const texts = identical.map((steps) => steps.map(escaped).join('.'));
    if (representative.length === 0) ofRoot = texts;
    else others[representative.map(escaped).join('.')] = texts;
  }
  if (ofRoot === undefined) return JSON.stringify(others);
  return JSON.stringify(Object.keys(others).length === 0 ? [ofRoot] : [ofRoot, others]);
}

/** Text that is unchanged in JSON. */
const NEEDS_NO_ESCAPE = /^[\w.$ -]*$/;

function quoted(path: string): string {
  return NEEDS_NO_ESCAPE.test(path) ? `"${path}"` : JSON.stringify(path);
}

function escaped(step: string | number): string {
  if (typeof step === 'number') return String(step);
  return step.includes('\\') || step.includes('.') ? step.replaceAll('\\', '\\\\').replaceAll('.', '\\.') : step;
}

/** Whether JavaScript treats a step as an array index when it orders the members of an object. */
function isIndex(step: string | number): boolean {
  if (typeof step === 'number') return true;
  const index = Number(step);
  return index >= 0 && index < 2 ** 32 - 1 && String(index >>> 0) === step;
}
