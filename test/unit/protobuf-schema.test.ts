import protobufjs from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { protobuf, type SchemaSerializer } from '../../serializers/protobuf/index.ts';
import { assertSame, Boxed, CodecPair, serializerError, withoutPollution } from '../conformance/codec-pair.ts';
import { SAMPLES } from '../conformance/values.ts';
import { GENERATES_CODE } from '../support/code-generation.ts';
import { thrown } from '../support/failure.ts';
import { protocHex } from '../support/protobuf/protoc.ts';
import { shop } from '../support/protobuf/shop.js';
import { uactor } from '../support/protobuf/value.js';

const SHOP = new URL('../support/protobuf/shop.proto', import.meta.url);
const VALUE = new URL('../../serializers/protobuf/value.proto', import.meta.url).pathname;

const classes = { 'shop.Order': shop.Order, 'shop.Line': shop.Line, 'shop.Receipt': shop.Receipt };
const schemas: readonly (readonly [string, () => SchemaSerializer])[] = [
  ['files', () => protobuf({ files: [SHOP] })],
  ['a root', () => protobuf({ root: new protobufjs.Root().loadSync(SHOP.pathname) })],
  ['static classes', () => protobuf({ types: classes })],
];

const FULL_ORDER = {
  id: '9007199254740993',
  status: 'SHIPPED',
  lines: [
    { article: 'Füller', count: 2_147_483_647 },
    { count: -1, price: -0.1 },
  ],
  notes: { to: 'Zürich 😀' },
  picture: Buffer.of(0, 255),
  marks: [1, -1, 300],
  at: { seconds: 1_700_000_000, nanos: 5 },
  replaces: { id: -1 },
  pallet: 7,
};

/** Returns the bytes of a message alone, taken from the `Value` that contains it. */
function contentOf(serializer: SchemaSerializer, message: object): string {
  const bytes = new CodecPair(serializer).encode(message);
  const { message: any } = uactor.Value.decode(bytes).toJSON();
  return Buffer.from(String(any.value ?? ''), 'base64').toString('hex');
}

for (const [source, make] of schemas) {
  if (!GENERATES_CODE && source !== 'static classes') {
    test(`H51 protobuf with ${source} needs code generation, and the error says what to do where it is disabled`, () => {
      expect(make).toThrow(/static-module/);
    });
    continue;
  }

  describe(`protobuf with ${source}`, () => {
    test('U47 messages have the bytes that protoc produces', () => {
      const serializer = make();
      expect(contentOf(serializer, serializer.create('shop.Order', FULL_ORDER))).toBe(protocHex('full order'));
      expect(contentOf(serializer, serializer.create('shop.Order'))).toBe(protocHex('empty order'));
      const line = serializer.create('shop.Line', { article: 'pen', count: -3, price: 1.5 });
      expect(contentOf(serializer, line)).toBe(protocHex('line'));
    });

    test('U47 a value that is a message has the bytes that protoc produces, and is read from them', () => {
      const serializer = make();
      for (const [title, fields] of [
        ['value holding an order', { id: 7, status: 'SHIPPED', parcel: 'x' }],
        ['value holding an empty order', {}],
      ] as const) {
        const order = serializer.create('shop.Order', fields);
        const bytes = Buffer.from(new CodecPair(serializer).encode(order));
        expect(bytes.toString('hex')).toBe(protocHex(title));
        expect(new CodecPair(serializer).receiver.decode(bytes)).toStrictEqual(order);
      }
    });

    test('U47 messages keep their type at any position, each object once', () => {
      const serializer = make();
      const order = serializer.create('shop.Order', FULL_ORDER);
      const value = { orders: [order, order], box: new Boxed(order), map: new Map([['k', order]]), plain: { id: 1 } };
      const arrived = new CodecPair(serializer).send(value);
      expect(arrived).toStrictEqual(value);
      const orders: unknown = Reflect.get(Object(arrived), 'orders');
      expect(Array.isArray(orders) && orders[0] === orders[1]).toBe(true);
      expect(Object.getPrototypeOf(Array.isArray(orders) ? orders[0] : undefined)).toBe(Object.getPrototypeOf(order));
    });

    test('U46 all other values travel as without a schema', () => {
      const pair = new CodecPair(make());
      for (const { make: sample } of SAMPLES) assertSame(pair.send(sample()), sample());
    });

    test('decoded values retain none of the input memory', () => {
      const serializer = make();
      const arrived = new CodecPair(serializer).send(serializer.create('shop.Order', { picture: Buffer.alloc(64, 1) }));
      expect(Reflect.get(Object(arrived), 'picture')).toStrictEqual(Buffer.alloc(64, 1));
    });

    test('a message that its type cannot encode is rejected with the path, and the next message is sent', () => {
      const serializer = make();
      const pair = new CodecPair(serializer);
      const broken = serializer.create('shop.Order');
      Object.assign(broken, { lines: [null] });
      const error = serializerError(() => pair.encode({ orders: [broken] }));
      expect([error.code, error.path]).toStrictEqual(['UNSERIALIZABLE', '$.orders[0]']);
      expect(error.message).toContain('shop.Order');
      expect(pair.send({ a: 1 })).toStrictEqual({ a: 1 });
    });

    test('U46 text with a lone surrogate is rejected before it is sent, whatever its length', () => {
      const serializer = make();
      const pair = new CodecPair(serializer);
      for (const length of [0, 39, 200, 20_000]) {
        const text = `${'x'.repeat(length)}\udc00`;
        for (const fields of [{ article: text }, { notes: { [text]: '' } }, { notes: { to: text } }]) {
          const message = serializer.create('article' in fields ? 'shop.Line' : 'shop.Order', fields);
          const error = serializerError(() => pair.encode({ rows: [message] }));
          expect([error.code, error.path]).toStrictEqual(['UNSERIALIZABLE', '$.rows[0]']);
        }
        assertSame(pair.send([text, { [text]: 1 }]), [text, { [text]: 1 }]);
      }
    });

    test('U47 create rejects data that a message would lose, with the path, and accepts enum names and text', () => {
      const serializer = make();
      for (const [fields, path, why] of [
        [{ lines: [{}, { count: 2 ** 31 }] }, '$.lines[1].count', /no room/],
        [{ lines: [{ count: 1.5 }] }, '$.lines[0].count', /no room/],
        [{ lines: [{ count: Number.NaN }] }, '$.lines[0].count', /no room/],
        [{ lines: [{ count: '1.5' }] }, '$.lines[0].count', /no room/],
        [{ lines: [{ count: true }] }, '$.lines[0].count', /boolean/],
        [{ lines: [{ article: 5 }] }, '$.lines[0].article', /number/],
        [{ lines: [{ cuont: 1 }] }, '$.lines[0].cuont', /no such field/],
        [{ lines: 'x' }, '$.lines', /array expected/],
        [{ orders: [] }, '$.orders', /no such field/],
        [{ id: 2 ** 64 }, '$.id', /no room/],
        [{ id: 1.5 }, '$.id', /no room/],
        [{ id: '9007199254740993x' }, '$.id', /no room/],
        [{ status: 'LOST' }, '$.status', /not a value/],
        [{ at: new Date(1) }, '$.at', /an instance of Date/],
        [{ picture: [1, 2] }, '$.picture', /Buffer/],
      ] as const) {
        const error = serializerError(() => serializer.create('shop.Order', fields));
        expect([error.code, error.path]).toStrictEqual(['UNSERIALIZABLE', path]);
        expect(error.message).toMatch(why);
        expect(error.message).toContain('create() makes a shop.Order');
      }
      const order = serializer.create('shop.Order', { status: 'SHIPPED', picture: 'AP8=', lines: [{ count: '7' }] });
      expect(order).toMatchObject({ status: 1, picture: Buffer.of(0, 255), lines: [{ count: 7 }] });
    });

    test('H60 an Any in a field of a message stays unchanged', () => {
      const serializer = make();
      const extra = { type_url: 'type.googleapis.com/shop.Line', value: Buffer.of(1) };
      const order = serializer.create('shop.Order', { extra });
      const arrived = new CodecPair(serializer).send(order);
      expect(arrived).toStrictEqual(order);
      expect(Reflect.get(Reflect.get(Object(arrived), 'extra'), 'type_url')).toBe(extra.type_url);
    });

    test('H61 a map with names of Object members as keys is data', () => {
      withoutPollution(() => {
        const serializer = make();
        const notes = JSON.parse('{"__proto__":"p","toString":"t","constructor":"c"}');
        const arrived = new CodecPair(serializer).send(serializer.create('shop.Order', { notes }));
        const read: unknown = Reflect.get(Object(arrived), 'notes');
        expect(Object.keys(Object(read)).toSorted()).toStrictEqual(['__proto__', 'constructor', 'toString']);
        expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
      });
    });
  });
}

describe('protobuf, schemas', () => {
  test('U45 both ends compare a name that depends on the messages of the schema, or the given name', () => {
    const types = protobuf({ types: classes });
    expect(types.name).toMatch(/^protobuf\+[0-9a-f]{16}$/);
    if (GENERATES_CODE) expect(protobuf({ files: [SHOP.href] }).name).toBe(protobuf({ files: [SHOP] }).name);
    expect(types.name).not.toBe(protobuf({ types: { 'shop.Order': shop.Order } }).name);
    expect(protobuf({ types: classes, name: 'shop' }).name).toBe('shop');
    expect(types.messages).toStrictEqual(['shop.Line', 'shop.Order', 'shop.Receipt']);
  });

  test('an invalid schema is rejected at once', () => {
    expect(() => protobuf({})).toThrow(/needs a schema/);
    expect(() => protobuf({ files: ['shop.proto'] })).toThrow(/import\.meta\.url/);
    expect(() => protobuf({ files: ['/nowhere/shop.proto'] })).toThrow(/cannot load \/nowhere\/shop\.proto: ENOENT/);
    expect(() => protobuf({ files: [import.meta.url] })).toThrow(/cannot load .*protobuf-schema\.test\.ts: illegal/);
    expect(() => Reflect.apply(protobuf, undefined, [{ files: SHOP.href }])).toThrow(/takes a list of files/);
    expect(thrown(() => protobuf({}))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
    expect(() => protobuf({ types: { 'no name': shop.Order } })).toThrow(/full name/);
    expect(() => protobuf({ types: { 'uactor.Value': shop.Order } })).toThrow(/name of this library/);
    expect(() => protobuf({ files: [new URL(`file://${VALUE}`)] })).toThrow(/name of this library/);
    expect(() => protobuf({ types: classes }).create('shop.Nothing')).toThrow(/no message shop\.Nothing/);
  });
});

describe('protobuf, the published schema', () => {
  const values: readonly (readonly [string, () => unknown])[] = [
    ['rows', () => [{ id: 1, tags: ['a', 'b'] }, { id: Number.MIN_SAFE_INTEGER, tags: [] }, {}]],
    ['numbers', () => [[1, -1, 2_147_483_647], [0.5, Number.NaN, -0, Infinity], -0, 1e300, 0]],
    [
      'leaves',
      () => [
        undefined,
        null,
        false,
        true,
        'ü',
        '\ud800',
        256n,
        -1n,
        0n,
        new Date(5),
        new URL('http://h/'),
        /a/gi,
        Buffer.from('xy'),
        Uint8Array.of(1),
        Uint8Array.of(2).buffer,
      ],
    ],
    ['containers', containers],
  ];

  for (const [title, make] of values) {
    test(`U47 a Value of ${title} has the bytes that protoc produces from value.proto, and is read from them`, () => {
      const pair = new CodecPair(protobuf);
      const bytes = Buffer.from(pair.encode(make()));
      expect(bytes.toString('hex')).toBe(protocHex(title));
      if (title !== 'containers') assertSame(pair.receiver.decode(bytes), make());
    });
  }

  test('U47 large bytes at any position of a value are sent as value.proto defines', () => {
    const pair = new CodecPair(protobuf);
    const large = [16_384, 100_000, 3_000_000].map((size) => Buffer.alloc(size, 'large'));
    for (const value of [large[0], [1, large, 'x', new Float64Array(10_000)], { a: { b: [new Map([[large, 1]])] } }]) {
      const bytes = pair.encode(value);
      const message = uactor.Value.decode(bytes);
      expect(Buffer.from(uactor.Value.encode(message).finish()).equals(bytes)).toBe(true);
      assertSame(pair.receiver.decode(bytes), value);
    }
    const serializer = protobuf({ types: classes });
    const order = serializer.create('shop.Order', { picture: large[0], notes: { to: 'x' } });
    expect(new CodecPair(serializer).send([order, 'x'])).toStrictEqual([order, 'x']);
  });

  test('U47 value.proto reads a sent message and writes the same bytes', () => {
    for (const { title, make } of SAMPLES) {
      const bytes = new CodecPair(protobuf).encode(make());
      const message = uactor.Value.decode(bytes);
      expect(uactor.Value.verify(message), title).toBeNull();
      expect(Buffer.from(uactor.Value.encode(message).finish()).equals(bytes), title).toBe(true);
    }
  });
});

function containers(): unknown {
  const map = new Map<unknown, unknown>();
  const set = new Set([1]);
  return map
    .set('self', map)
    .set(set, Object.assign([], { 1: 5, 3: set, length: 4 }))
    .set(1, { '\ud800': null })
    .set(2, () => map);
}
