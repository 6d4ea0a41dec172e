import type { SuperJSON } from 'superjson';
import { isPlainArray, isPlainObject } from '../../core/seam/codec/traversal.ts';
import { misuse, SerializerError } from '../../core/seam/errors.ts';
import { EXTENSION, faults, OWN } from './format.ts';

/** The written form of a value that an instance of the package knows. */
export interface Ruled {
  /** The annotation as JSON text. */
  readonly type: string;
  readonly json: unknown;
  /** Whether the package traverses `json` for further values to annotate. */
  readonly deep: boolean;
}

/** A class that an instance of the package knows. */
export interface KnownClass {
  readonly prototype: object;
  /** The members that are written; all if absent. */
  readonly allowedProps: readonly string[] | undefined;
}

/** The kinds of annotations that only an instance of the package reads. */
export const PACKAGE_KINDS: ReadonlySet<unknown> = new Set(['class', 'symbol', 'typed-array']);

/** The additions of a package instance to the format: classes, symbols, custom transformers, and typed arrays as lists. */
export class PackageRules {
  readonly #instance: SuperJSON;

  /** @throws TypeError `MISUSE` when `instance` is not an instance of the package's class. */
  constructor(instance: SuperJSON) {
    for (const registry of ['classRegistry', 'symbolRegistry', 'customTransformerRegistry']) {
      const found: unknown =
        typeof instance === 'object' && instance !== null ? Reflect.get(instance, registry) : undefined;
      if (typeof found !== 'object' || found === null) {
        throw misuse('superjson() takes an instance of the package: superjson(new SuperJSON())');
      }
    }
    this.#instance = instance;
  }

  /** Returns the instance's form of `value`; `undefined` if the instance has no rule for it. */
  find(value: unknown): Ruled | undefined {
    const cls = classOf(value);
    const identifier = cls && this.#instance.classRegistry.getIdentifier(cls);
    if (cls !== undefined && identifier !== undefined && typeof value === 'object' && value !== null) {
      const allowed = this.#instance.classRegistry.getAllowedProps(cls);
      return { type: JSON.stringify(['class', identifier]), json: membersOf(value, allowed), deep: true };
    }
    if (typeof value === 'symbol') {
      const name = this.#instance.symbolRegistry.getIdentifier(value);
      return name === undefined
        ? undefined
        : { type: JSON.stringify(['symbol', name]), json: value.description ?? null, deep: false };
    }
    const transformer = this.#instance.customTransformerRegistry.findApplicable(value);
    if (transformer === undefined) return undefined;
    const { name } = transformer;
    if (name.startsWith(OWN) || name.startsWith(EXTENSION)) {
      throw faults.unserializable(
        `the output of the custom transformer '${name}', whose name this library uses itself`,
        '$',
      );
    }
    // The package traverses the container that it created, and treats the rest as plain JSON.
    const deep = typeof value === 'object' && value !== null && (isPlainObject(value) || isPlainArray(value));
    return { type: JSON.stringify(['custom', name]), json: transformer.serialize(value), deep };
  }

  /** Returns the class registered under `identifier`. */
  classOf(identifier: string): KnownClass {
    const cls = this.#instance.classRegistry.getValue(identifier);
    const prototype: unknown = cls?.prototype;
    if (cls === undefined || typeof prototype !== 'object' || prototype === null) {
      throw faults.invalidPayload('an instance of a class that this SuperJSON does not know');
    }
    return { prototype, allowedProps: this.#instance.classRegistry.getAllowedProps(cls) };
  }

  /**
   * Lets the instance recreate a value from `json` with this annotation.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD` when it knows no such annotation, or a transformer throws.
   */
  revive(kind: string | undefined, name: string, json: unknown): unknown {
    if (kind === 'typed-array' && !(Array.isArray(json) && json.every((item) => typeof item === 'number'))) {
      throw faults.invalidPayload('a typed array is not a list of numbers');
    }
    const values = kind === undefined ? [name] : [[kind, name]];
    try {
      const reader: Deserializer = this.#instance;
      return reader.deserialize({ json, meta: { values, v: 1 } }, { inPlace: true });
    } catch (cause) {
      throw new SerializerError(
        'The given SuperJSON cannot read a value: its class, symbol or transformer is not registered there, or threw; see the cause.',
        { code: 'INVALID_PAYLOAD', cause },
      );
    }
  }
}

/** The package's declared input type is stricter than any received data; this library's reader has checked the data. */
interface Deserializer {
  deserialize(payload: unknown, options: { readonly inPlace: boolean }): unknown;
}

type Constructor = new (...args: never[]) => unknown;

/** Returns the class of an object, by its prototype: a member named `constructor` is data. */
function classOf(value: unknown): (Constructor & { readonly prototype: unknown }) | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null || prototype === Object.prototype) return undefined;
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return isConstructor(constructor) ? constructor : undefined;
}

function isConstructor(value: unknown): value is Constructor {
  return typeof value === 'function';
}

function membersOf(value: object, allowed: readonly string[] | undefined): Record<string, unknown> {
  if (allowed === undefined) return { ...value };
  return Object.fromEntries(allowed.map((prop) => [prop, Reflect.get(value, prop)]));
}
