import { expectTypeOf, test } from 'vitest';
import {
  Actor,
  type ActorHost,
  type ActorOptions,
  Host,
  type HostServeOptions,
  type Remote,
  type SupervisedGroup,
  supervise,
  superviseAll,
} from 'uactor';

class Store extends Actor {
  static override readonly module = import.meta.url;
  readonly #path: string;
  constructor(path: string) {
    super();
    this.#path = path;
  }
  read(key: string): string {
    return this.#path + key;
  }
}

class Server extends Actor {
  static override readonly module = import.meta.url;
  readonly #store: Remote<typeof Store>;
  constructor(store: Remote<typeof Store>) {
    super();
    this.#store = store;
  }
  async answer(): Promise<string> {
    return await this.#store.read('a');
  }
}

declare const host: Host;

test('U69 where an actor is spawned is an option of its class, and its proxy is the same', () => {
  expectTypeOf<ActorOptions['on']>().toEqualTypeOf<ActorHost | readonly ActorHost[] | undefined>();
  expectTypeOf<ActorOptions['label']>().toEqualTypeOf<Readonly<Record<string, string>> | undefined>();
  expectTypeOf<ActorOptions['name']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<ActorOptions['build']>().toEqualTypeOf<string | undefined>();
  const options = { on: [host, host], label: { gpu: '1' }, name: 'desk', build: '4f2c1d' };
  expectTypeOf(() => Store.with(options).spawn('path')).returns.resolves.toEqualTypeOf<Remote<typeof Store>>();
  expectTypeOf(() => host.get(Store, 'desk')).returns.resolves.toEqualTypeOf<Remote<typeof Store>>();
  // @ts-expect-error a host is connected to first
  void ((): unknown => Store.with({ on: 'tcp://10.0.0.7:7000' }));
  // @ts-expect-error it was not waited for
  void ((): unknown => Store.with({ on: Host.connect('tcp://10.0.0.7:7000') }));
  // @ts-expect-error the values of labels are texts
  void ((): unknown => Store.with({ on: host, label: { gpu: 1 } }));
  // @ts-expect-error a name is a text
  void ((): unknown => Store.with({ on: host, name: 7 }));
  // @ts-expect-error a build is a text
  void ((): unknown => Store.with({ on: host, build: 7 }));
  // @ts-expect-error there is no such option
  void ((): unknown => Store.with({ on: host, labels: { gpu: '1' } }));
  // @ts-expect-error the path is missing
  void ((): unknown => Store.with({ on: host }).spawn());
  // @ts-expect-error the class comes first
  void ((): unknown => host.get('desk'));
});

test('U69 a host is served with modules, and options of serve', () => {
  expectTypeOf<HostServeOptions['modules']>().toEqualTypeOf<readonly (string | URL)[]>();
  expectTypeOf<HostServeOptions>().not.toHaveProperty('concurrency');
  // @ts-expect-error the modules are missing
  void ((): unknown => Host.serve({ address: 'tcp://127.0.0.1:0' }));
});

test('U65 a supervised actor has the proxy of its class, and takes the arguments of its constructor', () => {
  expectTypeOf(() => supervise(Store, ['path'])).returns.resolves.toEqualTypeOf<Remote<typeof Store>>();
  expectTypeOf(() => supervise(Store.with({ on: host }), ['path'])).returns.resolves.toEqualTypeOf<
    Remote<typeof Store>
  >();
  // @ts-expect-error the arguments are missing
  void ((): unknown => supervise(Store));
  // @ts-expect-error the path is missing
  void ((): unknown => supervise(Store, []));
  // @ts-expect-error the path is a text
  void ((): unknown => supervise(Store, [7]));
  // @ts-expect-error that is not when an actor is restarted
  void ((): unknown => supervise(Store, ['path'], { restart: 'sometimes' }));
  // @ts-expect-error it is called maxRestarts
  void ((): unknown => supervise(Store, ['path'], { retries: 3 }));
  // @ts-expect-error it is called initialMs
  void ((): unknown => supervise(Store, ['path'], { backoff: { initial: 3 } }));
  // @ts-expect-error an object is not an actor
  void ((): unknown => supervise(Date, []));
});

test('U65 a group has the proxies of its members, in their order', () => {
  const start = () =>
    superviseAll(
      [
        [Store, ['path']],
        [Server, ([store]) => [store]],
      ],
      { strategy: 'rest-for-one' },
    );
  type Group = Awaited<ReturnType<typeof start>>;
  expectTypeOf<Group['proxies'][0]>().toEqualTypeOf<Remote<typeof Store>>();
  expectTypeOf<Group['proxies'][1]>().toEqualTypeOf<Remote<typeof Server>>();
  expectTypeOf<Group['over']>().toEqualTypeOf<Promise<Error | undefined>>();
  expectTypeOf<Group>().toExtend<SupervisedGroup<readonly []> | AsyncDisposable>();
  // @ts-expect-error there is no third member
  void ((group: Group): unknown => group.proxies[2]);
  // @ts-expect-error a member is a list of a class and its arguments
  void ((): unknown => superviseAll([Store]));
  // @ts-expect-error that is not a strategy
  void ((): unknown => superviseAll([[Store, ['path']]], { strategy: 'all' }));
});
