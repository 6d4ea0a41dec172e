/**
 * One position in the value being encoded: what became of it, and, linked from the root downwards, which positions need
 * an annotation in superjson's `meta.values`.
 */
export class AnnotatedPosition {
  readonly parent: AnnotatedPosition | undefined;
  /** The step from the parent: a key, an index, a row of a Map, or 0 (key) and 1 (value) within such a row. */
  readonly step: string | number;
  /** The annotation as JSON text, if what lies here is not what JSON says it is. */
  type: string | undefined = undefined;
  /** The positions below that carry annotations, in the order in which they were met. */
  children: AnnotatedPosition[] | undefined = undefined;
  /** Every position of this very object, the one where it was met first before the others; present once there is a second. */
  positions: AnnotatedPosition[] | undefined = undefined;
  /** What is written for it. */
  json: unknown = undefined;
  #linked = false;

  constructor(parent: AnnotatedPosition | undefined, step: string | number) {
    this.parent = parent;
    this.step = step;
  }

  /** The position where this object was met first, if this is a later one. */
  get first(): AnnotatedPosition | undefined {
    const first = this.positions?.[0];
    return first === this ? undefined : first;
  }

  /** Gives what lies here the annotation `type`. */
  annotate(type: string): void {
    this.type = type;
    this.link();
  }

  /** Makes this position, and those above it, known to the root. */
  link(): void {
    let { parent } = this;
    if (parent === undefined || this.#linked) return;
    this.#linked = true;
    parent.#hold(this);
    // A place links those above it at most once, so that many annotations below one container stay cheap.
    for (let place = parent; place.parent !== undefined && !place.#linked; place = parent) {
      parent = place.parent;
      place.#linked = true;
      parent.#hold(place);
    }
  }

  #hold(child: AnnotatedPosition): void {
    // A list that begins with its first item takes room for that one alone, and most have no more.
    if (this.children === undefined) this.children = [child];
    else this.children.push(child);
  }

  /** The steps that lead here from the root of the value. */
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
  /** The container that lies here; only error paths need it. */
  readonly origin: object | undefined;
  /** The tag, if an extension was written here. */
  readonly tag: string | undefined;
  /** Whether the object has been walked to its end; before that, meeting it again means a cycle. */
  done = false;
  /** How many extensions it lies within. */
  readonly extensions: number;
  /** How many values it expands to. */
  nodes = 0;
  /** How many levels of containers it has, itself included. */
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
