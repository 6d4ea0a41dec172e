/**
 * The serializer `protobuf`: binary, with a published schema, and with schemas of your own.
 *
 * @module uactor/serializers/protobuf
 */
import type { Codec, CodecContext, Serializer } from '../../core/seam/serializer.ts';
import { ProtobufCodec } from './codec.ts';
import { loadSchema, type Schema, type SchemaSerializer } from './schema.ts';

export type { MessageClass, MessageType } from './message-registry.ts';
export type { Schema, SchemaSerializer } from './schema.ts';
export type { ServiceClass, ServiceMethods } from './service.ts';

/**
 * The serializer `protobuf`: each value is one message `uactor.Value`, which `value.proto` in this package describes.
 *
 * Called with a schema, it returns a serializer that sends messages of that schema unchanged, byte for byte like any other
 * implementation of Protocol Buffers, and every other value as before.
 *
 * It keeps shared and cyclic references, except cycles through values that an extension replaces; each occurrence of a proxy or
 * function is a reference of its own. It does not keep symbol keys, members that are not enumerable, members of arrays other than
 * their items, the absence of a prototype, `lastIndex` of a RegExp, or that two views share one ArrayBuffer. `maxDepth` beyond
 * 1,500 counts as 1,500.
 *
 * @example
 * const shop = protobuf({ files: [new URL('./shop.proto', import.meta.url)] });
 * registerSerializer(shop);
 * class Desk extends Actor {
 *   static override readonly module = import.meta.url;
 *   static override readonly options = { serializer: shop };
 *   place(order: object): boolean {
 *     return 'id' in order;
 *   }
 * }
 * await using desk = await Desk.spawn();
 * await desk.place(shop.create('shop.Order', { id: 7 }));
 *
 * @throws `TypeError` when the schema cannot be loaded, or is invalid.
 */
export const protobuf: Serializer & ((schema: Schema) => SchemaSerializer) = Object.freeze(
  Object.defineProperty(
    Object.assign((schema: Schema): SchemaSerializer => loadSchema(schema), {
      open: (context: CodecContext): Codec => new ProtobufCodec(context, undefined),
    }),
    'name',
    { value: 'protobuf' },
  ),
);
