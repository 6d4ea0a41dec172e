import { bundle } from '../seam/bundle.ts';
import { process } from '../seam/environment.ts';
import { UActorError } from '../seam/errors.ts';

/** The variable by which an owner tells the program that it starts again that it is to be an actor's process. */
export const SELF_START = 'UACTOR_SELF_START';

/** How a main part is guarded that a bundler has joined with its actors. */
export const GUARD = 'put the main part of the program into `if (!isActorProcess()) { … }`';

const state: { waits: boolean; refused: ((error: UActorError) => void) | undefined } = {
  waits: bundle !== undefined && process.env[SELF_START] !== undefined,
  refused: undefined,
};
// What this process starts besides is no actor.
if (state.waits) delete process.env[SELF_START];

/**
 * Whether this process runs a bundled program again, for an actor, and has not been told yet for which one: the program's own code
 * runs meanwhile.
 */
export function waitsForRole(): boolean {
  return state.waits;
}

/** The process knows whose it is. */
export function roleIsKnown(): void {
  state.waits = false;
}

/** Calls `refused` with the first error of {@link demandKnownRole}: a main part that tries again for ever would keep it from the owner. */
export function whenRefused(refused: (error: UActorError) => void): void {
  state.refused = refused;
}

/**
 * Refuses what a bundled program does that forgot its guard: it would start processes without end.
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
