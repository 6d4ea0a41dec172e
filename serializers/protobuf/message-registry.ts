import type { BufferReader, Writer } from 'protobufjs/minimal.js';
import type { Budget } from '../../core/seam/codec/budget.ts';
import { KEPT } from '../../core/seam/codec/kept-bytes.ts';
import { Refusal } from '../../core/seam/codec/refusal.ts';
import { SerializerError } from '../../core/seam/errors.ts';
import { BudgetReader } from './budget-reader.ts';
import { copyOf, malformed } from './leaf-reader.ts';
import { SchemaCosts, type TypeFields } from './message-costs.ts';
import { ANY, VALUE } from './wire.ts';

/** What precedes the full name of a message in the `type_url` of a `google.protobuf.Any`. */
const URL_PREFIX = 'type.googleapis.com/';

/** A class of messages, as protobufjs generates it (`pbjs -t static-module`) or makes it of a schema (`Type`). */
export interface MessageType {
  /** Writes a message; with a writer, behind what that holds. */
  encode(message: object, writer?: Writer): Writer;
  /** Reads a message of `length` bytes, or of all that are left. */
  decode(reader: BufferReader, length?: number): object;
  /** Makes a message of plain fields. */
  fromObject?(fields: Record<string, unknown>): object;
  /** Says what is wrong with plain fields; `null` when nothing is. */
  verify?(fields: Record<string, unknown>): string | null;
  /** Makes plain fields of a message. */
  toObject?(message: object, options?: { readonly enums?: StringConstructor }): Record<string, unknown>;
}

/** A class that protobufjs generated for a message. */
export type MessageClass = MessageType & { readonly prototype: object };

/** A class of messages, and the type that it was made of if there is one. */
export type KnownClass = MessageClass & { readonly reflected?: TypeFields };

/** A message that travels as itself. */
export class RegisteredMessage {
  readonly #type: MessageType;
  readonly #url: string;
  readonly #prototype: object;
  readonly #costs: SchemaCosts;

  constructor(fullName: string, type: MessageClass, costs: SchemaCosts) {
    this.#type = type;
    this.#url = URL_PREFIX + fullName;
    this.#prototype = type.prototype;
    this.#costs = costs;
  }

  /** The `type_url` of its messages. */
  get url(): string {
    return this.#url;
  }

  /** Writes the field `message` of a `Value`. */
  write(message: object, writer: Writer): void {
    writer.uint32(VALUE.message).fork().uint32(ANY.typeUrl).string(this.#url);
    const start = writer.pos;
    writer.uint32(ANY.value).fork();
    const content = writer.pos;
    try {
      this.#type.encode(message, writer);
    } catch (cause) {
      if (cause instanceof Refusal) throw cause;
      throw Refusal.unserializable(`a ${this.#url.slice(URL_PREFIX.length)} that its own type cannot encode`, cause);
    }
    if (writer.pos > content) {
      writer.ldelim().ldelim();
    } else {
      // As everywhere in proto3, a field with its default is left out.
      writer.reset().pos = start;
      writer.ldelim();
    }
  }

  /** The message that these bytes are; it keeps their memory. */
  read(bytes: Buffer, budget: Budget): object {
    const costs = this.#costs;
    const reader = new BudgetReader(bytes, budget, costs, costs.of(this.#prototype));
    try {
      return this.#type.decode(reader);
    } catch (thrown) {
      if (thrown instanceof SerializerError) throw thrown;
      // What protobufjs says of it may quote the payload.
      throw malformed('a message in it is not of its type');
    }
  }
}

/** The messages of the schema that this end was given. Nothing that a peer sends adds to them. */
export class MessageRegistry {
  readonly #byPrototype = new Map<unknown, RegisteredMessage>();
  readonly #byUrl = new Map<string, RegisteredMessage>();
  readonly #costs = new SchemaCosts();

  add(fullName: string, type: KnownClass): void {
    if (type.reflected === undefined) this.#costs.addClass(type.prototype);
    else this.#costs.addType(type.reflected);
    const message = new RegisteredMessage(fullName, type, this.#costs);
    this.#byPrototype.set(type.prototype, message);
    this.#byUrl.set(message.url, message);
  }

  /** How `value` travels, if it is an instance of a registered message. */
  of(value: object): RegisteredMessage | undefined {
    return this.#byPrototype.get(Object.getPrototypeOf(value));
  }

  /** What a reader is going to charge for these messages, in bytes, beside their place in the value; see {@link missingBytes}. */
  bytesOf(messages: readonly object[]): number {
    return messages.reduce((sum, message) => sum + KEPT.binary + this.#costs.bytesOf(message), 0);
  }

  /** The message that is the content of the field `message` of a `Value` that ends at `end`. */
  read(reader: BufferReader, end: number, budget: Budget): object {
    const size = reader.size();
    if (reader.pos + size !== end || size === 0 || reader.tag() !== ANY.typeUrl)
      throw malformed('a message has no type');
    const message = this.#byUrl.get(reader.string());
    if (message === undefined) throw malformed('it holds a message of a type that this end was not given');
    // A message with nothing but defaults has no bytes, and other implementations leave the field out.
    if (reader.pos === end) return message.read(Buffer.alloc(0), budget);
    if (reader.tag() !== ANY.value) throw malformed('a message has no content');
    // The fields of type `bytes` keep this memory, and that of the reader is used again.
    return message.read(copyOf(reader.bytes()), budget);
  }
}
