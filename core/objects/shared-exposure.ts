import { ProxyError } from '../seam/errors.ts';
import type { LocalExposure } from '../references/exposure.ts';
import { throughProxies } from './caller.ts';

/** A class of shared objects. */
type SharedClass<T extends object> = abstract new (...args: never[]) => T;

/** What distinguishes the exposure of a kind of shared objects. */
export interface SharedKind<T extends object> {
  readonly typeid: string;
  readonly cls: SharedClass<T>;
  readonly methods: readonly string[];
  readonly properties?: readonly string[];
  /** Its calls wait for work that is under way in this process, rather than for what others do. */
  readonly working?: true;
  /** What `getValue` copies. */
  readonly copy: (object: T) => unknown;
}

/** The exposure of the objects of one class, whose members know who calls; the same for every object. */
export function sharedExposure<T extends object>(kind: SharedKind<T>): (object: object) => LocalExposure {
  const { typeid, cls, methods, properties = [], working, copy } = kind;
  const exposure: LocalExposure = Object.freeze({
    typeid,
    methods: Object.freeze([...methods]),
    properties: Object.freeze([...properties]),
    methodToTypeid: Object.freeze({}),
    adapt: (object: object) => throughProxies(object, methods, properties),
    ...(working === undefined && { waits: true as const }),
    copy: (object: object) => (object instanceof cls ? copy(object) : undefined),
  });
  return (object) => {
    if (object instanceof cls) return exposure;
    throw new ProxyError(
      `this object cannot have the typeid '${typeid}': make one with new ${cls.name}(), imported from this package`,
      { code: 'NOT_ALLOWED' },
    );
  };
}
