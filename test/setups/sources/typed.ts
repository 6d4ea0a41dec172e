import { Actor, isMain } from 'uactor';
import { stepOf } from './step.ts';

export class Counter extends Actor {
  static override readonly module: string = import.meta.url;
  #count = 0;

  increment(by: number): number {
    this.#count += stepOf(by);
    return this.#count;
  }
}

if (isMain(import.meta)) {
  const counter = await Counter.spawn();
  console.log(await counter.increment(3));
  await counter.shutdown();
}
