/** An actor of the chaos run: it records each call that it starts, so that the record survives any death. */
import { appendFileSync } from 'node:fs';
import { Actor, proxy } from 'uactor';

export class Witness extends Actor {
  static module = import.meta.url;
  /** @readonly */
  #record;

  constructor(record) {
    super();
    this.#record = record;
  }

  #write(id) {
    appendFileSync(this.#record, `${id}\n`);
  }

  mark(id) {
    this.#write(id);
    return id;
  }

  async markSlowly(id, ms) {
    this.#write(id);
    await new Promise((resolve) => setTimeout(resolve, ms));
    return id;
  }

  echo(id, payload) {
    this.#write(id);
    return payload;
  }

  /** A list that lives as long as a client holds it. */
  list(id) {
    this.#write(id);
    return proxy([], 'list');
  }

  /** Calls an object of another process. */
  async append(id, list, item) {
    this.#write(id);
    await list.push(item);
    return await list.at(-1);
  }

  async call(id, callback, value) {
    this.#write(id);
    return await callback(value);
  }

  rows(id, count) {
    this.#write(id);
    return this.#rows(count);
  }

  *#rows(count) {
    for (let row = 0; row < count; row++) yield row;
  }
}
