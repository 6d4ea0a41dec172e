import { misuse } from '../seam/errors.ts';

/** Where the type of a list keeps its names; there is nothing at run time. */
declare const listed: unique symbol;

/**
 * What {@link exposing} gives. TypeScript demands that a static member of a subclass can stand for the parent's: a longer
 * list of literals cannot, one with these names and more can.
 */
export type ExposedList<Name extends string> = readonly string[] & {
  /** Exists for the compiler only: the names in the list. */
  readonly [listed]?: { readonly [Each in Name]: true };
};

/** The names in a list of `exposed`; `string` when its type does not say. */
export type NamesIn<List> = typeof listed extends keyof List
  ? keyof NonNullable<List[typeof listed]>
  : List extends readonly (infer Name)[]
    ? Name
    : never;

/** A class that lists what it exposes. */
interface Lists {
  readonly name: string;
  readonly exposed?: readonly string[];
}

/**
 * The list for `static exposed` of a class that is extended, or that extends one with a list:
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
 * A class for itself may as well write `['balance'] as const`.
 *
 * @param names - The names that proxies show.
 */
export function exposing<Name extends string>(...names: readonly Name[]): ExposedList<Name>;
/**
 * The list of a parent class and more names.
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
  throw misuse(`exposing: ${name} has no \`static exposed\`, so all its public methods are: list them there first`);
}
