import { KEPT } from '../../core/seam/codec/budget.ts';

/** A field: its name in a message, or its slot in a list, and a number that is not a small integer. */
export const FIELD_BYTES = 32;
/** The cost of a list's first item: an array that grows item by item has room for 17. */
export const LIST_BYTES = 160;
/** A 64-bit integer is an object. */
export const LONG_BYTES = 48;
/** An entry of a map: V8 creates a hidden class for an unknown name, or a dictionary. */
const ENTRY_BYTES: number = KEPT.key;

/** The spare members that V8 allocates in each object of a class, besides those that its constructor sets. */
const SPARE_MEMBERS = 8;
const HEADER_BYTES = 24;
const EMPTY_LIST_BYTES = 32;
const EMPTY_MAP_BYTES = 56;

/** The cost of one field for the reader, besides {@link FIELD_BYTES}. */
export interface FieldCosts {
  readonly isList: boolean;
  /** Whether it is a message between a start tag and an end tag. */
  readonly isGroup: boolean;
  /** The costs of messages in it, or of the entries of a map. */
  readonly message: MessageCosts | undefined;
}

/** The costs of a message type for the reader. */
export interface MessageCosts {
  /** The cost of a message without fields. */
  readonly emptyBytes: number;
  /** By number. Absent if the fields are unknown: then each counts as a list, and as the kind with the highest cost. */
  readonly fields: ReadonlyMap<number, FieldCosts> | undefined;
}

/** A type as protobufjs reflects it. */
export interface TypeFields {
  readonly ctor: { readonly prototype: object };
  readonly fieldsArray: readonly TypeField[];
}

interface TypeField {
  readonly id: number;
  readonly repeated: boolean;
  readonly map: boolean;
  readonly delimited?: boolean;
  readonly resolvedType: object | null;
}

const NO_MESSAGE: FieldCosts = { isList: false, isGroup: false, message: undefined };

/** The cost of a message of unknown type: generated classes do not tell the types of their fields. */
const LEAST_UNKNOWN_BYTES = 300;

/** The costs of a schema's types. */
export class SchemaCosts {
  readonly #known = new Map<object, MessageCosts>();
  #unknown: MessageCosts = { emptyBytes: LEAST_UNKNOWN_BYTES, fields: undefined };

  /** The maximum cost of a message about which the schema says nothing else. */
  get unknown(): MessageCosts {
    return this.#unknown;
  }

  /** Adds a class of which only the prototype describes its messages. */
  addClass(prototype: object): void {
    const emptyBytes = Math.max(this.#unknown.emptyBytes, emptyBytesOf(prototype));
    this.#unknown = { emptyBytes, fields: undefined };
  }

  /** Adds a reflected type, and the types that it names. */
  addType(type: TypeFields): MessageCosts {
    const { prototype } = type.ctor;
    const known = this.#known.get(prototype);
    if (known !== undefined) return known;
    const fields = new Map<number, FieldCosts>();
    const costs = { emptyBytes: emptyBytesOf(prototype), fields };
    // A message may contain messages of its own type.
    this.#known.set(prototype, costs);
    for (const field of type.fieldsArray) fields.set(field.id, this.#fieldCosts(field));
    return costs;
  }

  /** Returns the costs of messages with this prototype. */
  of(prototype: unknown): MessageCosts {
    return (typeof prototype === 'object' && prototype !== null && this.#known.get(prototype)) || this.#unknown;
  }

  /** Returns the reader's charge for `message` in bytes, or somewhat more. */
  bytesOf(message: object): number {
    const { emptyBytes, fields } = this.of(Object.getPrototypeOf(message));
    let bytes = emptyBytes;
    for (const value of Object.values(message)) {
      if (value === null || value === undefined) continue;
      if (Array.isArray(value)) {
        if (value.length > 0) bytes += LIST_BYTES;
        for (const item of value) bytes += FIELD_BYTES + this.#partBytes(item);
      } else {
        bytes += FIELD_BYTES + (fields === undefined ? LIST_BYTES : 0) + this.#partBytes(value);
      }
    }
    return bytes;
  }

  #partBytes(value: unknown): number {
    if (typeof value === 'bigint') return LONG_BYTES;
    if (typeof value !== 'object' || value === null) return 0;
    if (value instanceof Uint8Array) return KEPT.binary;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return this.bytesOf(value);
    // A map, or a message that was given as a plain object.
    let bytes = this.#unknown.emptyBytes;
    for (const member of Object.values(value)) bytes += ENTRY_BYTES + 3 * FIELD_BYTES + this.#partBytes(member);
    return bytes;
  }

  #fieldCosts({ repeated, map, delimited = false, resolvedType }: TypeField): FieldCosts {
    const message = isType(resolvedType) ? this.addType(resolvedType) : undefined;
    if (map) return { ...NO_MESSAGE, message: entryCosts(message) };
    if (!repeated && message === undefined) return NO_MESSAGE;
    return { isList: repeated, isGroup: delimited, message };
  }
}

function entryCosts(value: MessageCosts | undefined): MessageCosts {
  const fields = new Map([
    [1, NO_MESSAGE],
    [2, { ...NO_MESSAGE, message: value }],
  ]);
  return { emptyBytes: ENTRY_BYTES, fields };
}

/** Returns the costs of the field with this number. */
export function fieldCosts({ fields }: MessageCosts, unknown: FieldCosts, number: number): FieldCosts {
  return fields === undefined ? unknown : (fields.get(number) ?? NO_MESSAGE);
}

function isType(type: object | null): type is TypeFields {
  return type !== null && 'fieldsArray' in type && 'ctor' in type;
}

/**
 * Returns the cost of an empty message. Its prototype contains the defaults of all fields, and an empty list or object for those
 * that each message has itself.
 */
function emptyBytesOf(prototype: object): number {
  const defaults = fieldsOf(prototype).map((name): unknown => Reflect.get(prototype, name));
  const lists = defaults.filter(Array.isArray).length;
  const objects = defaults.filter((value) => typeof value === 'object' && value !== null).length - lists;
  const members = Math.min(defaults.length, lists + objects + SPARE_MEMBERS);
  return HEADER_BYTES + members * KEPT.slot + lists * EMPTY_LIST_BYTES + objects * EMPTY_MAP_BYTES;
}

/** Returns the fields of a message: protobufjs keeps their defaults in the prototype, next to methods and `$type`. */
export function fieldsOf(prototype: unknown): readonly string[] {
  if (typeof prototype !== 'object' || prototype === null || prototype === Object.prototype) return [];
  return Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, member]) => name !== '$type' && 'value' in member && typeof member.value !== 'function')
    .map(([name]) => name);
}
