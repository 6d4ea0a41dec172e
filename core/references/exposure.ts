import type { CallLimiter } from './call-limiter.ts';

/**
 * The members that a proxy offers. Both sides of a session know the list, so a call names its method by number. Operations `0 …
 * methods-1` are the methods; behind them come, for each property, reading and writing.
 */
export interface Exposure {
  /** The name of the kind of object, `auto`, `actor`, `dict` … */
  readonly typeid: string;
  readonly methods: readonly string[];
  readonly properties: readonly string[];
}

/** An exposure in the object's own process, with details that only that process needs. */
export interface LocalExposure extends Exposure {
  /** Method name → the typeid under which its result is handed out instead of being copied. */
  readonly methodToTypeid: Readonly<Record<string, string>>;
  /**
   * Creates the object that executes the calls, if it is not the object itself: the dictionary methods of a `Map`, for instance.
   * Called once while the object is handed out.
   */
  readonly adapt?: (object: object) => object;
  /** Called with the executing object when the last proxy of the object is gone. */
  readonly dropped?: (target: object) => void;
  /** Called with the object when a message with it was not sent, and no process has had a proxy of it. */
  readonly takenBack?: (object: object) => void;
  /** Returns the copy for `getValue`, if it is not a copy of the object itself. */
  readonly copy?: (object: object) => unknown;
  /** Limits how many of the object's calls run at a time. */
  readonly gate?: CallLimiter;
  /** Set if its calls only wait for other callers: an actor that ends neither waits for them nor rejects them. */
  readonly waits?: true;
}

/** The only operation of a function. */
export const OPERATION_CALL = 0;

/** The exposure of every function. */
export const FUNCTION_EXPOSURE: LocalExposure = Object.freeze({
  typeid: 'function',
  methods: Object.freeze(['call']),
  properties: Object.freeze([]),
  methodToTypeid: Object.freeze({}),
});

/** Returns the number of operations. */
export function operationCount(exposure: Exposure): number {
  return exposure.methods.length + 2 * exposure.properties.length;
}

/** Returns the operation that reads the property with this index in `exposure.properties`. */
export function readOperation(exposure: Exposure, property: number): number {
  return exposure.methods.length + 2 * property;
}

/** Returns the operation that writes the property with this index in `exposure.properties`. */
export function writeOperation(exposure: Exposure, property: number): number {
  return exposure.methods.length + 2 * property + 1;
}

/** Names an operation for messages: `increment()`, `name`. */
export function operationName(exposure: Exposure, operation: number): string {
  const method = exposure.methods[operation];
  if (method !== undefined) return `${method}()`;
  const property = exposure.properties[(operation - exposure.methods.length) >> 1];
  return property ?? `operation ${operation}`;
}

/** Part of a replacement: an object of this process that is sent as a reference, and its exposure. */
export class Lent {
  readonly object: object;
  readonly exposure: LocalExposure;

  constructor(object: object, exposure: LocalExposure) {
    this.object = object;
    this.exposure = exposure;
  }
}
