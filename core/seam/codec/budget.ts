/**
 * What a message may cost its reader: how much memory is granted for its length, what each kind of value takes, and how objects are
 * created so that V8 takes no more.
 */
import { getHeapStatistics } from 'node:v8';
import { SerializerError } from '../errors.ts';
import type { CodecContext } from '../serializer.ts';
import type { CodecFaults } from './codec-faults.ts';

/** The memory that a message may take for each of its bytes, in bytes. */
export const KEPT_PER_BYTE = 16;

const MIB = 1024 * 1024;

/** The minimum that every reader grants in addition: a sender can rely on it. */
const SURE_ALLOWANCE_BYTES = MIB;

const HEAP_BYTES = getHeapStatistics().heap_size_limit;

/** The amount that this process grants: a 64th of its heap, between 1 and 8 MiB. */
const ALLOWANCE_BYTES = Math.min(8 * MIB, Math.max(SURE_ALLOWANCE_BYTES, HEAP_BYTES / 64));

/** No message may take more than half of the heap, however long it is. */
const MOST_KEPT_BYTES = HEAP_BYTES / 2;

/** The part of the allowance for costs that a sender cannot know; no sender relies on it. */
export const UNSURE_BYTES: number = (ALLOWANCE_BYTES - SURE_ALLOWANCE_BYTES) / 2;

/** Returns how many bytes a message of `messageBytes` may cost. */
export function grantedBytes(messageBytes: number): number {
  return Math.min(ALLOWANCE_BYTES + messageBytes * KEPT_PER_BYTE, MOST_KEPT_BYTES);
}

/**
 * The remaining cost of the message being decoded: 16 bytes of memory for each of its bytes, and an allowance. Time is charged as
 * memory: a value that takes long to create counts as more bytes than it occupies. A session has one; its codec and all code that
 * revives extensions charge it.
 */
export class MessageAllowance {
  #left = 0;
  #messageBytes = 0;
  /** The number of messages so far, for code that counts per message. */
  message = 0;

  /** The size of the last message that was decoded, inflated if it was compressed. */
  get messageBytes(): number {
    return this.#messageBytes;
  }

  /** Called before a message of this size is decoded. */
  begin(messageBytes: number): void {
    this.message++;
    this.#messageBytes = messageBytes;
    this.#left = grantedBytes(messageBytes);
  }

  /**
   * Charges a cost.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD` when the message exceeds its allowance.
   */
  charge(bytes: number): void {
    this.#left -= bytes;
    if (this.#left >= 0) return;
    throw new SerializerError(
      `a message of ${this.#messageBytes} bytes would take more memory or time than a message of this size may: send it in pieces, or ` +
        'give this process a larger heap (--max-old-space-size)',
      { code: 'INVALID_PAYLOAD' },
    );
  }
}

/** Costs are charged to the session in portions: a call for each value would cost more than the value. */
const PORTION_BYTES = 64 * 1024;

/**
 * The limits of one message while a codec reads it: values (`limits.maxNodes`) and memory. Created once for a codec, and reset
 * for each message.
 */
export class Budget {
  readonly #maxNodes: number;
  readonly #faults: CodecFaults;
  /** The codec's own allowance, if the session has none. */
  readonly #allowance: MessageAllowance | undefined;
  readonly #charge: (bytes: number) => void;
  #nodesLeft = 0;
  /** The rest of the present portion. */
  #bytesLeft = 0;
  /** The rest of the whole allowance after the previous portion. */
  #grantedLeft = 0;
  #unsureLeft = 0;

  constructor(context: CodecContext, faults: CodecFaults) {
    this.#maxNodes = context.maxNodes;
    this.#faults = faults;
    if (context.charge === undefined) {
      const allowance = new MessageAllowance();
      this.#allowance = allowance;
      this.#charge = (bytes) => allowance.charge(bytes);
    } else {
      this.#allowance = undefined;
      this.#charge = context.charge;
    }
  }

  /** Called before a message of this size is read. */
  begin(messageBytes: number): void {
    this.#allowance?.begin(messageBytes);
    this.#nodesLeft = this.#maxNodes;
    this.#bytesLeft = PORTION_BYTES;
    this.#grantedLeft = grantedBytes(messageBytes);
    this.#unsureLeft = UNSURE_BYTES;
  }

  /** How many bytes the message may still cost, as far as this budget knows. */
  get bytesLeft(): number {
    return this.#grantedLeft - PORTION_BYTES + this.#bytesLeft;
  }

  /**
   * Counts memory that a value may or may not take, which the sender cannot know. Returns `false`, and counts nothing, when the message
   * has used up {@link UNSURE_BYTES}: the caller then has to create the value in another way.
   */
  spendUnsure(keptBytes: number): boolean {
    if (keptBytes > this.#unsureLeft) return false;
    this.#unsureLeft -= keptBytes;
    this.spend(0, keptBytes);
    return true;
  }

  /**
   * Counts `nodes` values that are about to be created, and their memory; see {@link KEPT} for the costs.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD` when that is more than is left.
   */
  spend(nodes: number, keptBytes: number): void {
    this.#nodesLeft -= nodes;
    this.#bytesLeft -= keptBytes;
    if (this.#nodesLeft < 0 || this.#bytesLeft < 0) this.#settle();
  }

  #settle(): void {
    if (this.#nodesLeft < 0) {
      throw this.#faults.invalidPayload(`it holds more than ${this.#maxNodes} values (limits.maxNodes)`);
    }
    const spent = PORTION_BYTES - this.#bytesLeft;
    this.#bytesLeft = PORTION_BYTES;
    this.#grantedLeft -= spent;
    this.#charge(spent);
  }
}

/**
 * Returns how many bytes a message of `messageBytes` is too short for every reader to accept `keptBytes`. Few values are that
 * dense, such as a million pairs of small numbers in MessagePack. Their sender pads the message.
 */
export function missingBytes(messageBytes: number, keptBytes: number): number {
  return Math.max(0, Math.ceil((keptBytes - SURE_ALLOWANCE_BYTES) / KEPT_PER_BYTE) - messageBytes);
}

/**
 * Returns by how many bytes to pad a message of text that holds extensions whose revival costs `revivedBytes`. The text itself costs at
 * most {@link KEPT_PER_BYTE} and a part of the allowance; the rest of the allowance is for extensions.
 */
export function paddingFor(revivedBytes: number): number {
  return Math.max(0, Math.ceil((revivedBytes - SURE_ALLOWANCE_BYTES / 2) / KEPT_PER_BYTE));
}

interface Kept {
  /** The slot of a member in its container. */
  readonly slot: number;
  /** A text, without its characters. */
  readonly text: number;
  readonly array: number;
  readonly object: number;
  readonly map: number;
  /** A key and its value in a Map, instead of two slots. */
  readonly mapEntry: number;
  readonly set: number;
  /** A member of a Set, instead of a slot. */
  readonly setMember: number;
  /** An item of an array with holes, instead of a slot; the holes cost {@link sparseBytes}. */
  readonly sparseItem: number;
  /** A name that objects of the message have not had before: V8 creates a hidden class for each. */
  readonly key: number;
  /** An object with names that are array indexes, in addition to its own figure. */
  readonly indexed: number;
  /** Each of these names, in addition to its slot. */
  readonly indexName: number;
  readonly date: number;
  readonly bigint: number;
  /** A Buffer, a typed array, a DataView or an ArrayBuffer of any length. */
  readonly binary: number;
  readonly regexp: number;
  readonly url: number;
  /** The objects that are created to revive an extension; the core charges for the revived value. */
  readonly extension: number;
}

/**
 * The costs of values in bytes of a 64-bit V8 heap, for {@link Budget.spend}. A container costs its own figure and {@link
 * KEPT.slot} for each member. Values that take longer to create than to fill this many bytes cost more. Numbers and the bytes of
 * binary data cost nothing beyond their slot. Values that need less than 16 times their encoded bytes are charged too, otherwise
 * they would leave their share to others.
 */
export const KEPT: Kept = Object.freeze({
  slot: 8,
  text: 24,
  array: 48,
  object: 48,
  map: 200,
  mapEntry: 56,
  set: 200,
  setMember: 40,
  sparseItem: 80,
  key: 320,
  indexed: 200,
  indexName: 64,
  date: 120,
  bigint: 32,
  binary: 240,
  regexp: 1_600,
  url: 1_600,
  extension: 64,
});

/** An object with more names is always a dictionary. */
export const MAX_CLASS_NAMES = 128;
/** The costs of an object's own hidden class: itself, each name in it, and the copying of all earlier names for each further one. */
const CLASS_BYTES = 128;
const NAME_BYTES = 24;
const COPIED_NAME_BYTES = 10;

/**
 * Returns what an object with this many names costs in addition to its slots, in bytes, if V8 has no room for its hidden class; see
 * {@link FreshClasses}. Whether V8 has room depends on the other objects of the process, so a sender cannot know.
 */
export function unsureBytes(names: number): number {
  const count = Math.min(names, MAX_CLASS_NAMES);
  return count === 0 ? 0 : CLASS_BYTES + count * (NAME_BYTES + count * COPIED_NAME_BYTES);
}

/** The member names of objects, in order, as {@link FreshClasses} counts them. */
export interface FreshShape {
  /** Makes its objects; `undefined` before the first one. */
  root: Root | undefined;
}

type Root = new () => Record<string, unknown>;

/**
 * The number of shapes after which new trees begin. V8 has room for 1,536 next names after each name, and adding one takes longer the
 * more there are.
 */
const MAX_SHAPES = 64;

/** One function makes all objects with at least this many members. */
const MAX_COUNT = 32;

/**
 * Makes plain objects whose hidden classes are shared with no other objects of the process.
 *
 * V8 finds the hidden class of an object in a tree of names, and has room for 1,536 next names at each place. Beyond that, each object
 * gets its own hidden class, which takes four times the memory, and time that grows with the square of the number of names. `{}` and
 * `JSON.parse` use one tree for the whole process, so the program's own objects, or messages that it keeps, may have used up that room.
 * But every function has its own tree for the objects that it constructs, and if its `prototype` is `Object.prototype`, these are
 * plain objects like any others.
 */
export class FreshClasses {
  #shapes = 0;
  /** The functions of the present trees by number of members: V8 gives all objects of a function as much room as the first ones needed. */
  #roots: (Root | undefined)[] = [];

  /**
   * Returns an empty object for `count` members with the names of `shape`, which the caller sets in order. A shape stays in its tree,
   * because in another one its objects would get another hidden class.
   */
  begin(shape: FreshShape, count: number): Record<string, unknown> {
    const root = (shape.root ??= this.#rootOf(Math.min(count, MAX_COUNT)));
    return new root();
  }

  #rootOf(index: number): Root {
    if (++this.#shapes > MAX_SHAPES) {
      this.#shapes = 1;
      this.#roots = [];
    }
    for (let place = this.#roots.length; place < index; place++) this.#roots.push(undefined);
    return (this.#roots[index] ??= newRoot());
  }
}

function newRoot(): Root {
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- each function has its own tree
  const root: unknown = function (): void {};
  if (!isRoot(root)) throw new TypeError('a function is not a constructor');
  root.prototype = Object.prototype;
  return root;
}

function isRoot(made: unknown): made is Root & { prototype: object } {
  return typeof made === 'function';
}
