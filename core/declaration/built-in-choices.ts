import { UActorError } from '../seam/errors.ts';

/**
 * The built-in serializers and transports for programs that choose none. The package's entry sets them; the core knows no
 * serializer and no transport by name.
 */
export interface BuiltInChoices {
  /** The serializer of actors whose options name none. */
  readonly serializer: string;
  /** The serializer between a pool and its workers, whichever one the pool's clients use. */
  readonly taskSerializer: string;
  /** The scheme of the transport with private addresses, for actors without an address. */
  readonly privateScheme: string;
  /** The scheme of an address that is given as a host and a port. */
  readonly hostScheme: string;
  /** Returns the schemes of the registered transports. */
  readonly schemes: () => readonly string[];
}

const state: { choices: BuiltInChoices | undefined } = { choices: undefined };

/** Sets the built-in choices; the package's entry calls it. @internal */
export function useBuiltInChoices(choices: BuiltInChoices): void {
  state.choices = choices;
}

/** Returns the placeholder for a private address that is chosen at spawn. */
export function privatePlace(): string {
  return `${builtInChoices().privateScheme}://`;
}

/** @throws {@link UActorError} when the core is used without the package's entry. */
export function builtInChoices(): BuiltInChoices {
  if (state.choices !== undefined) return state.choices;
  throw new UActorError("the core alone has no serializers and no transports: import the package's main entry");
}
