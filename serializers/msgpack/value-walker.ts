import { isDetached, withoutBytes } from '../../core/seam/codec/binary-classes.ts';
import { MAX_REGEXP_LENGTH, MAX_URL_LENGTH } from '../../core/seam/codec/text-limits.ts';
import { CONTAINS_ITSELF, Refusal, replacementOf } from '../../core/seam/codec/refusal.ts';
import { described } from '../../core/seam/codec/codec-faults.ts';
import { entryStep, extensionStep, keyStep, memberStep, valueStep } from '../../core/seam/codec/path-steps.ts';
import { isPlainArray, isPlainObject } from '../../core/seam/codec/plain-object.ts';
import type { CodecContext } from '../../core/seam/serializer.ts';
import { CARRIED } from './carried.ts';
import { faults } from './faults.ts';
import { LEVELS_IN_PLACE } from './levels.ts';
import { KIND, ExtensionPair } from './extension-pair.ts';
import { isRecordKey, MAX_RECORD_KEYS } from './record-keys.ts';
import { BIGINT_LIMIT, isPlainText } from './scalar.ts';

/**
 * A container that travels empty, its length if it is an array, and what belongs into it: keys and members in turn, or
 * the members alone if it is a Set.
 */
export type Filling = readonly [container: object, length: number | null, members: unknown[]];

/** What a walk leads to. */
export interface Walked {
  /** A copy of the value that msgpackr writes exactly. */
  readonly value: unknown;
  /** What to fill when the copy has been read: arrays with holes, objects that are no records, what lies very deep. */
  readonly fillings: readonly Filling[];
  /** Whether an object of the copy is met twice. */
  readonly repeated: boolean;
}

/** What became of an object that the walk has met. */
interface Known {
  readonly copy: unknown;
  /** How many extensions it lies within. */
  readonly extensions: number;
  /** Whether the walk is still inside it. */
  open: boolean;
}

/**
 * One walk through a value that holds something msgpackr cannot write: a copy with all of that replaced. A level of
 * nesting takes three frames of the stack: #visit, #object, and the one of the container's kind.
 */
export class ValueWalker {
  readonly #context: CodecContext;
  readonly #known = new Map<object, Known>();
  readonly #fillings: Filling[] = [];
  #repeated = false;
  #extensions = 0;

  constructor(context: CodecContext) {
    this.#context = context;
  }

  /**
   * Walks `value`. A walk is used once.
   *
   * @throws {@link SerializerError} `UNSERIALIZABLE` or `TOO_DEEP`, with the path.
   */
  run(value: unknown): Walked {
    try {
      const copy = this.#visit(value, 0);
      return { value: copy, fillings: this.#fillings, repeated: this.#repeated };
    } catch (thrown) {
      throw Refusal.of(thrown, this.#context.maxDepth).toError(faults);
    }
  }

  /** What to write for `value`, which lies `depth` levels deep. */
  #visit(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        return isPlainText(value) ? value : new ExtensionPair([KIND.text, Buffer.from(value, 'utf16le')]);
      case 'number':
        return Object.is(value, -0) ? new ExtensionPair([KIND.negativeZero, null]) : value;
      case 'bigint':
        if (value < BIGINT_LIMIT && value > -BIGINT_LIMIT) return value;
        throw Refusal.unserializable('a bigint of more than 50,000 digits');
      case 'symbol':
        throw Refusal.unserializable('a symbol');
      case 'function':
        return this.#extension(value, depth);
      case 'object':
        return value === null ? null : this.#object(value, depth);
      case 'boolean':
      case 'undefined':
        break;
    }
    return value;
  }

  #object(value: object, depth: number): unknown {
    const known = this.#known.get(value);
    if (known !== undefined) return this.#again(known);
    if (isPlainArray(value)) return this.#items(value, depth);
    if (isPlainObject(value)) return this.#members(value, depth);
    const carriage = CARRIED.get(Object.getPrototypeOf(value));
    if (carriage === undefined) return this.#extension(value, depth);
    if (value instanceof Map) return this.#entries(value, depth);
    if (value instanceof Set) return this.#values(value, depth);
    if (isDetached(value)) throw Refusal.unserializable(withoutBytes(value));
    const copy = carriage === 'native' ? value : this.#markedLeaf(value);
    this.#known.set(value, { copy, extensions: this.#extensions, open: false });
    return copy;
  }

  #again(known: Known): unknown {
    // The reader puts an extension's value in place when its data is complete, which this one's could never be.
    if (known.open && known.extensions < this.#extensions) {
      throw Refusal.unserializable(CONTAINS_ITSELF);
    }
    this.#repeated = true;
    return known.copy;
  }

  #enter(value: object, copy: object, depth: number): Known {
    const { maxDepth } = this.#context;
    if (depth >= maxDepth) throw Refusal.tooDeep(maxDepth);
    const known: Known = { copy, extensions: this.#extensions, open: true };
    this.#known.set(value, known);
    return known;
  }

  /** Has `container` travel empty; the answer is the list for its members. */
  #filled(container: object, length: number | null): unknown[] {
    const members: unknown[] = [];
    this.#fillings.push([container, length, members]);
    return members;
  }

  #items(items: readonly unknown[], depth: number): unknown[] {
    const copy: unknown[] = [];
    const known = this.#enter(items, copy, depth);
    let members = isBeside(depth) ? this.#filled(copy, items.length) : undefined;
    let index = 0;
    try {
      for (; index < items.length; index++) {
        const item = items[index];
        if (item === undefined && !(index in items)) {
          members ??= this.#filled(copy, items.length);
          for (const [at, before] of copy.splice(0).entries()) members.push(at, before);
          break;
        }
        const sent = this.#visit(item, depth + 1);
        if (members === undefined) copy.push(sent);
        else members.push(index, sent);
      }
    } catch (thrown) {
      throw this.#refusal(thrown, memberStep(index));
    }
    if (members !== undefined && index < items.length) this.#itemsBehind(index, items, members, depth);
    known.open = false;
    return copy;
  }

  /** The items of an array behind its first hole. */
  #itemsBehind(hole: number, items: readonly unknown[], members: unknown[], depth: number): void {
    for (const key of Object.keys(items)) {
      const index = Number(key);
      // Members that are no items have no place in an array of msgpack.
      if (!(Number.isInteger(index) && index > hole && index < items.length && String(index) === key)) continue;
      try {
        members.push(index, this.#visit(items[index], depth + 1));
      } catch (thrown) {
        throw this.#refusal(thrown, memberStep(index));
      }
    }
  }

  #members(value: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    const known = this.#enter(value, copy, depth);
    const keys = Object.keys(value);
    const isRecord = keys.length <= MAX_RECORD_KEYS && !isBeside(depth) && keys.every(isRecordKey);
    const members = isRecord ? undefined : this.#filled(copy, null);
    let at = '';
    try {
      for (const key of keys) {
        at = key;
        const sent = this.#visit(value[key], depth + 1);
        if (members === undefined) copy[key] = sent;
        else members.push(this.#visit(key, depth), sent);
      }
    } catch (thrown) {
      throw this.#refusal(thrown, memberStep(at));
    }
    known.open = false;
    return copy;
  }

  #entries(map: ReadonlyMap<unknown, unknown>, depth: number): Map<unknown, unknown> {
    const copy = new Map<unknown, unknown>();
    const known = this.#enter(map, copy, depth);
    const members = isBeside(depth) ? this.#filled(copy, null) : undefined;
    let row = 0;
    let step: (() => string) | undefined;
    try {
      for (const [key, value] of map) {
        step = () => keyStep(row);
        const sentKey = this.#visit(key, depth + 1);
        step = () => entryStep(key, row);
        const sent = this.#visit(value, depth + 1);
        if (members === undefined) copy.set(sentKey, sent);
        else members.push(sentKey, sent);
        row++;
      }
    } catch (thrown) {
      throw this.#refusal(thrown, step?.() ?? '');
    }
    known.open = false;
    return copy;
  }

  #values(set: ReadonlySet<unknown>, depth: number): Set<unknown> {
    const copy = new Set<unknown>();
    const known = this.#enter(set, copy, depth);
    const members = isBeside(depth) ? this.#filled(copy, null) : undefined;
    let row = 0;
    try {
      for (const value of set) {
        const sent = this.#visit(value, depth + 1);
        if (members === undefined) copy.add(sent);
        else members.push(sent);
        row++;
      }
    } catch (thrown) {
      throw this.#refusal(thrown, valueStep(row));
    }
    known.open = false;
    return copy;
  }

  #markedLeaf(value: object): ExtensionPair {
    if (value instanceof URL) {
      if (value.href.length <= MAX_URL_LENGTH) return new ExtensionPair([KIND.url, value.href]);
      throw Refusal.unserializable(`a URL of more than ${MAX_URL_LENGTH} characters`);
    }
    if (value instanceof RegExp) {
      const text = `${value.flags}/${value.source}`;
      if (text.length <= MAX_REGEXP_LENGTH) return new ExtensionPair([KIND.regexp, this.#visit(text, 0)]);
      throw Refusal.unserializable(`a RegExp of more than ${MAX_REGEXP_LENGTH} characters`);
    }
    if (!ArrayBuffer.isView(value)) throw Refusal.unserializable(withoutBytes(value));
    return new ExtensionPair([KIND.float16, Buffer.from(value.buffer, value.byteOffset, value.byteLength)]);
  }

  #extension(value: object, depth: number): unknown {
    const { maxDepth } = this.#context;
    if (depth >= maxDepth) throw Refusal.tooDeep(maxDepth);
    const replacement = replacementOf(value, this.#context.extensions);
    if (replacement === undefined) throw Refusal.unserializable(described(value));
    const { tag, data, identity } = replacement;
    const met = identity && this.#known.get(identity);
    if (met !== undefined) return this.#again(met);
    const pair: unknown[] = [];
    const known: Known = { copy: new ExtensionPair(pair), extensions: this.#extensions, open: true };
    if (identity !== undefined) this.#known.set(identity, known).set(value, known);
    const members = isBeside(depth) ? this.#filled(pair, 2) : undefined;
    this.#extensions++;
    try {
      const sent = this.#visit(data, depth + 1);
      if (members === undefined) pair.push(tag, sent);
      else members.push(0, tag, 1, sent);
    } catch (thrown) {
      throw this.#refusal(thrown, extensionStep(tag));
    }
    this.#extensions--;
    known.open = false;
    return known.copy;
  }

  #refusal(thrown: unknown, step: string): Refusal {
    return Refusal.of(thrown, this.#context.maxDepth).within(step);
  }
}

/** Whether what lies so deep travels beside the value. */
function isBeside(depth: number): boolean {
  return depth > 0 && depth % LEVELS_IN_PLACE === 0;
}
