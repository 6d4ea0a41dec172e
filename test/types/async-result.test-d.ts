import { expectTypeOf, test } from 'vitest';
import { Actor, AsyncResult, type AsyncResultProxy, type Remote } from 'uactor';

class Slow extends Actor {
  static override readonly methodToTypeid = {
    later: 'AsyncResult',
    atOnce: 'AsyncResult',
    own: 'AsyncResult',
  } as const;
  async later(seed: number): Promise<string[]> {
    return [`${seed}`];
  }
  atOnce(): number {
    return 1;
  }
  own(): AsyncResult<boolean> {
    return new AsyncResult(() => true);
  }
}

test('U11 U32 a method listed as AsyncResult gives a proxy of its result', () => {
  type Slowly = Remote<typeof Slow>;
  expectTypeOf<Slowly['later']>().toEqualTypeOf<(seed: number) => Promise<AsyncResultProxy<string[]>>>();
  expectTypeOf<Slowly['atOnce']>().toEqualTypeOf<() => Promise<AsyncResultProxy<number>>>();
  expectTypeOf<Slowly['own']>().toEqualTypeOf<() => Promise<AsyncResultProxy<boolean>>>();
  expectTypeOf<AsyncResultProxy<string>['get']>().toEqualTypeOf<(timeout?: number) => Promise<string>>();
});
