/**
 * The serializer seam: how values become bytes. This file is the whole contract; the author of a serializer needs no other part of
 * the core than {@link Output} and {@link SerializerError}.
 */
import type { Output } from './output.ts';

/**
 * A way to encode values. One serializer opens one {@link Codec} per connection, so a codec may keep state between the values of a
 * connection (for instance, the shapes of earlier objects).
 */
export interface Serializer {
  /**
   * The name that both ends of a connection compare when it is opened, and by which `options.serializer` selects it: 1 to 64
   * characters of `a-z`, `0-9`, `-`, `.` and `+`.
   */
  readonly name: string;
  /** Opens the codec of one connection. It must be synchronous and must not share state with other codecs. */
  open(context: CodecContext): Codec;
}

/**
 * A serializer's half of one connection. Values are decoded exactly once and in the order in which the peer encoded them, so
 * state learnt from one value may be used for the next.
 */
export interface Codec {
  /**
   * Appends the encoding of `value` to `output`. If it throws, the caller removes the bytes appended so far.
   *
   * Every function, and every object that is neither a plain object, an array, nor of a class that the codec itself carries, must
   * be offered to {@link Extensions.replace} first.
   *
   * @param maxNodes - How many values the peer accepts in one message, if it said so: its {@link CodecContext.maxNodes}. If a
   * codec does not count, the peer refuses the message.
   * @throws {@link SerializerError} `UNSERIALIZABLE` with the path to the value that cannot be sent (`$.rows[3].socket`), or
   * `TOO_DEEP` beyond {@link CodecContext.maxDepth}; {@link MessageTooLargeError} beyond `maxNodes`.
   */
  encode(value: unknown, output: Output, maxNodes?: number): void;
  /**
   * Decodes one value from exactly these bytes. The memory is reused after the call: copy everything that you keep.
   *
   * The bytes come from a peer that is known but not trusted. They must not run code, reach a prototype,
   * allocate much more than {@link CodecContext.maxNodes} and {@link CodecContext.charge} allow, or recurse deeper than
   * {@link CodecContext.maxDepth}.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD`, without a byte of the payload in its message.
   */
  decode(bytes: Uint8Array): unknown;
  /**
   * Decodes the bytes of `buffer` between `start` and `end`. Without this method, the core creates a view of them for each
   * message and calls {@link Codec.decode}. If `owned` is true, the memory belongs to the message and is not reused: a large part
   * of it may be returned as a view instead of a copy.
   */
  decodeAt?(buffer: Buffer, start: number, end: number, owned: boolean): unknown;
  /**
   * Called when the output of the last {@link Codec.encode} will never reach the peer: it threw, or the message was too large. A
   * codec with state forgets everything that its peer now cannot know.
   */
  discarded?(): void;
  /**
   * Returns the value to encode instead of `args`, the arguments of a call. Only for a codec that encodes the calls of some
   * methods specially, for instance by a schema; without this method a codec never learns of calls. It is called immediately
   * before {@link Codec.encode}, and the peer decodes the encoded value.
   *
   * @throws {@link SerializerError} `UNSERIALIZABLE`: the call is not sent, and rejects with it.
   */
  prepareArguments?(args: readonly unknown[], called: CalledMethod): readonly unknown[];
  /**
   * Returns the value to encode instead of a method's result. Not called for errors, or for values that are not a method's
   * result: properties, copies of objects.
   *
   * @throws {@link SerializerError} `UNSERIALIZABLE`: the caller gets it instead of the result.
   */
  prepareResult?(result: unknown, called: CalledMethod): unknown;
}

/** The method whose arguments or result are to be sent. */
export interface CalledMethod {
  /** The kind of object that has it: `'actor'` for an actor itself, otherwise its typeid. */
  readonly typeid: string;
  /** All methods of the object: the same array for each of its calls over this connection. */
  readonly methods: readonly string[];
  /** The method's name. */
  readonly name: string;
}

/** The context in which a codec is opened. */
export interface CodecContext {
  /** The values that the codec must not copy itself. */
  readonly extensions: Extensions;
  /** The deepest nesting of containers to accept, in levels, in either direction. */
  readonly maxDepth: number;
  /** The largest number of values (containers, their members, map entries) one decoded message may expand to. */
  readonly maxNodes: number;
  /**
   * The largest message, in bytes, in either direction. The core enforces it; a serializer that decompresses received bytes must
   * enforce it too.
   */
  readonly maxMessageBytes?: number;
  /**
   * Counts the cost of a part of the message being decoded, in bytes, before that part is created: its memory, or more if it takes
   * long to create. A message may cost 16 times its own bytes plus some MiB. The core counts revived extensions.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD` beyond that; {@link Codec.decode} must let it pass.
   */
  readonly charge?: (bytes: number) => void;
  /**
   * Reports that the message being decoded was compressed and contains this many bytes, which determine its allowed cost. Call it
   * before anything of the message is charged.
   */
  readonly inflated?: (bytes: number) => void;
}

/**
 * The values that are not copied: references (proxies, functions, iterators, signals), errors, and classes given to
 * `registerClass`. The codec writes the replacement with its own marker, and passes it to `revive` when it reads that marker.
 */
export interface Extensions {
  /**
   * Returns the replacement to write instead of `value`, or `undefined` if the core has none: the codec then copies the value if
   * it can and otherwise throws. Called once per occurrence, because each occurrence of a reference counts. A codec that has
   * written an {@link Extension.identity} need not call it again for that object.
   *
   * @param carries Whether the codec itself copies an object that is neither a plain object, an array, nor of a class that
   * every codec carries. Absent when it copies no others. An error keeps the properties that can be sent.
   * @throws {@link SerializerError} when the value must not be sent; the codec adds the path.
   */
  replace(value: object, carries?: (value: object) => boolean): Extension | undefined;
  /**
   * Returns the value that `extension` represents. Its data has already been decoded, members first.
   *
   * @throws {@link SerializerError} when the tag is unknown or the data does not fit the tag.
   */
  revive(extension: Extension): unknown;
}

/** A replacement: a tag, and data that the codec encodes like any other value (it may hold extensions itself). */
export interface Extension {
  /** The kind of value, for instance `'ref'` or `'error'`; 1 to 128 characters. */
  readonly tag: string;
  /** The data from which the value is recreated: plain data, or values that other extensions carry. */
  readonly data: unknown;
  /**
   * The represented object, if it is copied (an error, an instance of a registered class) and not a reference. A codec that
   * preserves shared objects writes one replacement per identity and a back reference for each further occurrence. It refuses an
   * identity within its own data, because the reader has no value for it yet.
   */
  readonly identity?: object;
  /**
   * The number of bytes that reviving it charges to the message at the peer, in addition to its data: for a codec that pads a
   * message to the length that its expansion requires.
   */
  readonly keptBytes?: number;
}
