/**
 * Shows the speed-up from all cores: searches for the longest Collatz chain below a limit, first in this process only, and
 * then with an actor for each core.
 *
 *     npm start
 *     node all-cores.js [LIMIT]
 */
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { Actor, isMain } from 'uactor';

/** Keeps one core busy for some seconds. */
const LIMIT = 2_000_000;
const SLICE = 10_000;

interface Chain {
  readonly start: number;
  readonly steps: number;
}

export class Searcher extends Actor {
  static override readonly module: string = import.meta.url;

  /** Finds the longest chain that starts at `first` or later, and before `end`. */
  longest(first: number, end: number): Chain {
    let best: Chain = { start: 1, steps: 0 };
    for (let start = first; start < end; start++) {
      const steps = stepsFrom(start);
      if (steps > best.steps) best = { start, steps };
    }
    return best;
  }
}

/** Halves an even number, and replaces an odd number `n` by `3n + 1`, until the number is one. */
function stepsFrom(start: number): number {
  let steps = 0;
  for (let number = start; number !== 1; steps++) number = number % 2 === 0 ? number / 2 : 3 * number + 1;
  return steps;
}

/** A searcher in this process, or a proxy of a searcher in another process. */
interface Worker {
  longest(first: number, end: number): Chain | Promise<Chain>;
}

/** Splits the range into slices. Each worker takes the next slice after it finishes one. */
async function search(limit: number, workers: readonly Worker[], bar: Bar): Promise<Chain> {
  let next = 1;
  let best: Chain = { start: 1, steps: 0 };
  const work = async (worker: Worker): Promise<void> => {
    while (next < limit) {
      const first = next;
      const end = Math.min(first + SLICE, limit);
      next = end;
      const found = await worker.longest(first, end);
      if (found.steps > best.steps) best = found;
      bar.advance(end - first);
    }
  };
  await Promise.all(workers.map(work));
  return best;
}

/**
 * A progress bar of at most 40 columns with rate and remaining time, drawn in place on a terminal. Elsewhere it prints
 * nothing before its last line.
 */
class Bar {
  readonly #label: string;
  readonly #size: number;
  readonly #start = performance.now();
  #end: number | undefined;
  #done = 0;

  constructor(label: string, size: number) {
    this.#label = label;
    this.#size = size;
  }

  get seconds(): number {
    return ((this.#end ?? performance.now()) - this.#start) / 1000;
  }

  advance(amount: number): void {
    this.#done += amount;
    if (!process.stdout.isTTY) return;
    const share = this.#done / this.#size;
    const filled = '█'.repeat(Math.round(share * 10)).padEnd(10, '░');
    const left = (this.seconds / share) * (1 - share);
    process.stdout.write(`\r${this.#label} ${filled} ${this.#rate()} ${left.toFixed(0).padStart(2)} s left`);
  }

  /** Stops the clock, and replaces the bar by its result. */
  end(): void {
    this.#end = performance.now();
    const text = `${this.#label} ${this.seconds.toFixed(1).padStart(6)} s ${this.#rate()}`;
    console.log(process.stdout.isTTY ? `\r${text.padEnd(40)}` : text);
  }

  #rate(): string {
    return `${(this.#done / this.seconds / 1000).toFixed(0).padStart(5)} k/s`;
  }
}

if (isMain(import.meta)) {
  const limit = Number(process.argv[2] ?? LIMIT);
  if (!Number.isSafeInteger(limit) || limit < 2) {
    console.error('LIMIT must be a whole number of at least 2: node all-cores.js [LIMIT]');
    process.exit(2);
  }
  console.log(`the longest Collatz chain below ${limit}`);

  const alone = new Bar('1 core ', limit);
  const expected = await search(limit, [new Searcher()], alone);
  alone.end();

  const cores = availableParallelism();
  const actors = await Promise.all(Array.from({ length: cores }, () => Searcher.spawn()));
  const together = new Bar(`${cores} cores`, limit);
  const found = await search(limit, actors, together);
  together.end();
  await Promise.all(actors.map((actor) => actor.shutdown()));

  if (found.steps !== expected.steps)
    throw new Error(`one core found ${expected.steps} steps, ${cores} cores ${found.steps}`);
  console.log(
    `${found.steps} steps from ${expected.start}; ${(alone.seconds / together.seconds).toFixed(1)} times as fast`,
  );
}
