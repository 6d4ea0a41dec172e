import { Actor, Event, EventProxy, ValueProxy } from 'uactor';
import { inProcess } from 'uactor/testing';
import { expect, test } from 'vitest';

class Loud extends EventProxy {
  readonly said: string[] = [];

  override readonly set = async (): Promise<void> => {
    this.said.push('set');
    await super.set();
  };

  async toggle(): Promise<void> {
    await ((await this.isSet()) ? this.clear() : this.set());
  }
}

class Bell extends Actor {
  static override readonly proxies = { loud: Loud };
  static override readonly methodToTypeid = { event: 'loud', box: 'Value' } as const;
  readonly #event = new Event();
  readonly #box = { value: 1 };

  event(): Event {
    return this.#event;
  }

  box(): { value: number } {
    return this.#box;
  }

  rings(): boolean {
    return this.#event.isSet();
  }

  async run(method: (value: number) => Promise<unknown>, value: number): Promise<number> {
    await method(value);
    return this.#box.value;
  }
}

test('U27 a class that extends a proxy of the library replaces a method and calls the one it replaced', async () => {
  await using bell = await inProcess(Bell);
  using event = await bell.event();
  await event.toggle();
  expect(await bell.rings()).toBe(true);
  expect(event.said).toEqual(['set']);
  await event.toggle();
  expect(await bell.rings()).toBe(false);
});

test('U27 a method taken off a proxy of the library is a method of its object wherever it is sent', async () => {
  await using bell = await inProcess(Bell);
  using box = await bell.box();
  expect(box).toBeInstanceOf(ValueProxy);
  expect(await bell.run(box.set, 7)).toBe(7);
  // It is the same function each time, with the method's name.
  expect(box.set).toBe(box.set);
  expect(box.set.name).toBe('set');
});
