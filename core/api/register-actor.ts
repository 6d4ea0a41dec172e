import { ACTOR_CLASS, isClass } from '../declaration/find-class.ts';
import { addRegistered } from '../declaration/registered-classes.ts';
import { callerOf } from '../seam/bundle.ts';
import { misuse } from '../seam/errors.ts';
import type { AnyActorClass } from './actor.ts';
import { BaseManager } from './base-manager.ts';

/**
 * Lets actor processes find a class in a bundled program, which has no separate module of the class to import. Call it at the start
 * of the program, before its guarded main part. A program that is not bundled finds its classes by `static module`; there the call
 * has no effect.
 *
 * @param name - The name by which processes find the class. Default: the class's own. A bundler that shortens names may give two
 * classes the same name.
 * @throws `TypeError` if the argument is not a class of actors or managers, or when another class has that name.
 * @example
 * registerActor(Counter);
 * if (!isActorProcess()) {
 *   await using counter = await Counter.spawn();
 *   await counter.increment();
 * }
 */
export function registerActor(
  actorClass: AnyActorClass | typeof BaseManager,
  name: string | undefined = actorClass?.name,
): void {
  const candidate: unknown = actorClass;
  const isManager = isClass(candidate) && (candidate === BaseManager || BaseManager.isPrototypeOf(candidate));
  if (!isManager && !(isClass(candidate) && ACTOR_CLASS in candidate)) {
    throw misuse('registerActor takes a class that extends Actor, or a manager: write `class Counter extends Actor`');
  }
  if (typeof name !== 'string' || name === '') {
    throw misuse("registerActor: the class has no name: pass one, as in registerActor(Counter, 'Counter')");
  }
  addRegistered(candidate, name, callerOf(registerActor));
}
