import type { CallLimiter } from './call-limiter.ts';

/**
 * What a proxy offers of the object behind it: the table that both sides of a session know, so that a call names its
 * method by number. Operations `0 … methods-1` are the methods; behind them come, for each property, reading and writing.
 */
export interface Exposure {
  /** The name of the kind of object, `auto`, `actor`, `dict` … */
  readonly typeid: string;
  readonly methods: readonly string[];
  readonly properties: readonly string[];
}

/** An exposure in the process that has the object, with what only that process needs to know. */
export interface LocalExposure extends Exposure {
  /** Method name → the typeid under which its result is handed out instead of being copied. */
  readonly methodToTypeid: Readonly<Record<string, string>>;
  /**
   * Makes what takes the calls, where that is not the object itself: a dictionary's methods for a `Map`, for instance.
   * Called once while the object is handed out.
   */
  readonly adapt?: (object: object) => object;
  /** Called, with the target of the calls, when the last proxy of the object is gone. */
  readonly dropped?: (target: object) => void;
  /** What `getValue` copies, where that is not the object itself. */
  readonly copy?: (object: object) => unknown;
  /** Bounds how many of the object's calls run at a time. */
  readonly gate?: CallLimiter;
  /** Its calls wait for what others do, and are no work: an actor that ends neither waits for them nor refuses them. */
  readonly waits?: true;
}

/** The one operation of a function. */
export const OPERATION_CALL = 0;

/** The exposure of every function. */
export const FUNCTION_EXPOSURE: LocalExposure = Object.freeze({
  typeid: 'function',
  methods: Object.freeze(['call']),
  properties: Object.freeze([]),
  methodToTypeid: Object.freeze({}),
});

/** How many operations there are. */
export function operationCount(exposure: Exposure): number {
  return exposure.methods.length + 2 * exposure.properties.length;
}

/** The operation that reads the property with this index in `exposure.properties`. */
export function readOperation(exposure: Exposure, property: number): number {
  return exposure.methods.length + 2 * property;
}

/** The operation that writes the property with this index in `exposure.properties`. */
export function writeOperation(exposure: Exposure, property: number): number {
  return exposure.methods.length + 2 * property + 1;
}

/** What an operation does, in words for messages: `increment()`, `name`. */
export function operationName(exposure: Exposure, operation: number): string {
  const method = exposure.methods[operation];
  if (method !== undefined) return `${method}()`;
  const property = exposure.properties[(operation - exposure.methods.length) >> 1];
  return property ?? `operation ${operation}`;
}
