import { entryStep, extensionStep, keyStep, memberStep, valueStep } from '../../core/seam/codec/path-steps.ts';

/**
 * One position in the value being encoded: its result, and, linked from the root downwards, the positions that need an annotation
 * in superjson's `meta.values`.
 */
export class AnnotatedPosition {
  readonly parent: AnnotatedPosition | undefined;
  /** The step from the parent: a key, an index, a row of a Map, or 0 (key) and 1 (value) within such a row. */
  readonly step: string | number;
  /** The annotation as JSON text, if the value differs from its JSON. */
  type: string | undefined = undefined;
  /** The positions below with annotations, in the order in which they were met. */
  children: AnnotatedPosition[] | undefined = undefined;
  /** Every position of this object, the first one first; present when there is a second. */
  positions: AnnotatedPosition[] | undefined = undefined;
  /** The JSON that is written for it. */
  json: unknown = undefined;
  #linked = false;

  constructor(parent: AnnotatedPosition | undefined, step: string | number) {
    this.parent = parent;
    this.step = step;
  }

  /** The first position of this object, if this is a later one. */
  get first(): AnnotatedPosition | undefined {
    const first = this.positions?.[0];
    return first === this ? undefined : first;
  }

  /** Sets the annotation of this position. */
  annotate(type: string): void {
    this.type = type;
    this.link();
  }

  /** Links this position, and those above it, to the root. */
  link(): void {
    let { parent } = this;
    if (parent === undefined || this.#linked) return;
    this.#linked = true;
    parent.#hold(this);
    // A position links those above it at most once, so that many annotations below one container stay cheap.
    for (let place = parent; place.parent !== undefined && !place.#linked; place = parent) {
      parent = place.parent;
      place.#linked = true;
      parent.#hold(place);
    }
  }

  #hold(child: AnnotatedPosition): void {
    // A list that begins with its first item has room only for that one, and most have no more.
    if (this.children === undefined) this.children = [child];
    else this.children.push(child);
  }

  /** Returns the steps from the root of the value to this position. */
  steps(): string[] {
    if (this.parent?.parent === undefined) return [];
    const steps = [String(this.step)];
    for (let place = this.parent; place.parent?.parent !== undefined; place = place.parent) {
      steps.push(String(place.step));
    }
    return steps.toReversed();
  }
}

/** The position of a container or of an extension. Most positions are neither, and there may be very many. */
export class ContainerPosition extends AnnotatedPosition {
  /** The container at this position; only error paths need it. */
  readonly origin: object | undefined;
  /** The tag, if an extension was written here. */
  readonly tag: string | undefined;
  /** Whether the whole object has been traversed; before that, meeting it again means a cycle. */
  done = false;
  /** The number of extensions around it. */
  readonly extensions: number;
  /** The number of values to which it expands. */
  nodes = 0;
  /** The number of levels of containers in it, including itself. */
  height = 0;

  constructor(
    parent: AnnotatedPosition | undefined,
    step: string | number,
    extensions: number,
    origin: object | undefined,
    tag?: string,
  ) {
    super(parent, step);
    this.extensions = extensions;
    this.origin = origin;
    this.tag = tag;
  }
}

/**
 * Returns the path to a member for error messages, as a programmer would write it from `$`, the value itself: `$.rows[3].socket`,
 * `$["odd key"]`; the value of a Map's entry `$.get("key")`, or `$.values()[2]` where the key is an object; a key of a Map
 * `$.keys()[2]`; a member of a Set `$.values()[2]`; the data of an extension `$.failure<error>.cause`.
 */
export function pathTo(parent: AnnotatedPosition, step: string | number): string {
  const steps: string[] = [];
  let place: AnnotatedPosition | undefined = parent;
  let key = step;
  while (place?.parent !== undefined) {
    const row: AnnotatedPosition | undefined = place.parent;
    const map = originOf(row);
    if (originOf(place) === undefined && map instanceof Map) {
      steps.push(stepOfEntry(map, Number(place.step), key));
      key = row.step;
      place = row.parent;
      continue;
    }
    steps.push(stepWithin(place, key));
    key = place.step;
    place = place.parent;
  }
  return `$${steps.toReversed().join('')}`;
}

function stepWithin(place: AnnotatedPosition, key: string | number): string {
  if (!(place instanceof ContainerPosition)) return memberStep(key);
  const tag = place.tag === undefined ? '' : extensionStep(place.tag);
  if (place.tag !== undefined && place.origin === undefined) return tag;
  return tag + (place.origin instanceof Set ? valueStep(Number(key)) : memberStep(key));
}

function originOf(place: AnnotatedPosition): object | undefined {
  return place instanceof ContainerPosition ? place.origin : undefined;
}

function stepOfEntry(map: ReadonlyMap<unknown, unknown>, row: number, half: string | number): string {
  return half === 0 ? keyStep(row) : entryStep([...map.keys()][row], row);
}
