import { bundle } from '../seam/bundle.ts';
import { process } from '../seam/environment.ts';
import { UActorError } from '../seam/errors.ts';

/** The environment variable that tells a program started again by its owner to become an actor's process. */
export const SELF_START = 'UACTOR_SELF_START';

/** The cure for a bundled program whose main part has no guard. */
export const GUARD = 'put the main part of the program into `if (!isActorProcess()) { … }`';

const state: { waits: boolean; refused: ((error: UActorError) => void) | undefined } = {
  waits: bundle !== undefined && process.env[SELF_START] !== undefined,
  refused: undefined,
};
// Processes that this one starts are not actors.
if (state.waits) delete process.env[SELF_START];

/**
 * Whether this process runs a bundled program again for an actor, and has not received the actor yet. Meanwhile the program's own
 * code runs.
 */
export function waitsForRole(): boolean {
  return state.waits;
}

/** Called when the process has received its actor. */
export function roleIsKnown(): void {
  state.waits = false;
}

/**
 * Calls `refused` with the first error of {@link demandKnownRole}: a main part that retries for ever would hide it from the
 * owner.
 */
export function whenRefused(refused: (error: UActorError) => void): void {
  state.refused = refused;
}

/**
 * Refuses actions of a bundled program without a guard, which would start processes without end.
 *
 * @throws {@link UActorError} in a process that {@link waitsForRole}.
 */
export function demandKnownRole(what: string): void {
  if (!state.waits) return;
  const error = new UActorError(
    `${what} was called while a bundled program runs again in an actor's process, which would start processes without end: ${GUARD}`,
  );
  state.refused?.(error);
  throw error;
}
