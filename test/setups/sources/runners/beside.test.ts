/** An actor in the same file as its tests: its process also imports the file, and runs no tests. */
import { Actor, isActorProcess } from 'uactor';
import { inProcess } from 'uactor/testing';
import { expect, test } from 'vitest';
import { Other } from './other.ts';

export class Counter extends Actor {
  static override readonly module: string = import.meta.url;
  #count = 0;

  increment(by: number): number {
    this.#count += by;
    return this.#count;
  }
}

if (!isActorProcess()) {
  test('an actor of this file', async () => {
    const counter = await Counter.spawn();
    expect(await counter.increment(3)).toBe(3);
    await counter.shutdown();
  });

  test('an actor of another file', async () => {
    const other = await Other.spawn();
    await expect(other.fail()).rejects.toThrow(RangeError);
    await other.shutdown();
  });

  test('an actor without a process', async () => {
    const counter = await inProcess(Counter);
    expect(await counter.increment(3)).toBe(3);
    await counter.shutdown();
  });
}
