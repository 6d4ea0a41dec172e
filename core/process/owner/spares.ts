import { clearTimeout, setTimeout } from '../../seam/environment.ts';
import type { StartedProcess } from './started-process.ts';

/** How long after an actor took a spare the next one is started, and each one after that, in milliseconds. */
const REFILL_MS = 50;

/** Spares of so many kinds wait at a time: whoever gives each actor an environment of its own finds none that fits. */
const MAX_RECIPES = 4;

/** The spares that were started alike. */
interface Shelf {
  readonly start: () => StartedProcess;
  wanted: number;
  readonly ready: StartedProcess[];
  timer: NodeJS.Timeout | undefined;
}

/**
 * Processes that were started ahead of the actors that will live in them: the library is loaded there, and they wait for their first
 * message. They do not keep this process alive, and end with it: their pipe closes.
 */
export class Spares {
  /** By recipe, the one used last at the end. */
  readonly #shelves = new Map<string, Shelf>();

  /** A process that was started as `recipe` says, if one waits. */
  take(recipe: string): StartedProcess | undefined {
    const spare = this.#shelves.get(recipe)?.ready.shift();
    spare?.hold(true);
    spare?.pipe.hold(true);
    return spare;
  }

  /** Has `count` processes of this recipe wait from now on. They are started one by one, in a while: the actor comes first. */
  keep(recipe: string, count: number, start: () => StartedProcess): void {
    const shelf = this.#shelves.get(recipe) ?? { start, wanted: 0, ready: [], timer: undefined };
    this.#shelves.delete(recipe);
    this.#shelves.set(recipe, shelf);
    shelf.wanted = Math.max(shelf.wanted, count);
    this.#refillLater(shelf);
    for (const [oldest, { ready, timer }] of this.#shelves) {
      if (this.#shelves.size <= MAX_RECIPES) break;
      this.#shelves.delete(oldest);
      clearTimeout(timer);
      for (const spare of ready) spare.kill('SIGKILL');
    }
  }

  #refillLater(shelf: Shelf): void {
    if (shelf.timer !== undefined || shelf.ready.length >= shelf.wanted) return;
    shelf.timer = setTimeout(() => {
      shelf.timer = undefined;
      if (addTo(shelf)) this.#refillLater(shelf);
    }, REFILL_MS);
    shelf.timer.unref();
  }
}

/** Whether the system started one more. If it did not, the next spawn tries it itself and says why. */
function addTo({ ready, start }: Shelf): boolean {
  let spare: StartedProcess;
  try {
    spare = start();
  } catch {
    return false;
  }
  if (spare.pid === undefined) return false;
  spare.hold(false);
  spare.pipe.hold(false);
  ready.push(spare);
  void forgetWhenEnded(spare, ready);
  return true;
}

async function forgetWhenEnded(spare: StartedProcess, ready: StartedProcess[]): Promise<void> {
  await spare.exit;
  const at = ready.indexOf(spare);
  if (at !== -1) ready.splice(at, 1);
}
