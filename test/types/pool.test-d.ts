import { expectTypeOf, test } from 'vitest';
import type { AsyncResultProxy, IteratorProxy, PoolProxy, SyncManager } from 'uactor';

interface Tasks {
  resize(image: Uint8Array, width: number): Promise<Uint8Array>;
  count(text: string): number;
  readonly version: string;
}

declare const pool: PoolProxy<Tasks>;
declare const untyped: PoolProxy;
declare const manager: SyncManager;

test('U11 a pool knows the names, arguments and results of its tasks', () => {
  const image = new Uint8Array();
  expectTypeOf(() => pool.apply('resize', [image, 2])).returns.toEqualTypeOf<Promise<Uint8Array>>();
  expectTypeOf(() => pool.applyAsync('count', ['x'])).returns.toEqualTypeOf<Promise<AsyncResultProxy<number>>>();
  expectTypeOf(() => pool.map('count', ['x'])).returns.toEqualTypeOf<Promise<number[]>>();
  expectTypeOf(() => pool.mapAsync('count', new Set(['x']))).returns.toEqualTypeOf<
    Promise<AsyncResultProxy<number[]>>
  >();
  expectTypeOf(() => pool.imap('count', ['x'])).returns.toEqualTypeOf<Promise<IteratorProxy<number>>>();
  expectTypeOf(() => pool.starmap('resize', [[image, 2]])).returns.toEqualTypeOf<Promise<Uint8Array[]>>();
  // @ts-expect-error there is no such task
  void ((): unknown => pool.apply('rotate', []));
  // @ts-expect-error this is no function
  void ((): unknown => pool.apply('version', []));
  // @ts-expect-error the width is missing
  void ((): unknown => pool.apply('resize', [image]));
  // @ts-expect-error the items are texts
  void ((): unknown => pool.map('count', [1]));
});

test('U11 a pool whose module is not known takes anything and gives unknown', () => {
  expectTypeOf(() => untyped.apply('anything', [1, 'x'])).returns.toEqualTypeOf<Promise<unknown>>();
  expectTypeOf(() => manager.Pool({ module: '/tasks.js' })).returns.toEqualTypeOf<Promise<PoolProxy>>();
  expectTypeOf(() => manager.Pool<Tasks>({ module: '/tasks.js' })).returns.toEqualTypeOf<Promise<PoolProxy<Tasks>>>();
});
