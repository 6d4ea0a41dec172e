import { clearTimeout, setTimeout } from '../../seam/environment.ts';
import type { StartedProcess } from './started-process.ts';

/** The delay before a taken spare is replaced, and between further starts, in milliseconds. */
const REFILL_MS = 50;

/** The maximum number of kinds that wait at a time: if each actor has its own environment, no spare ever fits. */
const MAX_RECIPES = 4;

/** Spares of one kind. */
interface Shelf {
  readonly start: () => StartedProcess;
  wanted: number;
  readonly ready: StartedProcess[];
  timer: NodeJS.Timeout | undefined;
}

/**
 * Processes started ahead of the actors that will live in them. They have loaded the library and wait for their first message.
 * They do not keep this process alive, and end with it, because their pipe closes.
 */
export class Spares {
  /** By recipe, in order of last use. */
  readonly #shelves = new Map<string, Shelf>();

  /** Takes a waiting process that was started with this `recipe`, if any. */
  take(recipe: string): StartedProcess | undefined {
    const spare = this.#shelves.get(recipe)?.ready.shift();
    spare?.hold(true);
    spare?.pipe.hold(true);
    return spare;
  }

  /**
   * Keeps `count` processes of this recipe waiting from now on. They start one by one after a delay, so that the actor comes
   * first.
   */
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

/** Starts one more spare. Returns false if the system refuses; the next spawn then tries again and reports the reason. */
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
