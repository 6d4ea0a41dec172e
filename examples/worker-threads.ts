/** Worker threads that share an actor of the main thread, over a custom transport: `node worker-threads.js 100000`. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { Actor, registerTransport } from 'uactor';
import { threads } from './message-port.ts';

const ADDRESS = 'thread://0/search';
const WORKERS = 3;
const SLICE = 1_000;

registerTransport(threads);

/** Hands out slices of the range to search, and adds up the results. */
export class Search extends Actor {
  readonly #end: number;
  #next = 0;
  #found = 0;

  constructor(end: number) {
    super();
    this.#end = end;
  }

  /** Returns the start and the end of the next slice; `undefined` when all slices are taken. */
  take(): readonly [from: number, to: number] | undefined {
    if (this.#next >= this.#end) return undefined;
    const from = this.#next;
    this.#next = Math.min(from + SLICE, this.#end);
    return [from, this.#next];
  }

  add(found: number): void {
    this.#found += found;
  }

  found(): number {
    return this.#found;
  }
}

/** The main thread: serves the actor, and waits for the workers. */
async function main(end: number): Promise<void> {
  const authkey = randomBytes(32);
  await using server = await Search.serve({ address: ADDRESS, authkey }, end);
  const workers = Array.from({ length: WORKERS }, () => new Worker(new URL(import.meta.url), { workerData: authkey }));
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  console.log(`${await server.proxy.found()} primes below ${end}, found by ${WORKERS} threads`);
}

/** A worker: takes slices until none are left. */
async function work(authkey: Uint8Array): Promise<void> {
  await using search = await Search.connect(ADDRESS, { authkey });
  for (let slice = await search.take(); slice !== undefined; slice = await search.take()) {
    await search.add(primesIn(...slice));
  }
}

function primesIn(from: number, to: number): number {
  let count = 0;
  for (let number = Math.max(from, 2); number < to; number++) if (isPrime(number)) count++;
  return count;
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}

if (isMainThread) await main(Number(process.argv[2] ?? 100_000));
else await work(workerData);
