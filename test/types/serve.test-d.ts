import { expectTypeOf, test } from 'vitest';
import { Actor, type ActorServer, type BaseProxy, proxy, type Remote, type ServedManager, SyncManager } from 'uactor';

class Scale extends Actor {
  constructor(unit: string, readings: number[] = []) {
    super();
    void [unit, readings];
  }
  read(): number {
    return 1;
  }
}

test('serve takes the options and the arguments of the constructor, and gives a server with a proxy', () => {
  expectTypeOf(Scale.serve({ address: 'tcp://127.0.0.1:0' }, 'kg', [1])).resolves.toEqualTypeOf<
    ActorServer<Remote<typeof Scale>>
  >();
  expectTypeOf<ActorServer<Remote<typeof Scale>>['proxy']['read']>().toEqualTypeOf<() => Promise<number>>();
  // @ts-expect-error the unit is missing
  void Scale.serve({});
  // @ts-expect-error there is nothing to set for a process that runs already
  void Scale.serve({ execArgv: [] }, 'kg');
  expectTypeOf(SyncManager.getServer({ address: ['127.0.0.1', 0] })).toEqualTypeOf<ServedManager>();
});

test('several serializers are offered by name or as themselves, and one is asked for', () => {
  void Scale.serve({ serializers: ['superjson', 'msgpack'] }, 'kg');
  void Scale.with({ serializers: ['superjson'] }).connect('tcp://127.0.0.1:1', { serializer: 'superjson' });
  expectTypeOf(proxy([1], 'list', { serializer: 'msgpack' })).toExtend<BaseProxy>();
  // @ts-expect-error it is a list
  void Scale.serve({ serializers: 'msgpack' }, 'kg');
  // @ts-expect-error a client chooses one
  void Scale.connect('tcp://127.0.0.1:1', { serializers: ['msgpack'] });
});
