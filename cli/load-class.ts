import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findClass } from '../core/declaration/find-class.ts';
import { UActorError } from '../core/seam/errors.ts';
import { Actor, BaseManager } from '../index.ts';
import { UsageError } from './usage-error.ts';

/** A class of actors or of managers. */
export type Served = { readonly actor: typeof Actor } | { readonly manager: typeof BaseManager };

/** The module name of the package's own classes, as in `uactor#SyncManager`. */
const PACKAGE = 'uactor';

/**
 * Loads a class by a name such as `./counter.js#Counter`.
 *
 * @throws {@link UsageError} for an invalid name; {@link UActorError} when the module has no such class.
 */
export async function loadClass(name: string): Promise<Served> {
  const at = name.lastIndexOf('#');
  if (at < 1 || at === name.length - 1) {
    throw new UsageError(`'${name}' does not name a class: write MODULE#CLASS, such as ./counter.js#Counter`);
  }
  const module = name.slice(0, at);
  const url = urlOf(module);
  const exports: object = module === PACKAGE ? await import('../index.ts') : await import(url);
  const found: unknown = findClass(exports, name.slice(at + 1), url);
  if (isActorClass(found)) return { actor: found };
  if (isManagerClass(found)) return { manager: found };
  throw new UActorError(
    `${name} extends neither Actor nor BaseManager of this installation of uactor (run the uactor that its project ` +
      'has installed: npx uactor)',
  );
}

function urlOf(module: string): string {
  if (module === PACKAGE) return module;
  const path = module.startsWith('file:') ? fileURLToPath(module) : resolve(module);
  if (!existsSync(path)) throw new UActorError(`there is no module ${path}`);
  if (statSync(path).isDirectory()) throw new UActorError(`${path} is a folder: name the file of the module`);
  return pathToFileURL(path).href;
}

function isActorClass(value: unknown): value is typeof Actor {
  return typeof value === 'function' && Object.prototype.isPrototypeOf.call(Actor, value);
}

function isManagerClass(value: unknown): value is typeof BaseManager {
  return (
    value === BaseManager || (typeof value === 'function' && Object.prototype.isPrototypeOf.call(BaseManager, value))
  );
}
