import { MAX_REGEXP_LENGTH, MAX_TAG_LENGTH, MAX_URL_LENGTH } from '../../core/seam/codec/text-limits.ts';
import { fromBytes } from '../../core/seam/codec/binary-classes.ts';
import { makeSparse, setMember } from '../../core/seam/codec/plain-object.ts';
import type { CodecContext } from '../../core/seam/serializer.ts';
import { faults } from './faults.ts';
import { KIND, ExtensionPair } from './extension-pair.ts';

/** Puts everything in place that msgpackr could not read itself. Used once. */
export class Revival {
  readonly #context: CodecContext;
  readonly #seen = new Set<object>();
  /** The arrays with holes: their items are fewer than their length says. */
  readonly #sparse = new Set<object>();
  /** What became of the marked values: one that was met twice is one object. */
  readonly #revived = new Map<ExtensionPair, unknown>();

  constructor(context: CodecContext) {
    this.#context = context;
  }

  /**
   * The value that `read`, out of msgpackr's reader, stands for. It is changed where possible instead of copied.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD`, or whatever an extension throws.
   */
  run(read: unknown, hasFillings: boolean): unknown {
    if (!hasFillings) return this.#visit(read, 0);
    if (!Array.isArray(read) || read.length !== 2) throw strange();
    const [value, fillings]: readonly unknown[] = read;
    if (!Array.isArray(fillings)) throw strange();
    for (const filling of fillings) this.#fill(filling);
    return this.#visit(value, 0);
  }

  #fill(filling: unknown): void {
    if (!Array.isArray(filling) || filling.length !== 3) throw strange();
    const [container, length, members]: readonly unknown[] = filling;
    if (!Array.isArray(members)) throw strange();
    if (container instanceof Set && length === null) {
      for (const member of members) container.add(member);
      return;
    }
    if (members.length % 2 !== 0) throw strange();
    if (Array.isArray(container)) this.#fillArray(container, length, members);
    else if (container instanceof Map && length === null) fillMap(container, members);
    else if (isRecord(container) && length === null) this.#fillRecord(container, members);
    else throw strange();
  }

  #fillArray(items: unknown[], length: unknown, members: readonly unknown[]): void {
    if (typeof length !== 'number' || !isIndex(length) || items.length > 0) throw strange();
    this.#sparse.add(items);
    makeSparse(items, length);
    for (let at = 0; at < members.length; at += 2) {
      const index = members[at];
      if (typeof index !== 'number' || !isIndex(index) || index >= length) throw strange();
      items[index] = members[at + 1];
    }
  }

  #fillRecord(record: Record<string, unknown>, members: readonly unknown[]): void {
    for (let at = 0; at < members.length; at += 2) {
      const key = this.#visit(members[at], 0);
      if (typeof key !== 'string') throw strange();
      setMember(record, key, members[at + 1]);
    }
  }

  #visit(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (ExtensionPair.is(value)) return this.#marked(value, depth);
    const size = this.#seen.size;
    if (this.#seen.add(value).size === size) return value;
    if (Array.isArray(value)) this.#items(value, depth);
    else if (value instanceof Map) this.#entries(value, depth);
    else if (value instanceof Set) this.#values(value, depth);
    else if (isRecord(value)) this.#members(value, depth);
    return value;
  }

  #items(items: unknown[], depth: number): void {
    this.#enter(depth);
    if (this.#sparse.has(items)) {
      for (const index of Object.keys(items)) {
        items[Number(index)] = this.#visit(items[Number(index)], depth + 1);
      }
      return;
    }
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      if (typeof item === 'object' && item !== null) items[index] = this.#visit(item, depth + 1);
    }
  }

  #members(record: Record<string, unknown>, depth: number): void {
    this.#enter(depth);
    for (const key of Object.keys(record)) {
      const member = record[key];
      if (typeof member !== 'object' || member === null) continue;
      const value = this.#visit(member, depth + 1);
      if (value !== member) setMember(record, key, value);
    }
  }

  #entries(map: Map<unknown, unknown>, depth: number): void {
    this.#enter(depth);
    const entries = [...map];
    let changed = false;
    for (const entry of entries) {
      const [key, value] = entry;
      entry[0] = this.#visit(key, depth + 1);
      entry[1] = this.#visit(value, depth + 1);
      changed ||= entry[0] !== key || entry[1] !== value;
    }
    if (!changed) return;
    map.clear();
    for (const [key, value] of entries) map.set(key, value);
  }

  #values(set: Set<unknown>, depth: number): void {
    this.#enter(depth);
    const values = [...set];
    let changed = false;
    for (const [index, value] of values.entries()) {
      values[index] = this.#visit(value, depth + 1);
      changed ||= values[index] !== value;
    }
    if (!changed) return;
    set.clear();
    for (const value of values) set.add(value);
  }

  #marked(marked: ExtensionPair, depth: number): unknown {
    if (this.#revived.has(marked)) return this.#revived.get(marked);
    const { pair } = marked;
    if (!Array.isArray(pair) || pair.length !== 2 || this.#seen.has(pair)) throw strange();
    this.#seen.add(pair);
    const [kind, data]: readonly unknown[] = pair;
    const value =
      typeof kind === 'string' ? this.#extension(kind, data, depth) : ofKind(kind, this.#visit(data, depth));
    this.#revived.set(marked, value);
    return value;
  }

  #extension(tag: string, data: unknown, depth: number): unknown {
    if (tag === '' || tag.length > MAX_TAG_LENGTH) throw strange();
    this.#enter(depth);
    return this.#context.extensions.revive({ tag, data: this.#visit(data, depth + 1) });
  }

  #enter(depth: number): void {
    if (depth >= this.#context.maxDepth) throw faults.invalidPayload('it is nested too deep (limits.maxDepth)');
  }
}

function ofKind(kind: unknown, data: unknown): unknown {
  switch (kind) {
    case KIND.negativeZero:
      return -0;
    case KIND.text:
      if (Buffer.isBuffer(data) && data.length % 2 === 0) return data.toString('utf16le');
      throw strange();
    case KIND.url:
      if (typeof data === 'string' && data.length <= MAX_URL_LENGTH && URL.canParse(data)) return new URL(data);
      throw strange();
    case KIND.regexp:
      return readRegExp(data);
    case KIND.float16:
      return readFloat16(data);
    default:
      throw strange();
  }
}

function readRegExp(text: unknown): RegExp {
  if (typeof text !== 'string' || text.length > MAX_REGEXP_LENGTH || !text.includes('/')) throw strange();
  const slash = text.indexOf('/');
  try {
    return new RegExp(text.slice(slash + 1), text.slice(0, slash));
  } catch {
    // The engine's message quotes the source, and nothing of a payload may be quoted.
    throw strange();
  }
}

function readFloat16(data: unknown): object {
  const value = Buffer.isBuffer(data) ? fromBytes('Float16Array', data) : undefined;
  if (value !== undefined) return value;
  if (!('Float16Array' in globalThis))
    throw faults.invalidPayload('it holds a Float16Array, which this version of Node.js lacks');
  throw strange();
}

function fillMap(map: Map<unknown, unknown>, members: readonly unknown[]): void {
  for (let at = 0; at < members.length; at += 2) map.set(members[at], members[at + 1]);
}

function isIndex(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function strange(): Error {
  return faults.invalidPayload('it holds a marked value that is never written');
}
