import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { process, setImmediate } from '../../seam/environment.ts';

/** From this version of Node on a store costs the promises of a process nothing. */
const FREE_SINCE = 24;

/**
 * Knows which code runs because a module was imported: the module's top level, and the asynchronous functions that it
 * left running. A program that forgot its guard runs again in each of its actors' processes, and it gives itself away by
 * starting the next one from there.
 *
 * Before Node 24 a store slows every promise of the process, and takes 3 ms to set up. There only a module that is itself
 * the program of a process above has one, and it is closed as soon as the import has left no asynchronous function running.
 */
export class ImportScope {
  #storage: AsyncLocalStorage<true> | undefined;
  #importing = false;

  /** Whether the import has not ended. */
  get importing(): boolean {
    return this.#importing;
  }

  /** Whether the caller runs because of the import, which may have ended long before. */
  get entered(): boolean {
    return this.#storage?.getStore() === true;
  }

  /**
   * Imports a module; `load` does it.
   *
   * @param isProgram - Whether the module is the program of a process above.
   */
  async run<Result>(load: () => Promise<Result>, isProgram: boolean): Promise<Result> {
    this.#importing = true;
    try {
      return isFree() || isProgram ? await this.#watch(load) : await load();
    } finally {
      this.#importing = false;
    }
  }

  /**
   * The same for what runs until the event loop turns, and is left running by it: a program that runs again.
   *
   * @returns what runs the rest when the import has ended.
   */
  enter(): (rest: () => Promise<void>) => Promise<void> {
    this.#importing = true;
    const storage = new AsyncLocalStorage<true>();
    this.#storage = storage;
    const imported = isFree() ? undefined : closeWhenDone(storage);
    storage.enterWith(true);
    return async (rest) => {
      this.#importing = false;
      imported?.();
      await storage.exit(rest);
    };
  }

  async #watch<Result>(load: () => Promise<Result>): Promise<Result> {
    // What a program that runs again has left running is still in the first one.
    if (this.#storage !== undefined) return await this.#storage.run(true, load);
    const storage = new AsyncLocalStorage<true>();
    this.#storage = storage;
    if (isFree()) return await storage.run(true, load);
    const imported = closeWhenDone(storage);
    try {
      return await storage.run(true, load);
    } finally {
      imported();
    }
  }
}

function isFree(): boolean {
  return Number.parseInt(process.versions.node, 10) >= FREE_SINCE;
}

/**
 * Disables a store when nothing pending is left of what ran in it. An asynchronous function is its promise, and runs until
 * that is settled.
 *
 * @returns what says that the import itself has ended.
 */
function closeWhenDone(storage: AsyncLocalStorage<true>): () => void {
  const pending = new Set<number>();
  let importing = true;
  const closeIfDone = (): void => {
    if (importing || pending.size > 0) return;
    hook.disable();
    storage.disable();
  };
  const hook = createHook({
    init(id, type) {
      if (type === 'PROMISE' && storage.getStore() === true) pending.add(id);
    },
    promiseResolve(id) {
      if (pending.delete(id) && pending.size === 0) setImmediate(closeIfDone);
    },
  });
  hook.enable();
  return () => {
    importing = false;
    setImmediate(closeIfDone);
  };
}
