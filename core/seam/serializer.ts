/**
 * The serializer seam: how values become bytes. This file is the whole contract; an author of a serializer needs no
 * other part of the core than {@link Output} and {@link SerializerError}.
 */
import type { Output } from './output.ts';

/**
 * A way to encode values. One serializer opens one {@link Codec} per connection, so a codec may keep state between
 * the values of a connection (shapes seen before, for instance).
 */
export interface Serializer {
  /**
   * The name that both ends of a connection compare when it is opened, and that `options.serializer` chooses by:
   * 1 to 64 characters out of `a-z`, `0-9`, `-`, `.` and `+`.
   */
  readonly name: string;
  /** Opens the codec of one connection. It must be synchronous and must not share state with other codecs. */
  open(context: CodecContext): Codec;
}

/**
 * A serializer's half of one connection. Values are decoded exactly once and in the order in which the other end
 * encoded them, so state learnt from one value may be used for the next.
 */
export interface Codec {
  /**
   * Appends the encoding of `value` to `output`. What was appended before it threw is taken back by the caller.
   *
   * Every object that is neither a plain object, an array, nor of a class that the codec itself carries, and every
   * function, must be offered to {@link Extensions.replace} first.
   *
   * @param maxNodes - How many values the other end reads in one message, if it said so: its {@link CodecContext.maxNodes}. A
   * codec that does not count leaves it to the other end to refuse the message.
   * @throws {@link SerializerError} `UNSERIALIZABLE` with the path to what cannot be sent (`$.rows[3].socket`), or
   * `TOO_DEEP` beyond {@link CodecContext.maxDepth}; {@link MessageTooLargeError} beyond `maxNodes`.
   */
  encode(value: unknown, output: Output, maxNodes?: number): void;
  /**
   * Decodes one value out of exactly these bytes. The memory is reused after the call: whatever is kept must be copied.
   *
   * The bytes come from a peer that is known but not believed. Nothing in them may run code, reach a prototype,
   * allocate much more than {@link CodecContext.maxNodes} and {@link CodecContext.charge} allow, or recurse deeper than
   * {@link CodecContext.maxDepth}.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD`, without a byte of the payload in its message.
   */
  decode(bytes: Uint8Array): unknown;
  /**
   * The same for the bytes of `buffer` between `start` and `end`: without it the core makes a view of them for each message and
   * calls {@link Codec.decode}. If `owned` is true, the memory is the message's own and is not reused: a large part of it
   * may be given out as a view instead of a copy.
   */
  decodeAt?(buffer: Buffer, start: number, end: number, owned: boolean): unknown;
  /**
   * Called when what the last {@link Codec.encode} produced will never reach the other end: it threw, or the message
   * was too large. A codec with state forgets here whatever its peer now cannot know.
   */
  discarded?(): void;
  /**
   * What to encode instead of `args`, the arguments of a call. Only for a codec that writes the calls of some methods in a
   * way of its own, by a schema for instance; without this method a codec never learns of calls. It is asked right before
   * {@link Codec.encode}, and the other end decodes whatever was encoded.
   *
   * @throws {@link SerializerError} `UNSERIALIZABLE`: the call is not sent, and rejects with it.
   */
  prepareArguments?(args: readonly unknown[], called: CalledMethod): readonly unknown[];
  /**
   * The same for what a method has returned. Not asked for errors, or for what is no result of a method: properties, copies
   * of objects.
   *
   * @throws {@link SerializerError} `UNSERIALIZABLE`: the caller gets it instead of the result.
   */
  prepareResult?(result: unknown, called: CalledMethod): unknown;
}

/** The method whose arguments or result are to be sent. */
export interface CalledMethod {
  /** The kind of object that has it: `'actor'` for an actor itself, otherwise its typeid. */
  readonly typeid: string;
  /** All methods of the object. This array is the same one each time that it is called over this connection. */
  readonly methods: readonly string[];
  /** The method's name. */
  readonly name: string;
}

/** What a codec is given when it is opened. */
export interface CodecContext {
  /** The values that the codec must not copy itself. */
  readonly extensions: Extensions;
  /** The deepest nesting of containers to accept, in levels, in either direction. */
  readonly maxDepth: number;
  /** The largest number of values (containers, their members, map entries) one decoded message may expand to. */
  readonly maxNodes: number;
  /**
   * The largest message, in bytes, in either direction. The core keeps to it: only a serializer that makes more bytes of those
   * that arrived, by inflating them, has to as well.
   */
  readonly maxMessageBytes?: number;
  /**
   * Counts what a part of the message being decoded costs, in bytes, before it is made: what it takes to keep, and more where it
   * takes long to make. A message may cost 16 times its own bytes, and some MiB besides. What extensions are revived to is
   * counted by the core.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD` beyond that, which is for {@link Codec.decode} to pass on.
   */
  readonly charge?: (bytes: number) => void;
  /**
   * Says that the message being decoded was compressed, and holds so many bytes: what it may cost goes by them. To be called before
   * anything of it is charged.
   */
  readonly inflated?: (bytes: number) => void;
}

/**
 * The values that travel as something else: references (proxies, functions, iterators, signals), errors, and classes
 * given to `registerClass`. The codec writes the replacement with a mark of its own and asks for the value back when
 * it meets that mark.
 */
export interface Extensions {
  /**
   * The replacement to write instead of `value`, or `undefined` when the core has none: the codec then copies the
   * value if it can and otherwise throws. Called once per occurrence, because each occurrence of a reference counts; a codec
   * that has written an {@link Extension.identity} need not ask again for that object.
   *
   * @param carries Whether the codec itself copies an object that is neither a plain object, an array, nor of a class that
   * every codec carries. Absent when it copies no others. An error keeps the properties that can be sent.
   * @throws {@link SerializerError} when the value must not be sent; its path is the codec's to add.
   */
  replace(value: object, carries?: (value: object) => boolean): Extension | undefined;
  /**
   * The value that `extension` stands for. Its data has been decoded already, members first.
   *
   * @throws {@link SerializerError} when the tag is unknown or the data is not what the tag demands.
   */
  revive(extension: Extension): unknown;
}

/** A replacement: a tag, and data that the codec encodes like any other value (it may hold extensions itself). */
export interface Extension {
  /** Which kind of value this is, for instance `'ref'` or `'error'`; 1 to 128 characters. */
  readonly tag: string;
  /** What the extension makes the value of again; plain data, or values that other extensions carry. */
  readonly data: unknown;
  /**
   * The object that this stands for, if it is copied (an error, an instance of a registered class) and not a reference. A codec
   * that keeps shared objects writes one replacement per identity and a back reference for each further occurrence. It
   * refuses an identity that it meets within its own data: the reader has no value for it yet.
   */
  readonly identity?: object;
  /**
   * What reviving it will charge the message at the other end, in bytes and beside its data: for a codec that makes a message as
   * long as what it expands to demands.
   */
  readonly keptBytes?: number;
}
