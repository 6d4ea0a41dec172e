import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { process, setImmediate } from '../../seam/environment.ts';

/** The Node version from which an `AsyncLocalStorage` does not slow down a process's promises. */
const FREE_SINCE = 24;

/**
 * Knows which code runs because a module was imported: the module's top level, and the asynchronous functions that it left
 * running. In a program without a guard, which runs again in each of its actors' processes, that code spawns the next actor.
 *
 * Before Node 24 a store slows every promise of the process and takes 3 ms to set up. There, only a module that is itself the
 * program of an ancestor process gets one, and the store is closed as soon as no asynchronous function of the import is running.
 */
export class ImportScope {
  #storage: AsyncLocalStorage<true> | undefined;
  #importing = false;

  /** Whether the import is still running. */
  get importing(): boolean {
    return this.#importing;
  }

  /** Whether the calling code was started by the import, which may have ended long before. */
  get entered(): boolean {
    return this.#storage?.getStore() === true;
  }

  /**
   * Imports a module with `load`.
   *
   * @param isProgram - Whether the module is the program of an ancestor process.
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
   * Like {@link ImportScope.run} for code that runs until the event loop turns, and the asynchronous functions that it leaves
   * running: a program that runs again.
   *
   * @returns a function that runs the rest after the import.
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
    // Asynchronous functions of a program that runs again are still in the first store.
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
 * Disables a store when no asynchronous function that started in it is pending. Such a function is tracked by its promise.
 *
 * @returns a function to call when the import itself has ended.
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
