import { statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { HostError, misuse } from '../seam/errors.ts';
import { buildHash } from './build-hash.ts';

/** The class that a caller wants to spawn. */
export interface WantedClass {
  /** The name of its module. */
  readonly module: string;
  /** The caller's build. */
  readonly build: string;
}

/**
 * Returns the name by which callers request a module: its file name without folder and extension, because both may differ between
 * machines.
 */
export function moduleName(url: string): string {
  const file = pathOf(url);
  return basename(file, extname(file));
}

/** Returns the build of a module: the given name, otherwise the hash of its files. */
export async function buildOf(url: string, given: string | undefined): Promise<string> {
  return given ?? (await buildHash(pathOf(url)));
}

/** The only modules whose classes a host spawns. */
export class ListedModules {
  readonly #urls = new Map<string, string>();
  readonly #build: string | undefined;

  /**
   * @param modules - Their URLs or paths.
   * @param build - A name for their build, instead of the hash of their files.
   * @throws `TypeError` for a module that does not exist, and for two modules with the same name.
   */
  constructor(modules: readonly (string | URL)[], build: string | undefined) {
    this.#build = build;
    for (const module of modules) {
      const text = module instanceof URL ? module.href : module;
      const path = text.startsWith('file:') ? fileURLToPath(text) : resolve(text);
      const url = pathToFileURL(path).href;
      if (!isFile(path)) throw misuse(`Host.serve: there is no module ${path}; each module is one file`);
      const name = moduleName(url);
      const other = this.#urls.get(name);
      if (other !== undefined && other !== url) {
        throw misuse(`Host.serve: ${path} and ${pathOf(other)} have the same name '${name}': rename one of them`);
      }
      this.#urls.set(name, url);
    }
  }

  get names(): readonly string[] {
    return [...this.#urls.keys()];
  }

  get urls(): readonly string[] {
    return [...this.#urls.values()];
  }

  /**
   * Returns the URL of the module that a caller wants.
   *
   * @throws {@link HostError} `MODULE_NOT_LISTED`, `BUILD_MISMATCH`.
   */
  async find({ module, build }: WantedClass): Promise<string> {
    const url = this.#urls.get(module);
    if (url === undefined) {
      throw new HostError(
        `this host does not spawn classes of the module '${module}', only of ${this.names.join(', ') || 'none'}: start it with ` +
          `that module's file among --modules`,
        { code: 'MODULE_NOT_LISTED' },
      );
    }
    const own = await buildOf(url, this.#build);
    if (own === build) return url;
    throw new HostError(
      `the module '${module}' is build ${own} on this host and build ${build} at the caller, and a host does not receive code: deploy the ` +
        'same files to both and restart the programs that run the old files. If only their text differs (TypeScript here, JavaScript ' +
        'there), name the build yourself: uactor host --build, and with({ build })',
      { code: 'BUILD_MISMATCH' },
    );
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function pathOf(url: string): string {
  return fileURLToPath(url);
}
