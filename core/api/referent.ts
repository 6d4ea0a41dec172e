import type { ActorProxy } from '../proxy/actor-proxy.ts';
import type { BaseProxy } from '../proxy/base-proxy.ts';
import type { ArrayProxy } from '../objects/array.ts';
import type { DictProxy } from '../objects/dict.ts';
import type { ListProxy } from '../objects/list.ts';
import type { NamespaceProxy } from '../objects/namespace.ts';
import type { ValueProxy } from '../objects/value.ts';

/** The result of `getValue` for a proxy: a copy of the object behind it, as far as the type of the proxy shows. */
export type Referent<P extends BaseProxy> = P extends ActorProxy
  ? unknown
  : P extends ListProxy<infer Element>
    ? Element[]
    : P extends DictProxy<infer Key, infer Value>
      ? Map<Key, Value> | (Key extends string ? Record<Key, Value> : never)
      : P extends ArrayProxy<infer Elements>
        ? Elements
        : P extends ValueProxy<infer Value>
          ? Value
          : P extends NamespaceProxy<infer Attributes>
            ? Attributes
            : unknown;

/** The properties that a proxy exposes, which arrive as promises; any name for a proxy with unknown members. */
export type PropertyName<P extends BaseProxy> = BaseProxy extends P
  ? string
  : ActorProxy extends P
    ? string
    : {
        [Name in Exclude<keyof P, keyof ActorProxy>]: Name extends string
          ? P[Name] extends Promise<unknown>
            ? Name
            : never
          : never;
      }[Exclude<keyof P, keyof ActorProxy>];

/** The value that can be written to an exposed property. */
export type PropertyValue<P extends BaseProxy, Name> = Name extends keyof P ? Awaited<P[Name]> : unknown;
