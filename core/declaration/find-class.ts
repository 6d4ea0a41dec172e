import { type ActorStatics, modulePath } from './declaration.ts';
import { bundleAdvice, REGISTERED } from './registered-classes.ts';
import { bundle } from '../seam/bundle.ts';
import { misuse } from '../seam/errors.ts';

/** Marks classes whose instances may live in their own processes, whichever copy of the library they come from. */
export const ACTOR_CLASS: unique symbol = Symbol.for('uactor.actor class');

/** A class as its module exports it. */
export type ExportedClass = ActorStatics & (new (...args: readonly unknown[]) => object);

/**
 * Finds the class of that name among a module's exports: under its own name, as the default export, or under another name.
 *
 * @throws `TypeError` when the module does not export it.
 */
export function findClass(exports: object, name: string, module: string): ExportedClass {
  const named = Object.entries(exports);
  // The default export of a CommonJS module is its module.exports.
  const nested: unknown = 'default' in exports ? exports.default : undefined;
  const inDefault = typeof nested === 'object' && nested !== null ? Object.entries(nested) : [];
  const all = [...named, ...inDefault];
  const found =
    all.find(([exported, value]) => exported === name && isClass(value)) ??
    all.find(([, value]) => isClass(value) && value.name === name);
  if (found && isClass(found[1])) return found[1];
  if (module === REGISTERED) {
    throw misuse(
      `registerActor did not register ${name} in its process: call it before the guarded main part of the program`,
    );
  }
  if (bundle !== undefined) {
    throw misuse(`${modulePath(module)} does not export ${name}, so its process cannot find it: ${bundleAdvice(name)}`);
  }
  throw misuse(
    `${modulePath(module)} does not export ${name}, so its process cannot find it: write \`export class ${name}\` there`,
  );
}

/** Returns the names of the exported classes that another process may spawn; see {@link demandActorClass}. */
export function actorClasses(exports: object): readonly string[] {
  const nested: unknown = 'default' in exports ? exports.default : undefined;
  const inDefault = typeof nested === 'object' && nested !== null ? Object.values(nested) : [];
  return [...Object.values(exports), ...inDefault]
    .filter((value) => isClass(value) && ACTOR_CLASS in value && !Object.hasOwn(value, ACTOR_CLASS))
    .map((value) => (isClass(value) ? value.name : ''));
}

/**
 * Checks that a class is meant to live in an actor's process: a peer that requests a spawn may name any export, and `new` also
 * calls functions. The library's own classes count only in the library's module, even if another module exports them again.
 *
 * @param named - Whether a process other than the owner named the class.
 * @throws `TypeError` for any other export.
 */
export function demandActorClass(found: ExportedClass, module: string, named: boolean): void {
  if (ACTOR_CLASS in found) {
    if (!named || !Object.hasOwn(found, ACTOR_CLASS)) return;
    throw misuse(
      `${found.name}, which ${modulePath(module)} exports, is a class of the library itself: name a class that extends Actor`,
    );
  }
  throw misuse(
    `${found.name}, which ${modulePath(module)} exports, is not an actor: write \`class ${found.name} extends Actor\``,
  );
}

/** Whether `new` can probably create instances of this value, without trying. */
export function isClass(value: unknown): value is ExportedClass {
  return typeof value === 'function';
}
