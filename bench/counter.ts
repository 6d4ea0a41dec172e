import { Actor, proxy, type RemoteObject, stats } from 'uactor';
import { usedBytes } from './used-bytes.ts';

/** The objects that proxies are handed out for. */
export class Item {
  add(a: number, b: number): number {
    return a + b;
  }
}

/** The measured actor. */
export class Counter extends Actor {
  static override readonly module: string = import.meta.url;
  readonly #kept: RemoteObject<Item>[] = [];
  readonly #pages = new Map<number, Uint8Array>();

  add(a: number, b: number): number {
    return a + b;
  }

  echo<T>(value: T): T {
    return value;
  }

  /** Returns the number of the process's sessions. */
  sessions(): number {
    return stats().sessions;
  }

  /** Returns the memory of the process after garbage collection. */
  async usedBytes(): Promise<number> {
    return await usedBytes();
  }

  /** Receives bytes and returns nothing. */
  sink(_bytes: Uint8Array): void {}

  /** Returns this many bytes, the same each time. */
  source(bytes: number): Uint8Array {
    const page = this.#pages.get(bytes) ?? new Uint8Array(bytes).fill(7);
    this.#pages.set(bytes, page);
    return page;
  }

  *numbers(count: number): Generator<number, void, undefined> {
    for (let i = 0; i < count; i++) yield i;
  }

  make(): RemoteObject<Item> {
    return proxy(new Item());
  }

  /** Calls an object of another process. */
  async use(item: RemoteObject<Item>): Promise<number> {
    return await item.add(1, 2);
  }

  /** Keeps a proxy, and with it the connection to its actor. */
  keep(item: RemoteObject<Item>): void {
    this.#kept.push(item);
  }

  /** Calls the oldest kept object. */
  async useKept(): Promise<number> {
    const [item] = this.#kept;
    if (item === undefined) throw new Error('nothing was kept');
    return await item.add(1, 2);
  }
}
