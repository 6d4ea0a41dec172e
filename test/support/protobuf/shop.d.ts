import type { MessageClass } from 'uactor/serializers/protobuf';

/** What the tests know of the classes in `shop.js`. */
export const shop: Readonly<Record<'Line' | 'Order' | 'Receipt', MessageClass & (new (fields?: object) => object)>>;
