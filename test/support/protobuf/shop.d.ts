import type { MessageClass } from 'uactor/serializers/protobuf';

/** The parts of the classes in `shop.js` that the tests use. */
export const shop: Readonly<Record<'Line' | 'Order' | 'Receipt', MessageClass & (new (fields?: object) => object)>>;
