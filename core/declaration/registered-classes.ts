import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, isExecutable } from '../seam/bundle.ts';
import { importModule, process } from '../seam/environment.ts';
import { misuse } from '../seam/errors.ts';

/** The pseudo-module of classes in a bundled program, which are found by their registered name. */
export const REGISTERED = 'uactor:registered';

/** The pseudo-module of the library's own classes that live in their own processes. */
export const FRONT_DOOR = 'uactor:front-door';

const registered = { classes: new Map<string, object>(), names: new Map<object, string>(), files: new Set<string>() };
const state: { frontDoor: object } = { frontDoor: {} };

/**
 * Registers a class under a name, in every process of the program.
 *
 * @param file - The registering file: a bundler may place the library in another file than the class.
 */
export function addRegistered(registeredClass: object, name: string, file: string | undefined): void {
  const known = registered.classes.get(name);
  if (known !== undefined && known !== registeredClass) {
    throw misuse(
      `registerActor: another class is registered as ${name}; a bundler that shortens names may have given both the same name: name ` +
        "them, as in registerActor(Counter, 'Counter')",
    );
  }
  registered.classes.set(name, registeredClass);
  registered.names.set(registeredClass, name);
  if (file !== undefined) registered.files.add(file);
}

/** Sets the library's own classes that a process of a bundled program may run; the package's entry calls it. */
export function useFrontDoor(classes: object): void {
  state.frontDoor = classes;
}

/** Returns the name under which a class of a bundled program is registered. */
export function registeredName(declaring: object): string | undefined {
  return registered.names.get(declaring);
}

/** Returns the files of a bundled program that a process must import for the registered classes. */
export function registeringFiles(): readonly string[] {
  return [...registered.files];
}

/** Returns the advice for a class of a bundled program that its process would not find. */
export function bundleAdvice(name: string): string {
  return (
    `a bundler has included uactor in this program: call registerActor(${name}) at the start of the program, before its guarded main part, or keep the package uactor ` +
    'out of the bundle (docs/bundling.md)'
  );
}

const COPIES = Symbol.for('uactor.copies in a bundle');

/** Returns the number of copies of the library in each file. */
function copies(): Map<unknown, number> {
  const known: unknown = Reflect.get(globalThis, COPIES);
  if (known instanceof Map) return known;
  const made = new Map<unknown, number>();
  Object.defineProperty(globalThis, COPIES, { value: made });
  return made;
}

/** Counts this copy of the library in its bundle. */
export function countCopy(): void {
  copies().set(bundle, (copies().get(bundle) ?? 0) + 1);
}

/**
 * Refuses a bundle with several copies of the library.
 *
 * @throws `TypeError` because each copy would take an actor's process for the main program.
 */
export function demandOneCopy(): void {
  if (copies().get(bundle) !== 1) {
    throw misuse(
      `the bundle contains more than one copy of uactor, so an actor's process cannot tell which one to use: make the bundler ` +
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
  throw misuse(
    `the process of ${name} cannot import ${fileURLToPath(url)}, which does not exist: ${bundleAdvice(name)}`,
  );
}

/** Returns the exports of an actor's module: those of a file, or the registered classes. */
export async function importForActor(url: string): Promise<object> {
  if (url === FRONT_DOOR) return state.frontDoor;
  if (url === REGISTERED) return Object.fromEntries(registered.classes);
  // A single executable cannot import() files.
  if (isExecutable) return exportsOf(createRequire(process.execPath)(fileURLToPath(url)));
  try {
    return await importModule(url);
  } catch (error) {
    return byRequire(url, error);
  }
}

/** Loads a file with `require`, because ts-node and similar tools only compile files there. */
function byRequire(url: string, error: unknown): object {
  const require = createRequire(url);
  const isUnknown = error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION';
  if (isUnknown && extname(url) in require.extensions) return exportsOf(require(fileURLToPath(url)));
  throw error;
}

function exportsOf(module: unknown): object {
  return typeof module === 'object' && module !== null ? module : { default: module };
}
