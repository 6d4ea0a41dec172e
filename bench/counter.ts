import { Actor } from 'uactor';

/** The actor that is measured. */
export class Counter extends Actor {
  static override readonly module: string = import.meta.url;

  add(a: number, b: number): number {
    return a + b;
  }

  echo<T>(value: T): T {
    return value;
  }

  memory(): NodeJS.MemoryUsage {
    return process.memoryUsage();
  }
}
