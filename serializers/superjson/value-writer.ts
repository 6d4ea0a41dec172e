import { bytesOf, CARRIED_CLASSES, type CarriedName, withoutBytes } from '../../core/seam/codec/carried-classes.ts';
import { described } from '../../core/seam/codec/codec-faults.ts';
import { MAX_REGEXP_LENGTH, MAX_URL_LENGTH } from '../../core/seam/codec/leaf-values.ts';
import { CONTAINS_ITSELF } from '../../core/seam/codec/refusal.ts';
import { isDense, isPlainArray, isPlainObject, setMember } from '../../core/seam/codec/traversal.ts';
import { SerializerError } from '../../core/seam/errors.ts';
import type { CodecContext, Extension } from '../../core/seam/serializer.ts';
import { AnnotatedPosition, ContainerPosition, pathTo } from './annotated-position.ts';
import {
  BINARY,
  EXTENSION,
  faults,
  INVALID_DATE,
  isTooLong,
  MAX_BIGINT_DIGITS,
  SPARSE_ARRAY,
  WRAPPED_EXTENSION,
} from './format.ts';
import { itemsOf, keysOf, membersOf, read, withoutRepeats } from './members.ts';
import { metaText } from './meta-text.ts';
import type { PackageRules, Ruled } from './package-rules.ts';
import { isPlainNumber } from './plain-check.ts';

/** When this many values were repeated because their object was met again, later positions are written as null. */
const MAX_REPEATED_NODES = 10_000;

/** The result of a traversal. */
interface Written {
  /** The member `json`, for `JSON.stringify`. */
  readonly json: unknown;
  /** The member `meta`, as text. */
  readonly meta: string | undefined;
  /** The binary data behind the text. It is the value's own memory: copy it before other code can run. */
  readonly blocks: readonly Uint8Array[];
  /** The reader's charge for reviving the extensions in it. */
  readonly revivedBytes: number;
}

/**
 * One traversal of a value that JSON alone cannot represent: replaces special values, copies only the containers above a
 * replacement, and records the annotations and the objects that are met twice.
 */
export class ValueWriter {
  readonly #context: CodecContext;
  readonly #places = new Map<unknown, AnnotatedPosition>();
  readonly #blocks: Uint8Array[] = [];
  #repeated = false;
  #repeatedNodes = 0;
  #dedupe = false;
  #nodes = 0;
  #deepest = 0;
  /** The number of extensions around the present position. */
  #extensions = 0;
  #revivedBytes = 0;

  readonly #rules: PackageRules | undefined;

  constructor(context: CodecContext, rules: PackageRules | undefined) {
    this.#context = context;
    this.#rules = rules;
  }

  /**
   * Traverses `value`. A traversal is used once.
   *
   * @throws {@link SerializerError} `UNSERIALIZABLE` or `TOO_DEEP`, with the path.
   */
  run(value: unknown): Written {
    const top = new AnnotatedPosition(undefined, '');
    const json = this.#visit(value, top, '', 0);
    const root = top.children?.[0] ?? new AnnotatedPosition(top, '');
    const rest = { blocks: this.#blocks, revivedBytes: this.#revivedBytes };
    if (!this.#repeated) return { json, meta: metaText({ root, repeated: [], dedupe: false }), ...rest };
    const repeated = [...this.#places.values()].filter((place) => place.positions !== undefined);
    const dedupe = this.#dedupe || this.#repeatedNodes > MAX_REPEATED_NODES;
    const meta = metaText({ root, repeated, dedupe });
    return { json: dedupe ? withoutRepeats(json, repeated) : json, meta, ...rest };
  }

  #visit(value: unknown, parent: AnnotatedPosition, step: string | number, depth: number): unknown {
    this.#nodes++;
    if (this.#rules !== undefined) {
      const ruled = this.#places.has(value) ? undefined : this.#find(this.#rules, value, parent, step);
      if (ruled !== undefined) return this.#ruled(value, ruled, parent, step, depth);
    }
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return isPlainNumber(value) ? value : this.#number(value, parent, step);
      case 'bigint':
        return this.#bigint(value, parent, step);
      case 'symbol':
        throw faults.unserializable('a symbol', pathTo(parent, step));
      case 'function':
        return this.#extension(value, parent, step, depth);
      case 'object':
        return value === null ? null : this.#object(value, parent, step, depth + 1);
      case 'undefined':
      default:
        new AnnotatedPosition(parent, step).annotate('"undefined"');
        return null;
    }
  }

  #number(value: number, parent: AnnotatedPosition, step: string | number): unknown {
    if (value !== value) return this.#scalar(value, '"number"', 'NaN', parent, step);
    new AnnotatedPosition(parent, step).annotate('"number"');
    return value === 0 ? '-0' : String(value);
  }

  #bigint(value: bigint, parent: AnnotatedPosition, step: string | number): unknown {
    if (isTooLong(value)) {
      throw faults.unserializable(`a bigint of more than ${MAX_BIGINT_DIGITS} digits`, pathTo(parent, step));
    }
    return this.#scalar(value, '"bigint"', value.toString(), parent, step);
  }

  /** Visits a value without members that superjson treats as identical when it is met again, such as a date, a bigint or NaN. */
  #scalar(value: unknown, type: string, json: unknown, parent: AnnotatedPosition, step: string | number): unknown {
    const known = this.#places.get(value);
    if (known !== undefined) return this.#again(known, parent, step, 0);
    const place = new AnnotatedPosition(parent, step);
    this.#places.set(value, place);
    place.annotate(type);
    place.json = json;
    return json;
  }

  // Each level of nesting takes three stack frames: #visit, this one, and the one of the container's kind.
  #object(value: object, parent: AnnotatedPosition, step: string | number, depth: number): unknown {
    const known = this.#places.get(value);
    if (known !== undefined) return this.#again(known, parent, step, depth - 1);
    const name =
      isPlainArray(value) || isPlainObject(value) ? 'plain' : CARRIED_CLASSES.get(Object.getPrototypeOf(value));
    if (name === undefined) return this.#extension(value, parent, step, depth - 1);
    if (name !== 'plain' && name !== 'Map' && name !== 'Set') return this.#carried(value, name, parent, step);
    if (depth > this.#context.maxDepth) throw faults.tooDeep(this.#context.maxDepth, pathTo(parent, step));
    const place = this.#enter(value, parent, step, depth);
    if (isPlainArray(value)) place.json = this.#array(value, place, depth);
    else if (value instanceof Map) place.json = this.#map(value, place, depth);
    else if (value instanceof Set) place.json = this.#set(value, place, depth);
    else if (isPlainObject(value)) place.json = this.#record(value, place, depth);
    this.#leave(place, depth);
    return place.json;
  }

  #enter(value: object, parent: AnnotatedPosition, step: string | number, depth: number): ContainerPosition {
    const place = new ContainerPosition(parent, step, this.#extensions, value);
    this.#places.set(value, place);
    this.#measure(place, depth);
    return place;
  }

  #measure(place: ContainerPosition, depth: number): void {
    // Until the object is left, these two contain the values to measure from.
    place.nodes = this.#nodes - 1;
    place.height = this.#deepest;
    this.#deepest = depth;
  }

  #leave(place: ContainerPosition, depth: number): void {
    const deepestBefore = place.height;
    place.nodes = this.#nodes - place.nodes;
    place.height = this.#deepest - depth + 1;
    place.done = true;
    if (deepestBefore > this.#deepest) this.#deepest = deepestBefore;
  }

  #again(known: AnnotatedPosition, parent: AnnotatedPosition, step: string | number, depth: number): unknown {
    const isContainer = known instanceof ContainerPosition;
    // The reader creates an extension's value when its data is complete, which this data could never be.
    if (isContainer && !known.done && known.extensions < this.#extensions) {
      throw faults.unserializable(CONTAINS_ITSELF, pathTo(parent, step));
    }
    const place = new AnnotatedPosition(parent, step);
    this.#repeated = true;
    known.positions ??= [known];
    known.positions.push(place);
    place.positions = known.positions;
    if (isContainer && !known.done) return null;
    place.type = known.type;
    place.children = known.children;
    if (place.type !== undefined || place.children !== undefined) place.link();
    const [nodes, height] = isContainer ? [known.nodes, known.height] : [1, 0];
    this.#nodes += nodes;
    this.#repeatedNodes += nodes;
    this.#deepest = Math.max(this.#deepest, depth + height);
    if (depth + height > this.#context.maxDepth) this.#dedupe = true;
    return known.json;
  }

  #array(items: readonly unknown[], place: AnnotatedPosition, depth: number): unknown {
    let copy: unknown[] | undefined;
    for (let index = 0; index < items.length; index++) {
      const item = read(items, index, place);
      if (item === undefined && !(index in items)) return this.#sparse(items, index, copy ?? items, place, depth);
      const json = this.#visit(item, place, index, depth);
      if (copy === undefined && json !== item) copy = itemsOf(items, index, place);
      copy?.push(json);
    }
    return copy ?? items;
  }

  /** Visits an array whose first hole is at `hole`; `before` contains the preceding items. */
  #sparse(
    items: readonly unknown[],
    hole: number,
    before: readonly unknown[],
    place: AnnotatedPosition,
    depth: number,
  ): unknown {
    place.annotate(custom(SPARSE_ARRAY));
    const json: Record<string, unknown> = {};
    for (let index = 0; index < hole; index++) json[index] = before[index];
    for (const key of Object.keys(items)) {
      const index = Number(key);
      // Members other than items have no place in JSON either.
      if (!(Number.isInteger(index) && index > hole && index < items.length && String(index) === key)) continue;
      json[index] = this.#visit(read(items, index, place), place, index, depth);
    }
    json['length'] = items.length;
    return json;
  }

  #record(value: Readonly<Record<string, unknown>>, place: AnnotatedPosition, depth: number): unknown {
    let copy: Record<string, unknown> | undefined;
    const keys = keysOf(value, place);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] ?? '';
      const member = read(value, key, place);
      const json = this.#visit(member, place, key, depth);
      if (copy === undefined && json !== member) copy = membersOf(value, keys, index, place);
      if (copy !== undefined) setMember(copy, key, json);
    }
    return copy ?? value;
  }

  #map(map: ReadonlyMap<unknown, unknown>, place: AnnotatedPosition, depth: number): unknown {
    place.annotate('"map"');
    const rows: [unknown, unknown][] = [...map];
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index];
      if (row === undefined) break;
      const rowPlace = new AnnotatedPosition(place, index);
      this.#nodes++;
      row[0] = this.#visit(row[0], rowPlace, 0, depth);
      row[1] = this.#visit(row[1], rowPlace, 1, depth);
    }
    return rows;
  }

  #set(set: ReadonlySet<unknown>, place: AnnotatedPosition, depth: number): unknown {
    place.annotate('"set"');
    const items: unknown[] = [...set];
    for (let index = 0; index < items.length; index++) {
      items[index] = this.#visit(items[index], place, index, depth);
    }
    return items;
  }

  #carried(value: object, name: CarriedName, parent: AnnotatedPosition, step: string | number): unknown {
    if (value instanceof Date) {
      const valid = !Number.isNaN(value.getTime());
      if (!valid) return this.#scalar(value, custom(INVALID_DATE), null, parent, step);
      return this.#scalar(value, '"Date"', value.toISOString(), parent, step);
    }
    if (value instanceof URL) return this.#text(value, 'URL', value.href, MAX_URL_LENGTH, parent, step);
    if (value instanceof RegExp) return this.#text(value, 'regexp', String(value), MAX_REGEXP_LENGTH, parent, step);
    const bytes = bytesOf(value);
    if (bytes === undefined) throw faults.unserializable(withoutBytes(value), pathTo(parent, step));
    return this.#scalar(value, custom(BINARY + name), this.#blocks.push(bytes) - 1, parent, step);
  }

  #text(
    value: object,
    name: string,
    text: string,
    maxLength: number,
    parent: AnnotatedPosition,
    step: string | number,
  ): unknown {
    if (text.length <= maxLength) return this.#scalar(value, JSON.stringify(name), text, parent, step);
    throw faults.unserializable(`a ${name} of more than ${maxLength} characters`, pathTo(parent, step));
  }

  #find(rules: PackageRules, value: unknown, parent: AnnotatedPosition, step: string | number): Ruled | undefined {
    try {
      return rules.find(value);
    } catch (cause) {
      throw faults.unserializable('a value that the given SuperJSON cannot write', pathTo(parent, step), cause);
    }
  }

  /** Visits a value that an instance of the package writes. */
  #ruled(value: unknown, ruled: Ruled, parent: AnnotatedPosition, step: string | number, depth: number): unknown {
    if (depth >= this.#context.maxDepth) throw faults.tooDeep(this.#context.maxDepth, pathTo(parent, step));
    const isObject = typeof value === 'object' && value !== null;
    const place = new ContainerPosition(parent, step, this.#extensions, isObject ? value : undefined);
    if (isObject) this.#places.set(value, place);
    place.annotate(ruled.type);
    this.#measure(place, depth + 1);
    place.json = ruled.deep ? this.#bare(ruled.json, place, depth) : ruled.json;
    this.#leave(place, depth + 1);
    return place.json;
  }

  #extension(value: object, parent: AnnotatedPosition, step: string | number, depth: number): unknown {
    if (depth >= this.#context.maxDepth) throw faults.tooDeep(this.#context.maxDepth, pathTo(parent, step));
    if (this.#nodes > this.#context.maxNodes) {
      throw faults.unserializable(`more than ${this.#context.maxNodes} values (limits.maxNodes)`, pathTo(parent, step));
    }
    const replacement = this.#replace(value, parent, step);
    if (replacement === undefined) throw faults.unserializable(described(value), pathTo(parent, step));
    const { tag, data, identity, keptBytes = 0 } = replacement;
    const known = this.#places.get(identity);
    if (known !== undefined) return this.#again(known, parent, step, depth);
    const bare = isBare(data);
    const origin = bare && typeof data === 'object' && data !== null ? data : undefined;
    const place = new ContainerPosition(parent, step, this.#extensions, origin, tag);
    if (identity !== undefined) {
      this.#places.set(identity, place);
      this.#places.set(value, place);
    }
    this.#revivedBytes += keptBytes;
    place.annotate(custom((bare ? EXTENSION : WRAPPED_EXTENSION) + tag));
    this.#measure(place, depth + 1);
    this.#extensions++;
    place.json = bare ? this.#bare(data, place, depth) : [this.#visit(data, place, 0, depth + 1)];
    this.#extensions--;
    this.#leave(place, depth + 1);
    return place.json;
  }

  #bare(data: unknown, place: AnnotatedPosition, depth: number): unknown {
    if (typeof data !== 'object' || data === null) return data;
    this.#nodes++;
    const json = isPlainArray(data)
      ? this.#array(data, place, depth + 1)
      : isPlainObject(data)
        ? this.#record(data, place, depth + 1)
        : null;
    if (json !== data) return json;
    // The data is written again for each occurrence of a reference, so the same object must not be at two positions.
    return Array.isArray(json) ? [...json] : { ...data };
  }

  #replace(value: object, parent: AnnotatedPosition, step: string | number): Extension | undefined {
    try {
      const rules = this.#rules;
      return this.#context.extensions.replace(value, rules && ((part) => rules.find(part) !== undefined));
    } catch (error) {
      if (error instanceof SerializerError && error.path === undefined) {
        error.path = pathTo(parent, step);
        error.message = `${error.message} (at ${error.path})`;
      }
      throw error;
    }
  }
}

function custom(name: string): string {
  return `["custom",${JSON.stringify(name)}]`;
}

/** Whether `data` needs no annotation itself, so that its extension's annotation can be at the same position. */
function isBare(data: unknown): boolean {
  if (typeof data === 'number') return isPlainNumber(data);
  if (typeof data !== 'object' || data === null)
    return data === null || typeof data === 'string' || typeof data === 'boolean';
  return isPlainArray(data) ? isDense(data) : isPlainObject(data);
}
