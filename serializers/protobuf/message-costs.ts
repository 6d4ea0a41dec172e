import { KEPT } from '../../core/seam/codec/kept-bytes.ts';
import { fieldsOf } from './fields-of.ts';

/** A field: its name in a message, or its place in a list, and a number that is no small integer. */
export const FIELD_BYTES = 32;
/** What a list takes for its first item: an array that grows item by item has room for 17. */
export const LIST_BYTES = 160;
/** A 64-bit integer is an object. */
export const LONG_BYTES = 48;
/** An entry of a map: V8 makes a hidden class for a name that it has not met, or a dictionary. */
export const ENTRY_BYTES: number = KEPT.key;

/** V8 keeps room in each object of a class for so many members besides those that its constructor sets. */
const SPARE_MEMBERS = 8;
const HEADER_BYTES = 24;
const EMPTY_LIST_BYTES = 32;
const EMPTY_MAP_BYTES = 56;

/** What one field of a message costs its reader, besides {@link FIELD_BYTES}. */
export interface FieldCosts {
  readonly isList: boolean;
  /** Whether it is a message between a tag that begins it and one that ends it. */
  readonly isGroup: boolean;
  /** Of the messages in it, or of the entries of a map. */
  readonly message: MessageCosts | undefined;
}

/** What messages of a type cost their reader. */
export interface MessageCosts {
  /** One without any field. */
  readonly emptyBytes: number;
  /** By number. Without it, nothing is known of the fields: each is taken for a list, and for whatever costs most. */
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

/** A message whose type is not known: generated classes do not say what their fields hold. */
const LEAST_UNKNOWN_BYTES = 300;

/** The costs of the types of a schema. */
export class SchemaCosts {
  readonly #known = new Map<object, MessageCosts>();
  #unknown: MessageCosts = { emptyBytes: LEAST_UNKNOWN_BYTES, fields: undefined };

  /** What a message may cost of which the schema does not say more than that it may be there. */
  get unknown(): MessageCosts {
    return this.#unknown;
  }

  /** Takes in a class of which only the prototype says what its messages hold. */
  addClass(prototype: object): void {
    const emptyBytes = Math.max(this.#unknown.emptyBytes, emptyBytesOf(prototype));
    this.#unknown = { emptyBytes, fields: undefined };
  }

  /** Takes in a type that is reflected, and those that it names. */
  addType(type: TypeFields): MessageCosts {
    const { prototype } = type.ctor;
    const known = this.#known.get(prototype);
    if (known !== undefined) return known;
    const fields = new Map<number, FieldCosts>();
    const costs = { emptyBytes: emptyBytesOf(prototype), fields };
    // A message may hold messages of its own type.
    this.#known.set(prototype, costs);
    for (const field of type.fieldsArray) fields.set(field.id, this.#fieldCosts(field));
    return costs;
  }

  /** The costs of messages with this prototype. */
  of(prototype: unknown): MessageCosts {
    return (typeof prototype === 'object' && prototype !== null && this.#known.get(prototype)) || this.#unknown;
  }

  /** What the reader is going to charge for `message`, in bytes, or somewhat more. */
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

/** The costs of the field with this number. */
export function fieldCosts({ fields }: MessageCosts, unknown: FieldCosts, number: number): FieldCosts {
  return fields === undefined ? unknown : (fields.get(number) ?? NO_MESSAGE);
}

function isType(type: object | null): type is TypeFields {
  return type !== null && 'fieldsArray' in type && 'ctor' in type;
}

/** The prototype has the defaults of all fields, and an empty list or object for those that each message has of its own. */
function emptyBytesOf(prototype: object): number {
  const defaults = fieldsOf(prototype).map((name): unknown => Reflect.get(prototype, name));
  const lists = defaults.filter(Array.isArray).length;
  const objects = defaults.filter((value) => typeof value === 'object' && value !== null).length - lists;
  const members = Math.min(defaults.length, lists + objects + SPARE_MEMBERS);
  return HEADER_BYTES + members * KEPT.slot + lists * EMPTY_LIST_BYTES + objects * EMPTY_MAP_BYTES;
}
