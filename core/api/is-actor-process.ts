import { Runtime } from '../runtime/runtime.ts';
import { waitsForRole } from '../runtime/self-start.ts';

/**
 * Whether this process was started for an actor. Use it to guard the main part of a bundled program, because the whole program
 * runs again in the process of each of its actors. Also use it in a module that declares both an actor and its tests.
 *
 * @example
 * registerActor(Counter);
 * if (!isActorProcess()) {
 *   await using counter = await Counter.spawn();
 *   await counter.increment();
 * }
 */
export function isActorProcess(): boolean {
  return waitsForRole() || Runtime.current.role?.ancestry !== undefined;
}
