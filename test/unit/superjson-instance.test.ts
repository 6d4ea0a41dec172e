import { SuperJSON } from 'superjson';
import { describe, expect, test } from 'vitest';
import { superjson } from '../../serializers/superjson/index.ts';
import { CodecPair, Kept, serializerError, withoutPollution } from '../conformance/codec-pair.ts';

class Money {
  readonly cents: bigint;
  constructor(cents: bigint) {
    this.cents = cents;
  }
}

class Node {
  name: string;
  parent: Node | undefined = undefined;
  kids: Node[] = [];
  when: Date = new Date(5);
  constructor(name: string) {
    this.name = name;
  }
  get secret(): string {
    return `secret of ${this.name}`;
  }
}

class Other {
  readonly x = 1;
}

class User {
  name = 'n';
  password = 'p';
}

const RED = Symbol('red');

function instance(): SuperJSON {
  const json = new SuperJSON();
  json.registerClass(Node);
  json.registerClass(User, { identifier: 'app.User', allowProps: ['name'] });
  json.registerSymbol(RED, 'red');
  json.registerCustom<Money, string>(
    {
      isApplicable: (value): value is Money => value instanceof Money,
      serialize: (value) => String(value.cents),
      deserialize: (text) => new Money(BigInt(text)),
    },
    'money',
  );
  return json;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1', 1);
}

function payload(json: unknown, values: unknown, rest: object = {}): Buffer {
  return Buffer.from(`\0${JSON.stringify({ json, meta: { values, ...rest, v: 1 } })}`, 'latin1');
}

describe('superjson with an instance of the package', () => {
  test('U46 its classes, symbols and transformers travel, and the package reads and writes the same bytes', () => {
    const json = instance();
    const pair = new CodecPair(superjson(json));
    const money = new Money(5n);
    const value = { list: [new Node('a'), money, RED], map: new Map([['k', new User()]]), again: money, plain: 1n };
    expect(textOf(pair.encode(value))).toBe(json.stringify(value));
    const arrived = pair.send(value);
    const user: unknown = Object.assign(Object.create(User.prototype), { name: 'n' });
    expect(arrived).toStrictEqual({ ...value, map: new Map([['k', user]]) });
    expect(json.parse(textOf(pair.encode(value)))).toStrictEqual({ ...value, map: new Map([['k', user]]) });
  });

  test('U46 a tree of instances with links to the parent arrives as the same tree', () => {
    const tree = new Node('root');
    tree.kids = [new Node('kid')];
    for (const kid of tree.kids) kid.parent = tree;
    const pair = new CodecPair(superjson(instance()));
    const arrived = pair.send([tree]);
    const root: unknown = Array.isArray(arrived) ? arrived[0] : undefined;
    if (!(root instanceof Node)) throw new Error('no Node arrived');
    expect(root.kids[0]?.parent).toBe(root);
    expect(root.kids[0]).toMatchObject({ name: 'kid', when: new Date(5), secret: 'secret of kid' });
  });

  test('U48 values that the instance does not know travel as with every serializer', () => {
    const pair = new CodecPair(superjson(instance()));
    const kept = new Kept({ money: new Money(1n) });
    const arrived = pair.send({ kept, again: kept, error: new TypeError('t') });
    expect(arrived).toStrictEqual({ kept, again: kept, error: new TypeError('t') });
    const error = serializerError(() => pair.encode({ rows: [new Other()] }));
    expect([error.code, error.path]).toStrictEqual(['UNSERIALIZABLE', '$.rows[0]']);
    expect(serializerError(() => pair.encode([Symbol('other')])).path).toBe('$[0]');
  });

  test('U46 a typed array that the package wrote as a list of numbers is read', () => {
    const json = instance();
    const bytes = Buffer.from(`\0${json.stringify({ bytes: Uint8Array.of(1, 2) })}`, 'latin1');
    expect(new CodecPair(superjson(json)).receiver.decode(bytes)).toStrictEqual({ bytes: Uint8Array.of(1, 2) });
  });

  const hostile: readonly (readonly [string, Buffer])[] = [
    ['a class that was not given', payload({}, [['class', 'Date']])],
    ['a class named like a member of every object', payload({}, [['class', 'constructor']])],
    ['a member __proto__ of an instance', payload(JSON.parse('{"__proto__":{"x":1}}'), [['class', 'Node']])],
    ['a member constructor of an instance', payload({ constructor: 1 }, [['class', 'Node']])],
    ['a member that is not allowed', payload({ name: 'n', password: 'p' }, [['class', 'app.User']])],
    ['an instance made of a list', payload([1], [['class', 'Node']])],
    ['a symbol that was not given', payload('x', [['symbol', 'toString']])],
    ['a transformer that was not given', payload('x', [['custom', 'constructor']])],
    ['a transformer that throws', payload('no number', [['custom', 'money']])],
    ['a typed array of a number', payload(4_000_000_000, [['typed-array', 'Uint8Array']])],
    ['a typed array of an object', payload({ length: 2 ** 31 }, [['typed-array', 'Uint8Array']])],
    ['an unknown kind', payload({}, [['function', 'x']])],
    [
      'too many levels in an instance',
      payload(JSON.parse('{"a":'.repeat(2_000) + '1' + '}'.repeat(2_000)), [['class', 'Node']]),
    ],
  ];
  test.each(hostile)('H46 H47 %s is rejected', (_, bytes) => {
    withoutPollution(() => {
      const error = serializerError(() => new CodecPair(superjson(instance())).receiver.decode(bytes));
      expect(error.code).toBe('INVALID_PAYLOAD');
      expect(serializerError(() => new CodecPair(superjson).receiver.decode(bytes)).code).toBe('INVALID_PAYLOAD');
    });
  });

  test('H46 no setter of a class runs, because members are defined', () => {
    let ran = 0;
    class Trap {
      set danger(value: unknown) {
        ran += Number(value);
      }
    }
    const json = new SuperJSON();
    json.registerClass(Trap, 'Trap');
    const bytes = payload({ danger: 1, secret: 2 }, [['class', 'Trap']]);
    expect(new CodecPair(superjson(json)).receiver.decode(bytes)).toMatchObject({ danger: 1 });
    expect(ran).toBe(0);
  });

  test('U45 it has its own name, and rejects unsuitable values with the expected type', () => {
    expect(superjson.name).toBe('superjson');
    expect(superjson(new SuperJSON()).name).toBe('superjson+custom');
    expect(superjson(new SuperJSON(), { name: 'superjson+shop' }).name).toBe('superjson+shop');
    expect(() => Reflect.apply(superjson, undefined, [SuperJSON])).toThrow(/superjson\(new SuperJSON\(\)\)/);
  });
});

test.each([
  ['URLs', 100_000, '"a:b"', '"URL"'],
  ['regular expressions', 100_000, '"/a/"', '"regexp"'],
])('H53 H85 superjson rejects a message of %s, which take far more memory than its bytes', (_, count, item, type) => {
  const items = Array.from({ length: count }, () => item).join(',');
  const values = Array.from({ length: count }, (_each, index) => `"${index}":[${type}]`).join(',');
  const bytes = Buffer.from(`\0{"json":[${items}],"meta":{"values":{${values}},"v":1}}`, 'latin1');
  const error = serializerError(() => new CodecPair(superjson).receiver.decode(bytes));
  expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', message: expect.stringContaining('more memory or time') });
});

test('H53 H85 superjson rejects very many objects of new keys before they are created', () => {
  const items = Array.from({ length: 300_000 }, (_, index) => `{"${index.toString(36)}x":0}`).join(',');
  const error = serializerError(() => new CodecPair(superjson).receiver.decode(Buffer.from(`\0{"json":[${items}]}`)));
  expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', message: expect.stringContaining('more memory or time') });
  const rows = Array.from({ length: 50_000 }, (_, id) => ({ id, name: `name ${id}`, nested: { x: [id] } }));
  const pair = new CodecPair(superjson);
  expect(pair.send(rows)).toStrictEqual(rows);
  const dictionary = Object.fromEntries(rows.map((row) => [`key ${row.id}`, row.id]));
  expect(pair.send([dictionary, dictionary, rows])).toStrictEqual([dictionary, dictionary, rows]);
});
