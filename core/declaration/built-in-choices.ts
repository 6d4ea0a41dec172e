import { UActorError } from '../seam/errors.ts';

/**
 * Which of the built-in serializers and transports serves where a program chose none. The front door names them; the core knows no
 * serializer and no transport by name.
 */
export interface BuiltInChoices {
  /** The serializer of actors whose options name none. */
  readonly serializer: string;
  /** The serializer between a pool and its workers, whatever the pool's clients speak. */
  readonly taskSerializer: string;
  /** The scheme of the transport with private addresses, for actors that were given no address. */
  readonly privateScheme: string;
  /** The scheme of an address that is given as a host and a port. */
  readonly hostScheme: string;
}

const state: { choices: BuiltInChoices | undefined } = { choices: undefined };

/** Names the built-in choices; the package's front door does. @internal */
export function useBuiltInChoices(choices: BuiltInChoices): void {
  state.choices = choices;
}

/** The address that stands for a private one, to be chosen when the actor is spawned. */
export function privatePlace(): string {
  return `${builtInChoices().privateScheme}://`;
}

/** @throws {@link UActorError} when the core is used without the package's front door. */
export function builtInChoices(): BuiltInChoices {
  if (state.choices !== undefined) return state.choices;
  throw new UActorError("the core alone has no serializers and no transports: use the package's front door");
}
