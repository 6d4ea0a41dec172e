import * as libraryErrors from '../seam/errors.ts';
import { inspect } from 'node:util';
import { guarded } from './error-text.ts';
import { misuse, SerializerError } from '../seam/errors.ts';
import { isOptionsObject } from '../seam/call-options.ts';
import { CARRIED_CLASSES } from '../seam/codec/carried-classes.ts';

/** The parts of a class that registration needs; its constructor may be private. */
export interface ClassOf<T> {
  readonly prototype: T;
  readonly name: string;
}

/** The options of {@link registerClass}. */
export interface ClassOptions<T> {
  /** The name of the class in messages, the same in every process: letters, digits and `_ $ . : / @ -`, at most 120. */
  readonly name: string;
  /**
   * Returns the data to send in place of an instance. It may contain anything that the serializer accepts, including proxies and
   * functions.
   */
  readonly toJSON: (value: T) => unknown;
  /** Creates an instance from the result of `toJSON`. The data may come from a hostile peer: check it, and throw. */
  readonly fromJSON: (data: unknown) => T;
}

/** The options of {@link registerError}. */
export interface ErrorClassOptions {
  /** The name of the class in messages, the same in every process. Default: the class's own name. */
  readonly name?: string;
}

/** The extension for an instance of a registered class; see `Extensions` of the serializer seam. */
export interface ClassExtension {
  readonly tag: `class:${string}`;
  readonly data: unknown;
}

/** A class for `instanceof` and `Reflect.construct`. */
export type ErrorClass = new (...args: never[]) => Error;

interface RegisteredClass {
  readonly name: string;
  readonly prototype: object;
  take(value: object): unknown;
  make(data: unknown): unknown;
}

/** The prefix of the class name in an extension's tag. */
export const CLASS_TAG_PREFIX = 'class:';

/** Errors about this process's own knowledge are never accepted from a peer; they arrive as `RemoteError`. */
const LOCAL_KNOWLEDGE: readonly unknown[] = [
  libraryErrors.ConnectionLostError,
  libraryErrors.ActorDiedError,
  libraryErrors.ActorSpawnError,
  libraryErrors.RemoteError,
];

/**
 * The classes whose instances keep their class in messages: those that users register, and the errors of this library. Only exact
 * instances count, because the receiver would change the class of a subclass's instance.
 */
export class ClassRegistry {
  static #shared: ClassRegistry | undefined;

  /** The registry of this process, created on first use. */
  static get shared(): ClassRegistry {
    ClassRegistry.#shared ??= new ClassRegistry();
    return ClassRegistry.#shared;
  }

  readonly #classes = new Map<string, RegisteredClass>();
  readonly #classOf = new Map<object, RegisteredClass>();
  readonly #errors = new Map<string, ErrorClass>();
  readonly #errorName = new Map<object, string>();
  readonly #libraryErrors = new Map<string, ErrorClass>();

  constructor() {
    for (const value of Object.values(libraryErrors)) {
      if (isErrorClass(value) && !LOCAL_KNOWLEDGE.includes(value)) this.registerLibraryError(value);
    }
  }

  /** See {@link registerClass}. */
  registerClass<T extends object>(cls: ClassOf<T>, options: ClassOptions<T>): void {
    const { prototype } = checkClass('registerClass', cls);
    if (isError(prototype)) {
      throw misuse(`registerClass: ${cls.name} is a class of errors; register it with registerError(${cls.name})`);
    }
    if (isCarried(cls)) {
      throw misuse(`registerClass: every serializer already carries ${cls.name}; register only your own classes`);
    }
    const { toJSON, fromJSON } = options ?? {};
    if (typeof toJSON !== 'function' || typeof fromJSON !== 'function') {
      throw misuse(`registerClass: ${cls.name} needs both functions, { name, toJSON(value), fromJSON(data) }`);
    }
    const name = checkName('registerClass', cls, options.name);
    checkFree('registerClass', name, cls.name, this.#classes.get(name)?.prototype, prototype);
    checkFree('registerClass', name, cls.name, this.#classOf.get(prototype)?.name, name);
    // Only exact instances get here, so the value is a T; `toJSON` may be a method that needs its `this`.
    const take = (value: object): unknown => (isInstance(cls, value) ? options.toJSON(value) : undefined);
    const entry = { name, prototype, take, make: (data: unknown): unknown => options.fromJSON(data) };
    this.#classes.set(name, entry);
    this.#classOf.set(prototype, entry);
  }

  /** See {@link registerError}. */
  registerError(cls: ErrorClass, options: ErrorClassOptions = {}): void {
    const { prototype } = checkClass('registerError', cls);
    if (!isError(prototype)) {
      throw misuse(`registerError: ${cls.name} does not extend Error; register it with registerClass`);
    }
    if (isNative(cls) || this.#libraryErrors.get(cls.name) === cls || LOCAL_KNOWLEDGE.includes(cls)) {
      throw misuse(`registerError: ${cls.name} needs no registration; register only your own classes`);
    }
    const name = checkName('registerError', cls, errorNameIn(options) ?? cls.name);
    checkFree('registerError', name, cls.name, this.#errors.get(name), cls);
    checkFree('registerError', name, cls.name, this.#errorName.get(prototype), name);
    this.#errors.set(name, cls);
    this.#errorName.set(prototype, name);
  }

  /**
   * Registers an error class of this library under its class name. Only for errors about a call or an object; never for facts
   * about this process that a peer cannot know (such as whether an actor's process died).
   */
  registerLibraryError(cls: ErrorClass): void {
    this.#libraryErrors.set(cls.name, cls);
  }

  /** Returns the registered name of the error class with this prototype. */
  errorName(prototype: object): string | undefined {
    return this.#errorName.get(prototype);
  }

  /** Returns the class given to {@link registerError} under `name`. */
  errorClass(name: string): ErrorClass | undefined {
    return this.#errors.get(name);
  }

  /** Returns the name of the library's registered error class with this prototype. */
  libraryErrorName(prototype: object): string | undefined {
    for (const [name, cls] of this.#libraryErrors) if (cls.prototype === prototype) return name;
    return undefined;
  }

  /** Returns the library's registered error class of that name. */
  libraryErrorClass(name: string): ErrorClass | undefined {
    return this.#libraryErrors.get(name);
  }

  /** Whether `value` is an exact instance of a class given to {@link registerClass}. */
  hasClassOf(value: object): boolean {
    return this.#classOfValue(value) !== undefined;
  }

  #classOfValue(value: object): RegisteredClass | undefined {
    if (this.#classOf.size === 0) return undefined;
    const prototype: unknown = guarded(() => Object.getPrototypeOf(value), null);
    return typeof prototype === 'object' && prototype !== null ? this.#classOf.get(prototype) : undefined;
  }

  /**
   * Returns the extension to send for `value`; `undefined` when it is not an exact instance of a registered class.
   *
   * @throws {@link SerializerError} `UNSERIALIZABLE` when its `toJSON` throws; the error thrown is the `cause`.
   */
  toExtension(value: object): ClassExtension | undefined {
    const entry = this.#classOfValue(value);
    if (entry === undefined) return undefined;
    try {
      return { tag: `${CLASS_TAG_PREFIX}${entry.name}`, data: entry.take(value) };
    } catch (cause) {
      const text = `the toJSON function registered for class '${entry.name}' threw; see the cause`;
      throw new SerializerError(text, { code: 'UNSERIALIZABLE', cause });
    }
  }

  /**
   * Recreates the instance of `data`.
   *
   * @param name The part of the extension's tag behind `class:`; it may be anything.
   * @param place The name of this process, for the message.
   * @throws {@link SerializerError} `INVALID_PAYLOAD` when no class has that name, when its `fromJSON` throws (the error thrown
   * is the `cause`), or when that returns something else than an instance.
   */
  fromExtension(name: string, data: unknown, place: string = 'this process'): object {
    const entry = this.#classes.get(name);
    if (entry === undefined) {
      const which = CLASS_NAME.test(name) ? `class '${name}' is` : 'its class is';
      throw invalid(
        `a value cannot be read: ${which} not registered in ${place}: call registerClass in a module that it imports`,
      );
    }
    let value: unknown;
    try {
      value = entry.make(data);
    } catch (cause) {
      throw invalid(`the fromJSON function registered for class '${name}' threw; see the cause`, { cause });
    }
    if (typeof value !== 'object' || value === null || !isPrototypeOf(entry.prototype, value)) {
      throw invalid(
        `the fromJSON function registered for class '${name}' must return an instance, not a promise of one`,
      );
    }
    return value;
  }
}

/**
 * Registers a class with every serializer: an instance, anywhere in an argument or a result, is sent as the result of `toJSON`,
 * and recreated by `fromJSON`. Call it in every process that handles such values, before it does: in the module that declares the
 * class. Registering the same class under the same name again replaces the two functions.
 *
 * Instances of subclasses are not included; register them separately.
 *
 * @example
 * registerClass(Point, {
 *   name: 'geo.Point',
 *   toJSON: ({ x, y }) => [x, y],
 *   fromJSON: (data) => Point.parse(data),
 * });
 *
 * @throws TypeError `MISUSE` when `cls` is not a class or needs no registration, when the name is in use or invalid, or when a
 * function is missing.
 */
export function registerClass<T extends object>(cls: ClassOf<T>, options: ClassOptions<T>): void {
  ClassRegistry.shared.registerClass(cls, options);
}

/**
 * Makes errors of a class arrive as that class instead of as `RemoteError`. The receiver does not run the constructor: message,
 * own enumerable properties, `cause` and `errors` are copied, private fields are not. Call it in both processes: in the module
 * that declares the class.
 *
 * @throws TypeError `MISUSE` when `cls` does not extend `Error`, needs no registration, or when the name is in use.
 * @example
 * class OutOfStock extends Error {
 *   override readonly name = 'OutOfStock';
 * }
 * registerError(OutOfStock);
 */
export function registerError(cls: ErrorClass, options?: ErrorClassOptions): void {
  ClassRegistry.shared.registerError(cls, options);
}

function invalid(message: string, options: { readonly cause?: unknown } = {}): SerializerError {
  return new SerializerError(message, { code: 'INVALID_PAYLOAD', ...options });
}

function isError(prototype: object): boolean {
  return prototype === Error.prototype || isPrototypeOf(Error.prototype, prototype);
}

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'function' && value.prototype instanceof Error;
}

function isInstance<T extends object>(cls: ClassOf<T>, value: object): value is T {
  return isPrototypeOf(cls.prototype, value);
}

function isPrototypeOf(prototype: object, value: object): boolean {
  return Object.prototype.isPrototypeOf.call(prototype, value);
}

/** The valid names of registered classes. */
export const CLASS_NAME: RegExp = /^[\p{L}\p{N}_$.:/@-]{1,120}$/u;

/** Classes that codecs encode themselves or never meet, besides {@link CARRIED_CLASSES}. */
const COVERED: readonly unknown[] = [Object, Function, Array, Promise];

/** Whether no serializer would ever request a replacement for the class's instances. */
export function isCarried(cls: unknown): boolean {
  return COVERED.includes(cls) || (typeof cls === 'function' && CARRIED_CLASSES.has(cls.prototype));
}

/** Whether the class belongs to JavaScript or Node.js. */
export function isNative(cls: object): boolean {
  return Function.prototype.toString.call(cls).includes('[native code]') || cls === DOMException;
}

/** @throws TypeError `MISUSE` when `cls` is not a class. */
export function checkClass(caller: string, cls: unknown): { readonly prototype: object } {
  if (typeof cls === 'function') {
    const prototype: unknown = cls.prototype;
    if (typeof prototype === 'object' && prototype !== null) return { prototype };
  }
  throw misuse(`${caller}: the first argument must be a class, not ${inspect(cls, { depth: 0 })}`);
}

/** @throws TypeError `MISUSE` for options that are not `{ name }`. */
function errorNameIn(options: ErrorClassOptions): unknown {
  const known = isOptionsObject(options) && Object.keys(options).every((option) => option === 'name');
  if (known) return options.name;
  throw misuse("registerError: the second argument must be { name: '…' }, or omitted");
}

/** @throws TypeError `MISUSE` when the name is invalid. */
export function checkName(caller: string, cls: { readonly name: string }, name: unknown): string {
  if (typeof name === 'string' && CLASS_NAME.test(name)) return name;
  const rule = 'a name of 1 to 120 letters, digits and _ $ . : / @ -';
  throw misuse(`${caller}: ${cls.name || 'the class'} needs ${rule}; pass it as { name: '…' }`);
}

/** @throws TypeError `MISUSE` when the name belongs to another class, or the class has another name. */
export function checkFree(caller: string, name: string, cls: string, found: unknown, expected: unknown): void {
  if (found === undefined || found === expected) return;
  if (typeof found === 'string')
    throw misuse(`${caller}: ${cls} is registered as '${found}' already; use one name for it`);
  throw misuse(`${caller}: the name '${name}' belongs to another class already; pass another one as { name: '…' }`);
}
