/** The names that examples in the sources' comments use without declaring them. */
import { Actor, type Remote, type Serializer, SyncManager, type Transport } from 'uactor';

export class Counter extends Actor {
  static override readonly module: string = import.meta.url;
  #count = 0;
  increment(by = 1): number {
    this.#count += by;
    return this.#count;
  }
}

export class Shop extends Actor {
  static override readonly module: string = import.meta.url;
  readonly #counter: Remote<typeof Counter>;
  constructor(counter: Remote<typeof Counter>) {
    super();
    this.#counter = counter;
  }
  async sell(): Promise<number> {
    return await this.#counter.increment();
  }
}

export class Point {
  readonly x: number;
  readonly y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  static parse(data: unknown): Point {
    const [x, y] = Array.isArray(data) ? data : [];
    return new Point(Number(x), Number(y));
  }
}

export class Decimal {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  static isDecimal(this: void, value: unknown): value is Decimal {
    return value instanceof Decimal;
  }
}

export const counter: Remote<typeof Counter> = await Counter.spawn();
export const manager: SyncManager = await SyncManager.start();
export const authkey: string = 'a secret of at least sixteen bytes';
export declare const mySerializer: Serializer;
export declare const myTransport: Transport;
