import { type Budget, KEPT } from '../../core/seam/codec/budget.ts';
import { fromBytes } from '../../core/seam/codec/carried-classes.ts';
import { MAX_TAG_LENGTH } from '../../core/seam/codec/traversal.ts';
import type { CodecContext } from '../../core/seam/serializer.ts';
import { checkDepth, isRecord } from './budget.ts';
import { BINARY, EXTENSION, faults, INVALID_DATE, OWN, SPARSE_ARRAY, WRAPPED_EXTENSION } from './format.ts';
import { readScalar, UNREADABLE } from './leaf-reader.ts';
import { type MetaNode, stepOf, stepToItem } from './meta-tree.ts';
import type { KnownClass, PackageRules } from './package-rules.ts';

const MAX_ARRAY_LENGTH = 2 ** 32 - 1;

/** An array with at most this many holes per item, or no longer than {@link SHORT_ARRAY_LENGTH}, gets memory for its holes. */
const MAX_HOLES_PER_ITEM = 3;
const SHORT_ARRAY_LENGTH = 64;
/** The size of any other array with holes, without its items. */
const DICTIONARY_BYTES = 400;

/** The cost of scalars that take more memory than their text. */
const SCALAR_BYTES: ReadonlyMap<string, number> = new Map([
  ['Date', KEPT.date],
  ['bigint', KEPT.bigint],
  ['regexp', KEPT.regexp],
  ['URL', KEPT.url],
]);

/** The cost of a value that an instance of the package creates. */
const RULED_BYTES = 200;

/** Members that are never set, because they could reach a prototype. */
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Converts the JSON of a payload to its value, in place. Every step must be an own member; the object at several positions is the
 * one at the first position in the text, where its members are written.
 */
export class ValueReader {
  readonly #context: CodecContext;
  readonly #blocks: readonly Uint8Array[];
  /** Blocks from this length on are returned as views. */
  readonly #leastViewBytes: number;
  readonly #used: boolean[] = [];
  /** The number of extensions around the present position. */
  #extensions = 0;

  readonly #budget: Budget;
  readonly #rules: PackageRules | undefined;

  constructor(
    context: CodecContext,
    blocks: readonly Uint8Array[],
    leastBytes: number,
    budget: Budget,
    rules: PackageRules | undefined,
  ) {
    this.#context = context;
    this.#budget = budget;
    this.#rules = rules;
    this.#blocks = blocks;
    this.#leastViewBytes = leastBytes;
  }

  /**
   * Revives `json` with the annotations of `root`. A revival is used once.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD`
   */
  run(json: unknown, root: MetaNode): unknown {
    const value = this.#revive(json, root, this.#context.maxDepth);
    for (let index = 0; index < this.#blocks.length; index++) {
      if (this.#used[index] !== true) throw faults.invalidPayload('a block of bytes belongs to no value');
    }
    return value;
  }

  // Each level of nesting takes two or three stack frames: between two of these there are only functions for containers.
  #revive(json: unknown, node: MetaNode, levels: number): unknown {
    const { identity } = node;
    if (identity === undefined) return this.#reviveFirst(json, node, levels);
    if (identity.open !== undefined && identity.open < this.#extensions) {
      throw faults.invalidPayload('the data of an extension contains the extension');
    }
    if (identity.found !== undefined) return identity.found.value;
    identity.open = this.#extensions;
    const value = this.#reviveFirst(json, node, levels);
    identity.open = undefined;
    return value;
  }

  #reviveFirst(json: unknown, node: MetaNode, levels: number): unknown {
    if (node.name === undefined) {
      found(node, json);
      this.#members(json, node, levels);
      return json;
    }
    if (node.kind === 'custom' && node.name.startsWith(OWN))
      return isExtension(node.name) ? this.#extension(json, node, levels) : this.#custom(json, node, levels);
    if (node.kind !== undefined || node.name === 'Error') return this.#ruled(json, node, levels);
    if (node.name === 'map') return this.#map(json, node, levels);
    if (node.name === 'set') return this.#set(json, node, levels);
    this.#budget.spend(0, SCALAR_BYTES.get(node.name) ?? 0);
    const value = readScalar(node.name, json);
    if (value === UNREADABLE || node.size !== 0) throw faults.invalidPayload('a value does not fit its annotation');
    return found(node, value);
  }

  /** Revives the members of an array or object in place. */
  #members(json: unknown, node: MetaNode, levels: number): void {
    if (levels === 0 && typeof json === 'object' && json !== null)
      throw faults.invalidPayload('it is nested too deep (limits.maxDepth)');
    let left = node.size;
    if (Array.isArray(json)) {
      for (let index = 0; index < json.length; index++) {
        const child = left === 0 ? undefined : node.child(stepToItem(index));
        if (child === undefined) {
          checkDepth(json[index], levels - 1);
        } else {
          left--;
          json[index] = this.#revive(json[index], child, levels - 1);
        }
      }
    } else if (isRecord(json)) {
      for (const key of Object.keys(json)) {
        const child = left === 0 ? undefined : node.child(stepOf(key));
        if (child === undefined) {
          checkDepth(json[key], levels - 1);
        } else {
          left--;
          // The member exists, so this changes a value even if the key is `__proto__`.
          json[key] = this.#revive(json[key], child, levels - 1);
        }
      }
    }
    if (left !== 0) throw faults.invalidPayload('an annotation leads to no value');
  }

  #map(json: unknown, node: MetaNode, levels: number): unknown {
    if (!Array.isArray(json) || levels === 0)
      throw faults.invalidPayload('a Map is not a list of entries, or nested too deep');
    const rows: readonly unknown[] = json;
    this.#budget.spend(0, KEPT.map + rows.length * KEPT.mapEntry);
    const map = new Map<unknown, unknown>();
    found(node, map);
    let left = node.size;
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index];
      if (!Array.isArray(row) || row.length !== 2) throw faults.invalidPayload('an entry of a Map is malformed');
      const child = left === 0 ? undefined : node.child(stepToItem(index));
      if (child === undefined) {
        checkDepth(row, levels);
      } else {
        left--;
        if (child.name !== undefined || child.identity !== undefined) {
          throw faults.invalidPayload('an entry of a Map is annotated');
        }
        this.#members(row, child, levels);
      }
      map.set(row[0], row[1]);
    }
    if (left !== 0) throw faults.invalidPayload('an annotation leads to no value');
    return map;
  }

  #set(json: unknown, node: MetaNode, levels: number): unknown {
    if (!Array.isArray(json)) throw faults.invalidPayload('a Set is not a list of members');
    this.#budget.spend(0, KEPT.set + json.length * KEPT.setMember);
    const set = new Set<unknown>();
    found(node, set);
    this.#members(json, node, levels);
    for (let index = 0; index < json.length; index++) set.add(json[index]);
    return set;
  }

  #custom(json: unknown, node: MetaNode, levels: number): unknown {
    const { name = '' } = node;
    if (name === SPARSE_ARRAY) return this.#sparse(json, node, levels);
    if (node.size !== 0) throw faults.invalidPayload('an annotation leads to no value');
    if (name === INVALID_DATE && json === null) return found(node, new Date(Number.NaN));
    if (name.startsWith(BINARY)) return found(node, this.#binary(json, name.slice(BINARY.length)));
    throw faults.invalidPayload('a value does not fit its annotation');
  }

  /** Revives a value that only an instance of the package reads. */
  #ruled(json: unknown, node: MetaNode, levels: number): unknown {
    const { kind, name = '' } = node;
    const rules = this.#rules;
    if (rules === undefined) throw faults.invalidPayload('a value does not fit its annotation');
    this.#budget.spend(0, RULED_BYTES);
    if (kind === 'class') return this.#instance(json, node, levels, rules.classOf(name));
    this.#members(json, node, levels);
    return found(node, rules.revive(kind, name, json));
  }

  /** Creates an instance of a class registered with the package: sets its members without running its code. */
  #instance(json: unknown, node: MetaNode, levels: number, { prototype, allowedProps }: KnownClass): object {
    if (!isRecord(json)) throw faults.invalidPayload('an instance of a class is not an object');
    const instance: object = Object.create(prototype);
    found(node, instance);
    this.#members(json, node, levels);
    for (const key of Object.keys(json)) {
      if (FORBIDDEN.has(key) || (allowedProps !== undefined && !allowedProps.includes(key))) {
        throw faults.invalidPayload('an instance of a class has a member that it must not have');
      }
      Object.defineProperty(instance, key, { value: json[key], writable: true, enumerable: true, configurable: true });
    }
    return instance;
  }

  #extension(json: unknown, node: MetaNode, levels: number): unknown {
    const { name = '' } = node;
    const wrapped = name.startsWith(WRAPPED_EXTENSION);
    const tag = name.slice(wrapped ? WRAPPED_EXTENSION.length : EXTENSION.length);
    if (tag === '' || tag.length > MAX_TAG_LENGTH) throw faults.invalidPayload('the tag of an extension is malformed');
    if (wrapped && !(Array.isArray(json) && json.length === 1))
      throw faults.invalidPayload('wrapped data is not an array of one');
    this.#budget.spend(0, KEPT.extension);
    this.#extensions++;
    this.#members(json, node, levels);
    this.#extensions--;
    const data: unknown = wrapped && Array.isArray(json) ? json[0] : json;
    return found(node, this.#context.extensions.revive({ tag, data }));
  }

  #binary(json: unknown, name: string): unknown {
    const block = typeof json === 'number' ? this.#blocks[json] : undefined;
    if (typeof json !== 'number' || block === undefined || this.#used[json] === true) {
      throw faults.invalidPayload('binary data has no block of bytes of its own');
    }
    this.#used[json] = true;
    this.#budget.spend(0, KEPT.binary);
    const value = fromBytes(name, block, this.#leastViewBytes);
    if (value === undefined) throw faults.invalidPayload('a block of bytes does not fit its annotation');
    return value;
  }

  #sparse(json: unknown, node: MetaNode, levels: number): unknown {
    if (!isRecord(json)) throw faults.invalidPayload('a sparse array is not an object');
    const length = Object.hasOwn(json, 'length') ? json['length'] : undefined;
    if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || length > MAX_ARRAY_LENGTH) {
      throw faults.invalidPayload('a sparse array has no length');
    }
    if (node.child('length') !== undefined) throw faults.invalidPayload('the length of a sparse array is annotated');
    const keys = Object.keys(json);
    const items: unknown[] = [];
    const isDictionary = length > SHORT_ARRAY_LENGTH && length > keys.length * (MAX_HOLES_PER_ITEM + 1);
    const memory = isDictionary ? DICTIONARY_BYTES : KEPT.array + length * KEPT.slot;
    this.#budget.spend(0, memory + keys.length * KEPT.sparseItem);
    // At the greatest length V8 switches to a hash table and keeps it when the length shrinks, so holes cost nothing.
    if (isDictionary) items.length = MAX_ARRAY_LENGTH;
    items.length = length;
    found(node, items);
    this.#members(json, node, levels);
    for (const key of keys) {
      if (key === 'length') continue;
      const index = Number(key);
      if (!(Number.isInteger(index) && index >= 0 && index < length && String(index) === key)) {
        throw faults.invalidPayload('a sparse array is malformed');
      }
      items[index] = json[key];
    }
    return items;
  }
}

function isExtension(name: string): boolean {
  return name.startsWith(EXTENSION) || name.startsWith(WRAPPED_EXTENSION);
}

/** Records the value of this position's object, for its other positions. */
function found<T>(node: MetaNode, value: T): T {
  if (node.identity !== undefined) node.identity.found = { value };
  return value;
}
