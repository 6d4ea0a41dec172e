import { expectTypeOf, test } from 'vitest';
import type * as uactor from 'uactor';
import { Actor, type Remote } from 'uactor';
import { explore, inProcess } from 'uactor/testing';

class Scale extends Actor {
  constructor(unit: string, readings: number[] = []) {
    super();
    void [unit, readings];
  }
  read(): number {
    return 1;
  }
}

test('inProcess takes the arguments of the constructor, and gives what spawn gives', () => {
  expectTypeOf(inProcess(Scale, 'kg', [1])).resolves.toEqualTypeOf<Remote<typeof Scale>>();
  expectTypeOf<Awaited<ReturnType<typeof inProcess<typeof Scale>>>['read']>().toEqualTypeOf<() => Promise<number>>();
  // @ts-expect-error the unit is missing
  void inProcess(Scale);
  // @ts-expect-error no actor class
  void inProcess('Scale');
});

test('a host has the whole library, and a module gives its exports', () => {
  void explore(async (world) => {
    expectTypeOf(world.host('main').uactor).toEqualTypeOf<typeof uactor>();
    const load = world.module('file:///scale.mjs', ({ Lock }) => ({ make: () => new Lock() }));
    expectTypeOf(load(world.host('main')).make()).toEqualTypeOf<uactor.Lock>();
    await world.sleep(1);
  });
});
