import { expectTypeOf, test } from 'vitest';
import { Actor, ActorPool, type AsyncResultProxy, type Remote } from 'uactor';

class Counter extends Actor {
  static override readonly module = import.meta.url;
  static override readonly methodToTypeid = { later: 'AsyncResult' } as const;
  readonly #start: number;
  label = 'a field';
  constructor(start: number, unit?: string) {
    super();
    this.#start = start + (unit?.length ?? 0);
  }
  increment(by: number, unit?: string): number {
    return this.#start + by + (unit?.length ?? 0);
  }
  async names(): Promise<string[]> {
    return [];
  }
  async echo<T>(value: T): Promise<T> {
    return value;
  }
  later(): number {
    return 1;
  }
}

type Pool = ActorPool<typeof Counter>;

test('a pool has the methods of the actor, and only those', () => {
  expectTypeOf<keyof Pool['any']>().toEqualTypeOf<'increment' | 'names' | 'echo' | 'later'>();
  expectTypeOf<Pool['any']['increment']>().toEqualTypeOf<(by: number, unit?: string) => Promise<number>>();
  expectTypeOf<Pool['any']['echo']>().toEqualTypeOf<<T>(value: T) => Promise<T>>();
  expectTypeOf<Pool['any']['later']>().toEqualTypeOf<() => Promise<AsyncResultProxy<number>>>();
  expectTypeOf<ReturnType<Pool['byKey']>>().toEqualTypeOf<Pool['any']>();
  expectTypeOf<Pool['byKey']>().parameter(0).toEqualTypeOf<string | number | bigint | boolean>();
});

test('a broadcast gives a result of each member', () => {
  expectTypeOf<Pool['broadcast']['increment']>().toEqualTypeOf<(by: number, unit?: string) => Promise<number[]>>();
  expectTypeOf<Pool['broadcast']['names']>().toEqualTypeOf<() => Promise<string[][]>>();
  expectTypeOf<Pool['broadcast']['later']>().toEqualTypeOf<() => Promise<AsyncResultProxy<number>[]>>();
});

test('a pool is spawned with options and the arguments of the constructor', () => {
  const spawn = (): Promise<Pool> => ActorPool.spawn(Counter, { size: 2 }, 1, 'm');
  expectTypeOf(spawn)
    .returns.resolves.toHaveProperty('members')
    .returns.toEqualTypeOf<readonly Remote<typeof Counter>[]>();
  // @ts-expect-error the start is a number
  void ((): unknown => ActorPool.spawn(Counter, {}, 'one'));
  // @ts-expect-error the start is missing
  void ((): unknown => ActorPool.spawn(Counter, {}));
});
