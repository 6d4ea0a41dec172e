import { Actor, BaseManager, proxy } from 'uactor';

class Thing {
  #value = 1;
  add(by) {
    this.#value += by;
    return this.#value;
  }
}

/** Spawned by another actor, and handed what a third process holds. */
export class Inner extends Actor {
  static module = import.meta.url;

  async addTo(thing) {
    return await thing.add(10);
  }
}

export class Counter extends Actor {
  static module = import.meta.url;
  #count = 0;

  increment(by = 1) {
    this.#count += by;
    return this.#count;
  }

  thing() {
    return proxy(new Thing());
  }

  async passOn(thing) {
    const inner = await Inner.spawn();
    try {
      return await inner.addTo(thing);
    } finally {
      await inner.shutdown();
    }
  }

  *upTo(end) {
    for (let each = 0; each < end; each++) yield each;
  }

  fail() {
    throw new RangeError('as it should');
  }
}

export class Things extends BaseManager {
  static module = import.meta.url;
  static {
    this.register('Thing', { create: () => new Thing() });
  }
}
