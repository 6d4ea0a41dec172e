/** An actor of the chaos run: it records each call that it starts, and makes its own calls. */
import { Actor, proxy, release, stats } from 'uactor';
import { Ledger } from './ledger.mjs';

export class Worker extends Actor {
  static module = import.meta.url;
  static options = { dial: () => true, inspectable: true, keepAlive: 2_000, limits: { ticketMs: 8_000 } };
  /** @readonly */
  #ledger;

  constructor(record, name) {
    super();
    this.#ledger = new Ledger(record, name);
    // Received references are released when they are collected, which does not happen in an idle process.
    setInterval(() => globalThis.gc?.(), 1_000).unref();
  }

  mark(id) {
    this.#ledger.write('started', id);
    return id;
  }

  async slow(id, ms) {
    this.mark(id);
    await new Promise((resolve) => setTimeout(resolve, ms));
    return id;
  }

  echo(id, value) {
    this.mark(id);
    return value;
  }

  /** A list that lives as long as a client holds it. */
  list(id) {
    this.mark(id);
    return proxy([], 'list');
  }

  /** Calls an object of another process. */
  async append(id, list, item) {
    this.mark(id);
    try {
      await list.push(item);
      return { last: await list.at(-1) };
    } catch (error) {
      return { code: error.code, text: String(error.stack) };
    } finally {
      release(list);
    }
  }

  async callBack(id, callback, value) {
    this.mark(id);
    try {
      return { value: await callback(value) };
    } catch (error) {
      return { code: error.code };
    } finally {
      release(callback);
    }
  }

  /** Makes another worker call the caller's function. */
  async passOn(id, name, other, callback, value) {
    this.mark(id);
    const { result } = await this.#ledger.call(name, other, 'callBack', [callback, value]);
    release(callback);
    release(other);
    return result;
  }

  /** Calls another worker several times; all start there in order. */
  async relay(id, name, other, times) {
    this.mark(id);
    await Promise.all(Array.from({ length: times }, () => this.#ledger.call(name, other, 'mark')));
    release(other);
  }

  rows(id, count) {
    this.mark(id);
    return this.#rows(count);
  }

  *#rows(count) {
    for (let row = 0; row < count; row++) yield row;
  }

  stats() {
    globalThis.gc?.();
    return stats();
  }
}
