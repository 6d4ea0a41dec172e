import { Actor, proxy, type RemoteObject, stats } from 'uactor';
import { usedBytes } from './used-bytes.ts';

/** What proxies are handed out of. */
export class Item {
  add(a: number, b: number): number {
    return a + b;
  }
}

/** The actor that is measured. */
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

  /** How many connections the process has. */
  sessions(): number {
    return stats().sessions;
  }

  /** What the process uses once garbage is collected. */
  async usedBytes(): Promise<number> {
    return await usedBytes();
  }

  /** Takes bytes and answers nothing. */
  sink(_bytes: Uint8Array): void {}

  /** Answers with that many bytes, the same each time. */
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

  /** Calls an object of somebody else. */
  async use(item: RemoteObject<Item>): Promise<number> {
    return await item.add(1, 2);
  }

  /** Keeps a proxy, and with it the connection to its actor. */
  keep(item: RemoteObject<Item>): void {
    this.#kept.push(item);
  }

  /** Calls what was kept first. */
  async useKept(): Promise<number> {
    const [item] = this.#kept;
    if (item === undefined) throw new Error('nothing was kept');
    return await item.add(1, 2);
  }
}
