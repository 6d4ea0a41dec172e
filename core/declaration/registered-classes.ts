import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, isExecutable } from '../seam/bundle.ts';
import { importModule, process } from '../seam/environment.ts';
import { misuse } from '../seam/errors.ts';

/** What stands for a module where a class is found by the name that it was registered with, in a bundled program. */
export const REGISTERED = 'uactor:registered';

/** The same for the classes of the library that live in processes of their own. */
export const FRONT_DOOR = 'uactor:front-door';

const registered = { classes: new Map<string, object>(), names: new Map<object, string>(), files: new Set<string>() };
const state: { frontDoor: object } = { frontDoor: {} };

/**
 * Makes a class known by a name, in every process of the program.
 *
 * @param file - Where that happens: a bundler may leave the library in another file than the class.
 */
export function addRegistered(registeredClass: object, name: string, file: string | undefined): void {
  const known = registered.classes.get(name);
  if (known !== undefined && known !== registeredClass) {
    throw misuse(
      `registerActor: another class is registered as ${name}; a bundler that shortens names may have given both the same one: name ` +
        "them, as in registerActor(Counter, 'Counter')",
    );
  }
  registered.classes.set(name, registeredClass);
  registered.names.set(registeredClass, name);
  if (file !== undefined) registered.files.add(file);
}

/** The classes of the library that a process of a bundled program may be for; the front door names them. */
export function useFrontDoor(classes: object): void {
  state.frontDoor = classes;
}

/** The name by which its process finds a class, in a bundled program. */
export function registeredName(declaring: object): string | undefined {
  return registered.names.get(declaring);
}

/** The files of a bundled program that a process imports which is to find the registered classes. */
export function registeringFiles(): readonly string[] {
  return [...registered.files];
}

/** What to do about a class of a bundled program that its process would not find. */
export function bundleAdvice(name: string): string {
  return (
    `a bundler has joined uactor with this program: call registerActor(${name}) where the program begins, before its guarded main part, or leave the package uactor ` +
    'out of the bundle (docs/bundling.md)'
  );
}

const COPIES = Symbol.for('uactor.copies in a bundle');

/** How many copies of the library each file holds. */
function copies(): Map<unknown, number> {
  const known: unknown = Reflect.get(globalThis, COPIES);
  if (known instanceof Map) return known;
  const made = new Map<unknown, number>();
  Object.defineProperty(globalThis, COPIES, { value: made });
  return made;
}

/** This copy of the library is in the bundle. */
export function countCopy(): void {
  copies().set(bundle, (copies().get(bundle) ?? 0) + 1);
}

/** @throws `TypeError` in a bundle with several copies of the library: each would take the process of an actor for the main program. */
export function demandOneCopy(): void {
  if (copies().get(bundle) !== 1) {
    throw misuse(
      'the bundle holds more than one copy of uactor, and the process of an actor could not tell which it is for: have the bundler ' +
        'resolve the package to one folder (npm dedupe; resolve.dedupe or an alias of the bundler)',
    );
  }
}

/** @throws `TypeError` when a class of a bundled program, or a module of tasks, cannot be found by another process. */
export function demandInBundle(name: string, url: string): void {
  if (url === FRONT_DOOR) return;
  if (isExecutable && url === bundle) {
    throw misuse(`the process of ${name} cannot import a single executable: ${bundleAdvice(name)}`);
  }
  if (!url.startsWith('file:') || existsSync(fileURLToPath(url))) return;
  throw misuse(`the process of ${name} cannot import ${fileURLToPath(url)}, which is not there: ${bundleAdvice(name)}`);
}

/** What a module exports that an actor's process was told of: a file's, or the classes that were registered. */
export async function importForActor(url: string): Promise<object> {
  if (url === FRONT_DOOR) return state.frontDoor;
  if (url === REGISTERED) return Object.fromEntries(registered.classes);
  // The code of a single executable has no import() of files.
  if (isExecutable) return exportsOf(createRequire(process.execPath)(fileURLToPath(url)));
  try {
    return await importModule(url);
  } catch (error) {
    return byRequire(url, error);
  }
}

/** ts-node and its kin read a file where `require` loads it, and only there. */
function byRequire(url: string, error: unknown): object {
  const require = createRequire(url);
  const isUnknown = error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION';
  if (isUnknown && extname(url) in require.extensions) return exportsOf(require(fileURLToPath(url)));
  throw error;
}

function exportsOf(module: unknown): object {
  return typeof module === 'object' && module !== null ? module : { default: module };
}
