import { type ActorStatics, modulePath } from './declaration.ts';
import { misuse } from '../seam/errors.ts';

/** A class as its module exports it. */
export type ExportedClass = ActorStatics & (new (...args: readonly unknown[]) => object);

/**
 * The class of that name among a module's exports: under its own name, as the default, or under another name.
 *
 * @throws `TypeError` when the module does not export it.
 */
export function findClass(exports: object, name: string, module: string): ExportedClass {
  const named = Object.entries(exports);
  // What a CommonJS module assigned to module.exports is its default export.
  const nested: unknown = 'default' in exports ? exports.default : undefined;
  const inDefault = typeof nested === 'object' && nested !== null ? Object.entries(nested) : [];
  const all = [...named, ...inDefault];
  const found =
    all.find(([exported, value]) => exported === name && isClass(value)) ??
    all.find(([, value]) => isClass(value) && value.name === name);
  if (found && isClass(found[1])) return found[1];
  throw misuse(
    `${modulePath(module)} does not export ${name}, so its process cannot find it: write \`export class ${name}\` there`,
  );
}

/** Whether this is something that `new` makes instances of, as far as can be told without trying. */
export function isClass(value: unknown): value is ExportedClass {
  return typeof value === 'function';
}
