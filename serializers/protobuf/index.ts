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
export type { ServiceClass } from './service.ts';
export type { ServiceMethods } from './service-methods.ts';

/**
 * The serializer `protobuf`: each value is one message `uactor.Value`, which `value.proto` in this package describes.
 *
 * Called with a schema it gives a serializer that sends messages of that schema as themselves, byte for byte as any other
 * implementation of Protocol Buffers would, and every other value as before.
 *
 * It carries shared and cyclic references, besides cycles through what an extension replaces; proxies and functions are
 * references of their own at each occurrence.
 * It does not carry symbol keys, members that are not enumerable, members of arrays besides their items, the absence of
 * a prototype, `lastIndex` of a RegExp, or that two views share one ArrayBuffer. `maxDepth` beyond 1,500 counts as 1,500.
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
