import { UActorError } from '../seam/errors.ts';

const passedOn = new WeakSet<object>();

/**
 * Marks an error about work that this process passed on to another one. The caller then receives the error's own `executed`,
 * rather than that of the local method, which has run in any case.
 */
export function markPassedOn(error: unknown): void {
  if (error instanceof UActorError) passedOn.add(error);
}

/** Whether {@link markPassedOn} marked the error. */
export function isPassedOn(error: unknown): error is UActorError {
  return error instanceof UActorError && passedOn.has(error);
}
