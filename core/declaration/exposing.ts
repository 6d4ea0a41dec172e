import { misuse } from '../seam/errors.ts';

/** The key under which a list's type keeps its names; it does not exist at run time. */
declare const listed: unique symbol;

/**
 * The type of {@link exposing}'s result. TypeScript requires that a subclass's static member is assignable to the parent's. A longer
 * list of literals is not assignable; this type is, if it contains the parent's names.
 */
export type ExposedList<Name extends string> = readonly string[] & {
  /** For the compiler only: the names in the list. */
  readonly [listed]?: { readonly [Each in Name]: true };
};

/** The names in a list of `exposed`; `string` when its type does not contain them. */
export type NamesIn<List> = typeof listed extends keyof List
  ? keyof NonNullable<List[typeof listed]>
  : List extends readonly (infer Name)[]
    ? Name
    : never;

/** A class with a list of exposed members. */
interface Lists {
  readonly name: string;
  readonly exposed?: readonly string[];
}

/**
 * Creates the list for `static exposed` of a class that is extended, or that extends a class with a list:
 *
 * ```ts
 * class Account extends Actor {
 *   static override readonly exposed = exposing('balance');
 * }
 * class Savings extends Account {
 *   static override readonly exposed = exposing(Account, 'interest');
 * }
 * ```
 *
 * A class without such relatives may use `['balance'] as const`.
 *
 * @param names - The names that proxies expose.
 */
export function exposing<Name extends string>(...names: readonly Name[]): ExposedList<Name>;
/**
 * Extends the list of a parent class.
 *
 * @param parent - The class whose names are exposed too.
 * @param names - The further names.
 * @throws `TypeError` when the parent has no list: all its public methods are exposed then.
 */
export function exposing<Parent extends Lists, Name extends string>(
  parent: Parent,
  ...names: readonly Name[]
): ExposedList<Name | Extract<NamesIn<Parent['exposed']>, string>>;
export function exposing(...parts: readonly (Lists | string)[]): readonly string[] {
  return Object.freeze(parts.flatMap((part) => (typeof part === 'string' ? [part] : namesOf(part))));
}

function namesOf({ name, exposed }: Lists): readonly string[] {
  if (exposed !== undefined) return exposed;
  throw misuse(
    `exposing: ${name} has no \`static exposed\`, so all its public methods are exposed: list them there first`,
  );
}
