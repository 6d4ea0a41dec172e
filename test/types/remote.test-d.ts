import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { expectTypeOf, test } from 'vitest';
import {
  Actor,
  type ActorProxy,
  BaseProxy,
  callOptions,
  type EventsProxy,
  exposing,
  getValue,
  type ListProxy,
  proxy,
  type Remote,
  type RemoteObject,
  setProperty,
  type SyncManager,
} from 'uactor';

class Row {
  readonly #cells = ['a'];
  cell(index: number): string | undefined {
    return this.#cells[index];
  }
  async size(): Promise<number> {
    return this.#cells.length;
  }
}

class RowsProxy extends BaseProxy {
  first(): Promise<unknown> {
    return this.callMethod('first');
  }
}

class Table extends Actor {
  static override readonly module = import.meta.url;
  static override readonly proxies = { rows: RowsProxy };
  static override readonly methodToTypeid = { all: 'rows', row: 'auto', self: 'actor' } as const;
  title = 'a field is exposed only when it is listed';
  readonly #rows = [new Row()];

  constructor(name: string, options: { size?: number } = {}, changed?: (size: number) => Promise<void>) {
    super();
    void [name, options, changed];
  }
  init(): void {}
  insert(index: number, ...cells: string[]): number {
    return index + cells.length;
  }
  async load(path: string, limit?: number): Promise<string[]> {
    return [path].slice(limit);
  }
  all(): Row[] {
    return this.#rows;
  }
  row(): Row {
    return new Row();
  }
  self(): this {
    return this;
  }
  byHand(): RemoteObject<Row> {
    return proxy(new Row());
  }
  custom(): RowsProxy {
    return proxy(this.#rows, 'rows');
  }
  visit(callback: (row: string, index: number) => Promise<boolean>, done?: (count: number) => Promise<void>): number {
    void [callback, done];
    return 0;
  }
  later(): (by: number) => string {
    return (by) => `${by}`;
  }
  echo<T>(value: T): T {
    return value;
  }
  async asyncEcho<T>(value: T): Promise<T> {
    return value;
  }
  *names(): Generator<string> {
    yield this.title;
  }
  maybe(): number | undefined {
    return undefined;
  }
  nothing(): void {}
  _hidden(): void {}
  protected guarded(): void {}
  private secret(): void {}
  override toString(): string {
    return String(this.secret());
  }
}

class Listed extends Actor {
  static override readonly module = import.meta.url;
  static override readonly exposed = ['total', 'increment'] as const;
  get total(): number {
    return 0;
  }
  increment(): number {
    return 1;
  }
  reset(): void {}
}

class Account extends Actor {
  static override readonly exposed = exposing('balance', 'owner');
  static override readonly methodToTypeid = { statement: 'list' } as const;
  balance = 0;
  owner(): string {
    return '';
  }
  statement(): number[] {
    return [];
  }
  secret(): void {}
}

class Savings extends Account {
  static override readonly exposed = exposing(Account, 'rate', 'note', 'statement');
  rate = 0.5;
  note: string | undefined;
  hidden(): void {}
}

declare const account: Remote<typeof Account>;
declare const savings: Remote<typeof Savings>;
declare const manager: InstanceType<typeof SyncManager>;
declare const table: Remote<typeof Table>;
declare const listed: Remote<typeof Listed>;

test('U11 spawn takes the arguments of the constructor', () => {
  expectTypeOf(Table.spawn<typeof Table>).returns.resolves.toEqualTypeOf<Remote<typeof Table>>();
  expectTypeOf(() => Table.spawn('t', { size: 1 })).returns.resolves.toEqualTypeOf<Remote<typeof Table>>();
  expectTypeOf(() =>
    Table.spawn('t', {}, (size) => console.log(size.toFixed())),
  ).returns.resolves.toExtend<ActorProxy>();
  expectTypeOf(() => Listed.spawn()).returns.resolves.toEqualTypeOf<Remote<typeof Listed>>();
  // @ts-expect-error an argument is missing
  expectTypeOf(() => Table.spawn());
  // @ts-expect-error an argument has another type
  expectTypeOf(() => Table.spawn(1));
  // @ts-expect-error there are no arguments
  expectTypeOf(() => Listed.spawn('t'));
});

test('U11 a method returns a promise of its awaited result', () => {
  expectTypeOf(table.insert).toEqualTypeOf<(index: number, ...cells: string[]) => Promise<number>>();
  expectTypeOf(table.load).toEqualTypeOf<(path: string, limit?: number) => Promise<string[]>>();
  expectTypeOf(table.maybe).returns.resolves.toEqualTypeOf<number | undefined>();
  expectTypeOf(table.nothing).returns.resolves.toEqualTypeOf<void>();
  expectTypeOf(table.pid).returns.resolves.toEqualTypeOf<number>();
  // @ts-expect-error an argument has another type
  expectTypeOf(() => table.insert('0'));
});

test('U11 what is private, begins with an underscore or is not exposed is absent', () => {
  type Members = keyof Remote<typeof Table>;
  expectTypeOf<Extract<Members, '_hidden' | 'guarded' | 'secret' | 'init' | 'title' | 'constructor'>>().toBeNever();
  expectTypeOf<Extract<Members, 'toString' | 'then'>>().toBeNever();
  expectTypeOf<Extract<keyof Remote<typeof Listed>, 'reset'>>().toBeNever();
  // @ts-expect-error it is not exposed
  expectTypeOf(() => listed.reset());
  // @ts-expect-error it is private
  expectTypeOf(() => table.secret());
});

test('U11 a property is a promise, and cannot be assigned to', () => {
  expectTypeOf(listed.total).toEqualTypeOf<Promise<number>>();
  expectTypeOf(listed.increment).returns.resolves.toEqualTypeOf<number>();
  // @ts-expect-error setProperty is what writes it
  expectTypeOf(() => (listed.total = Promise.resolve(1)));
});

test('U11 a method in methodToTypeid returns the proxy of that typeid', () => {
  expectTypeOf(table.all).returns.resolves.toEqualTypeOf<RowsProxy>();
  expectTypeOf(table.self).returns.resolves.toEqualTypeOf<Remote<typeof Table>>();
  expectTypeOf(table.row).returns.resolves.toEqualTypeOf<RemoteObject<Row>>();
});

test('U11 a proxy made by hand has the same type in every process', () => {
  expectTypeOf(table.byHand).returns.resolves.toEqualTypeOf<RemoteObject<Row>>();
  expectTypeOf(table.custom).returns.resolves.toEqualTypeOf<RowsProxy>();
  expectTypeOf<RemoteObject<Row>['cell']>().toEqualTypeOf<(index: number) => Promise<string | undefined>>();
  expectTypeOf<RemoteObject<Row>['size']>().toEqualTypeOf<() => Promise<number>>();
  expectTypeOf(() => proxy(new Row())).returns.toEqualTypeOf<RemoteObject<Row>>();
  expectTypeOf(() => proxy([], 'anything')).returns.toEqualTypeOf<BaseProxy>();
  expectTypeOf<RemoteObject<Remote<typeof Table>>>().toEqualTypeOf<Remote<typeof Table>>();
});

test('U11 a function may be passed that answers at once or with a promise', () => {
  expectTypeOf(() => table.visit((row, index) => row.length > index)).returns.resolves.toEqualTypeOf<number>();
  expectTypeOf(() => table.visit(async (row) => row === '')).returns.resolves.toEqualTypeOf<number>();
  expectTypeOf(() =>
    table.visit(
      () => true,
      (count) => void count.toFixed(),
    ),
  ).returns.resolves.toEqualTypeOf<number>();
  // @ts-expect-error it answers with something else
  expectTypeOf(() => table.visit(() => 'yes'));
});

test('U11 a function that is returned answers with a promise', () => {
  expectTypeOf(table.later).returns.resolves.toEqualTypeOf<(by: number) => Promise<string>>();
});

test('U11 U43 a generator arrives as an asynchronous iterator', () => {
  expectTypeOf(table.names).returns.resolves.toExtend<AsyncIterable<string>>();
});

test('U11 an asynchronous method keeps its type parameters', () => {
  expectTypeOf(() => table.asyncEcho(1 as const)).returns.resolves.toEqualTypeOf<1>();
  expectTypeOf(table.echo).toEqualTypeOf<(value: unknown) => Promise<unknown>>();
});

test('U10 U11 a class with other options is the same class', () => {
  expectTypeOf(() => Table.with({ title: 'table' })).returns.toEqualTypeOf<typeof Table>();
  expectTypeOf(() => Table.with({}).spawn('t')).returns.resolves.toEqualTypeOf<Remote<typeof Table>>();
  expectTypeOf(() => callOptions(table, { timeout: 1 })).returns.toEqualTypeOf<Remote<typeof Table>>();
  // @ts-expect-error there is no such option
  expectTypeOf(() => Table.with({ titel: 'table' }));
});

test('U6 U11 a subclass shows what its parent exposes, and its own', () => {
  type Own<Class extends typeof Actor> = Exclude<keyof Remote<Class>, keyof ActorProxy>;
  expectTypeOf<Own<typeof Account>>().toEqualTypeOf<'balance' | 'owner' | 'enter' | 'exit'>();
  expectTypeOf<Own<typeof Savings>>().toEqualTypeOf<
    'balance' | 'owner' | 'rate' | 'note' | 'statement' | 'enter' | 'exit'
  >();
  expectTypeOf(savings.balance).toEqualTypeOf<Promise<number>>();
  expectTypeOf(savings.statement).returns.resolves.toEqualTypeOf<ListProxy<number>>();
});

test('U9 U11 setProperty takes the properties that are shown, and values of their types', () => {
  expectTypeOf(() => setProperty(savings, 'balance', 1)).returns.resolves.toEqualTypeOf<void>();
  expectTypeOf(() => setProperty(savings, 'note', undefined)).returns.resolves.toEqualTypeOf<void>();
  expectTypeOf(() => setProperty(callOptions(account, {}), 'balance', 1)).returns.resolves.toEqualTypeOf<void>();
  // @ts-expect-error it is a number
  expectTypeOf(() => setProperty(savings, 'balance', '1'));
  // @ts-expect-error it is a method
  expectTypeOf(() => setProperty(savings, 'owner', () => 'Ada'));
  // @ts-expect-error the parent does not show it
  expectTypeOf(() => setProperty(account, 'rate', 1));
  // @ts-expect-error there is no such property
  expectTypeOf(() => setProperty(savings, 'blance', 1));
  const untyped: BaseProxy = savings;
  expectTypeOf(() => setProperty(untyped, 'anything', 1)).returns.resolves.toEqualTypeOf<void>();
});

test('U11 U28 getValue gives what the type of the proxy tells', () => {
  expectTypeOf(async () => await getValue(await savings.statement())).returns.resolves.toEqualTypeOf<number[]>();
  expectTypeOf(async () => await getValue(await manager.Value(1n))).returns.resolves.toEqualTypeOf<bigint>();
  expectTypeOf(async () => await getValue(await manager.dict(new Map([[1, 'a']])))).returns.resolves.toEqualTypeOf<
    Map<number, string>
  >();
  expectTypeOf(
    async () => await getValue(await manager.Array(new Uint8Array(1))),
  ).returns.resolves.toExtend<NodeJS.TypedArray>();
  expectTypeOf(async () => await getValue(await table.row())).returns.resolves.toEqualTypeOf<unknown>();
  expectTypeOf(async () => await getValue(table)).returns.resolves.toEqualTypeOf<unknown>();
});

class Adding extends Actor {
  add(...values: readonly number[]): number {
    return values.length;
  }
}

test('U11 a method that takes any number of arguments is one of the proxy, be its list read-only or not', () => {
  expectTypeOf<Remote<typeof Adding>['add']>().toEqualTypeOf<(...values: readonly number[]) => Promise<number>>();
});

test('U72 streams and other values of the platform are themselves, and emitters are proxies', () => {
  class Store extends Actor {
    open(): ReadableStream<Uint8Array> {
      return new ReadableStream();
    }
    fetched(request: Request): Promise<Response> {
      return fetch(request);
    }
    lines(): Readable {
      return Readable.from([]);
    }
    emitter(): EventEmitter {
      return new EventEmitter();
    }
    async hear(events: EventsProxy): Promise<void> {
      await events.on('x', () => undefined);
    }
  }
  expectTypeOf<ReturnType<Remote<typeof Store>['open']>>().toEqualTypeOf<Promise<ReadableStream<Uint8Array>>>();
  expectTypeOf<ReturnType<Remote<typeof Store>['fetched']>>().toEqualTypeOf<Promise<Response>>();
  expectTypeOf<ReturnType<Remote<typeof Store>['lines']>>().toEqualTypeOf<Promise<Readable>>();
  expectTypeOf<ReturnType<Remote<typeof Store>['emitter']>>().toEqualTypeOf<Promise<EventsProxy>>();
  expectTypeOf<EventEmitter>().toExtend<Parameters<Remote<typeof Store>['hear']>[0]>();
});
