import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { modulePath } from '../../declaration/declaration.ts';
import { ActorSpawnError } from '../../seam/errors.ts';
import { hasForeignFrames } from '../../values/remote-stack.ts';

/** Files that must be compiled, or stripped of their types, before they run. */
const TYPESCRIPT = /\.[cm]?tsx?$/;

const COMPILE =
  'start the program with --import tsx, run it with Node 22.18 or newer, which reads TypeScript itself, or build it first';

/** Node's error codes for a module, or one of its imports, that cannot be loaded, with the cure for each. */
const CURES: ReadonlyMap<unknown, string> = new Map([
  ['ERR_UNKNOWN_FILE_EXTENSION', 'start the program with a loader for such files, or build it first'],
  ['ERR_MODULE_NOT_FOUND', 'install the package, or correct the path'],
  ['MODULE_NOT_FOUND', 'install the package, or correct the path'],
  ['ERR_UNSUPPORTED_DIR_IMPORT', 'name the file in the folder'],
  ['ERR_PACKAGE_PATH_NOT_EXPORTED', 'import what the package exports'],
  ['ERR_REQUIRE_ESM', 'import it instead'],
  ['ERR_REQUIRE_ASYNC_MODULE', 'import it instead'],
  ['ERR_DLOPEN_FAILED', 'build the native part for this Node and system: npm rebuild'],
  ['ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'start the program with --import tsx: Node strips types and compiles nothing'],
  ['ERR_INVALID_TYPESCRIPT_SYNTAX', 'correct it'],
  ['ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING', 'build the package, or start the program with --import tsx'],
]);

/**
 * Returns an error with a cure if Node could not load an actor's module or one of its imports. Errors thrown by the module's own
 * code are returned unchanged.
 */
export function importFailure(error: unknown, name: string, module: string): unknown {
  if (!(error instanceof Error)) return error;
  const cure = cureOf(error, module);
  if (cure === undefined) return error;
  // Node names the importer, which is this library's own file if the module itself is missing.
  const [reason] = error.message.split(/\n| imported from .*\bbootstrap\.[jt]s/);
  return new ActorSpawnError(`the process of ${name} cannot import ${modulePath(module)}: ${reason}: ${cure}`, {
    cause: error,
  });
}

function cureOf(error: Error, module: string): string | undefined {
  const code: unknown = 'code' in error ? error.code : undefined;
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /"\.[cm]?tsx?"/.test(error.message)) return COMPILE;
  if (code === 'ERR_MODULE_NOT_FOUND') return missingCure(error, module);
  // The error of a module that parses something itself has stack frames.
  return CURES.get(code) ?? (error instanceof SyntaxError && !hasForeignFrames(error) ? syntaxCure(module) : undefined);
}

function missingCure(error: Error, module: string): string | undefined {
  if (module.startsWith('file:') && !existsSync(fileURLToPath(module))) {
    if (/\[eval\d*\]$/.test(fileURLToPath(module)))
      return 'code from node -e or from standard input has no file: put the class into a file';
    return "there is no such file: build it, or correct 'static module' of the class";
  }
  // The import names a compiled file that does not exist, but its source does.
  const [, path = ''] = /Cannot find module '(.+?)'/.exec(error.message) ?? [];
  const source = path.replace(/\.([cm]?)js$/, '.$1ts');
  if (source !== path && TYPESCRIPT.test(module) && existsSync(source)) {
    return `import it as ${source.slice(source.lastIndexOf('/') + 1)}, or start the program with --import tsx`;
  }
  return CURES.get('ERR_MODULE_NOT_FOUND');
}

function syntaxCure(module: string): string {
  return TYPESCRIPT.test(module) ? `correct it, or ${COMPILE}` : 'correct it, or build it from its source again';
}
