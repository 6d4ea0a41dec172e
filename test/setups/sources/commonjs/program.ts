import { Actor } from 'uactor';

export class Counter extends Actor {
  static override readonly module: string = __filename;
  #count = 0;

  increment(by: number): number {
    this.#count += by;
    return this.#count;
  }
}

async function main(): Promise<void> {
  const counter = await Counter.spawn();
  console.log(await counter.increment(3));
  await counter.shutdown();
}

if (require.main === module) void main();
