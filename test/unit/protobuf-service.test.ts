import protobufjs from 'protobufjs';
import { describe, expect, test } from 'vitest';
import type { CalledMethod } from '../../core/seam/serializer.ts';
import { protobuf, type SchemaSerializer } from '../../serializers/protobuf/index.ts';
import { compressed } from '../../serializers/compressed/index.ts';
import { CodecPair, serializerError } from '../conformance/codec-pair.ts';
import { GENERATES_CODE } from '../support/code-generation.ts';
import { BOOKING } from '../support/protobuf/booking.ts';
import { protocHex } from '../support/protobuf/protoc.ts';
import { google, till } from '../support/protobuf/till.js';

const FILE = new URL('../support/protobuf/till.proto', import.meta.url);

const types = {
  'till.Booking': till.Booking,
  'till.Balance': till.Balance,
  'till.Item': till.Item,
  'google.protobuf.Empty': google.protobuf.Empty,
};

const METHODS = ['book', 'readBalance', 'reset', 'bookings', 'bookAll', 'other'];

const sources: readonly (readonly [string, () => SchemaSerializer])[] = [
  ['files', () => protobuf({ files: [FILE], service: 'till.Till' })],
  ['a root', () => protobuf({ root: new protobufjs.Root().loadSync(FILE.pathname), service: ['till.Till'] })],
  ['static classes', () => protobuf({ types, service: till.Till })],
];

function called(name: string, typeid = 'actor', methods: readonly string[] = METHODS): CalledMethod {
  return { typeid, methods, name };
}

for (const [source, make] of sources) {
  if (!GENERATES_CODE && source !== 'static classes') {
    test(`H51 protobuf with a service out of ${source} needs code generation, and the error says what to do where it is disabled`, () => {
      expect(make).toThrow(/static-module/);
    });
    continue;
  }

  describe(`protobuf with a service out of ${source}`, () => {
    test('U47 plain arguments and results have the bytes that protoc produces for the messages of the service', () => {
      const pair = new CodecPair(make());
      const hexOf = (value: unknown): string => Buffer.from(pair.encode(value)).toString('hex');
      const { sender } = pair;
      expect(hexOf(sender.prepareArguments?.([BOOKING], called('book')))).toBe(protocHex('arguments of book()'));
      expect(hexOf(sender.prepareArguments?.([], called('readBalance')))).toBe(protocHex('arguments of readBalance()'));
      const balance = sender.prepareResult?.({ total: 12.5, bookings: 1 }, called('readBalance'));
      expect(hexOf(balance)).toBe(protocHex('result of book()'));
    });

    test('U47 an end without the service reads messages of an end with it', () => {
      const serializer = make();
      const { sender } = new CodecPair(serializer);
      const bytes = new CodecPair(serializer).encode(sender.prepareArguments?.([BOOKING], called('book')));
      const unaware = new CodecPair(protobuf({ types, name: serializer.name })).receiver;
      expect(unaware.decode(bytes)).toMatchObject([{ amount: 12.5, items: [{ article: 'Füller' }, {}] }]);
    });

    test('U47 methods and objects that the service does not describe are unchanged', () => {
      const { sender } = new CodecPair(make());
      const args = [{ any: 1n }];
      expect(sender.prepareArguments?.(args, called('other'))).toBe(args);
      expect(sender.prepareArguments?.(args, called('book', 'dict'))).toBe(args);
      expect(sender.prepareResult?.(args, called('other'))).toBe(args);
      expect(sender.prepareArguments?.(args, called('other', 'actor', ['other']))).toBe(args);
    });

    test('U46 default, absent and null fields are omitted in the message', () => {
      const serializer = make();
      const pair = new CodecPair(serializer);
      const plain = { amount: 0, way: 0, items: [], gifts: {}, number: 0, slip: Buffer.alloc(0), marks: null };
      const [booking] = pair.sender.prepareArguments?.([plain], called('book')) ?? [];
      expect(pair.encode(booking)).toStrictEqual(pair.encode(serializer.create('till.Booking')));
    });

    test('U46 any value that fits a field is accepted', () => {
      const { sender } = new CodecPair(make());
      const made = (booking: object): unknown => sender.prepareArguments?.([booking], called('book'))[0];
      const long = { low: -1, high: 0 };
      expect(made({ number: 2 ** 62, slip: Uint8Array.of(1) })).toMatchObject({ slip: Uint8Array.of(1) });
      expect(String(Reflect.get(Object(made({ number: -(2 ** 63) })), 'number'))).toBe('-9223372036854775808');
      expect(String(Reflect.get(Object(made({ number: long })), 'number'))).toBe('4294967295');
      expect(made({ number: { low: 0, high: 0 }, slip: [] })).toMatchObject({});
    });

    test('U46 a value that would be lost or changed in transit is rejected with its path', () => {
      const { sender } = new CodecPair(make());
      const refused = (booking: unknown): string | undefined =>
        serializerError(() => sender.prepareArguments?.([booking], called('book'))).path;
      expect(refused({ gifts: { pen: { article: 1 } } })).toBe('$[0].gifts.article');
      expect(refused({ gifts: { pen: { weight: 1 } } })).toBe('$[0].gifts.pen.weight');
      expect(refused(JSON.parse('{"__proto__":{"amount":1}}'))).toBe('$[0].__proto__');
      expect(refused({ constructor: {} })).toBe('$[0].constructor');
      expect(refused({ $type: 1 })).toBe('$[0].$type');
      expect(refused({ number: 1n })).toBe('$[0].number');
      expect(refused({ items: [1] })).toBe('$[0].items');
      expect(refused({ items: [new Date()] })).toBe('$[0].items[0]');
      expect(refused({ gifts: new Map([['pen', {}]]) })).toBe('$[0].gifts');
      expect(refused({ gifts: { '\ud800': {} } })).toBe('$[0].gifts["\\ud800"]');
      expect(refused({ items: [{ article: 'x'.repeat(50) + '\ud800' }] })).toBe('$[0].items[0].article');
      expect(refused({ marks: [1, 2 ** 32] })).toBe('$[0].marks[1]');
      for (const number of [2 ** 63, -(2 ** 64), { low: -1, high: -1, unsigned: true }]) {
        expect(refused({ number })).toBe('$[0].number');
      }
      for (const slip of [[1, 2], new Float64Array(1), 'AAAA', { length: 2 }]) {
        expect(refused({ slip })).toBe('$[0].slip');
      }
      expect(refused(undefined)).toBe('$[0]');
      expect(refused(new Date())).toBe('$[0]');
      const looking = {
        get amount(): number {
          throw new TypeError('no');
        },
      };
      expect(refused(looking)).toBe('$[0]');
    });
  });
}

describe('protobuf, services', () => {
  test('U45 the name that both ends compare depends on the services', () => {
    const [with_, without] = [protobuf({ types, service: till.Till }), protobuf({ types })];
    expect(with_.name).not.toBe(without.name);
    expect([with_.services, without.services]).toStrictEqual([['till.Till'], []]);
    if (GENERATES_CODE) expect(protobuf({ files: [FILE], service: 'till.Till' }).services).toStrictEqual(['till.Till']);
  });

  test('an invalid service is rejected at once', () => {
    const files = [FILE];
    const wrong = GENERATES_CODE
      ? [/no service till\.Tell.*till\.Till, till\.Half/, /no service till\.Booking/]
      : [/static-module/, /static-module/];
    expect(() => protobuf({ files, service: 'till.Tell' })).toThrow(wrong[0]);
    expect(() => protobuf({ files, service: 'till.Booking' })).toThrow(wrong[1]);
    expect(() => protobuf({ types, service: 'till.Till' })).toThrow(/give the files or the root/);
    expect(() => protobuf({ types, service: till.Booking })).toThrow(/neither/);
    expect(() => protobuf({ types: { 'till.Booking': till.Booking }, service: till.Till })).toThrow(
      /till\.Till\.Book uses a message Balance/,
    );
    const { encode, decode } = till.Balance;
    const bare = Object.assign((): undefined => undefined, { encode, decode, prototype: {} });
    expect(() => protobuf({ types: { ...types, 'till.Balance': bare }, service: till.Till })).toThrow(/--no-verify/);
  });

  test('services that disagree about a method of the same actor cannot both describe it', () => {
    const root = protobufjs.parse(
      `syntax = "proto3"; package p; message A { int32 a = 1; } message B { int32 b = 1; }
       service One { rpc Do(A) returns (A); rpc Also(A) returns (A); } service Two { rpc Do(A) returns (B); }`,
    ).root;
    const make = (): SchemaSerializer => protobuf({ root, service: ['p.One', 'p.Two'] });
    if (!GENERATES_CODE) {
      expect(make).toThrow(/static-module/);
      return;
    }
    const { sender } = new CodecPair(make());
    const both = serializerError(() => sender.prepareArguments?.([{}], called('do', 'actor', ['do', 'also'])));
    expect(both.message).toMatch(/p\.One and p\.Two .* differ about do\(\)/);
    // A service whose methods the actor has all applies, whatever the actor lacks of the other service.
    expect(sender.prepareResult?.({ b: 1 }, called('do', 'actor', ['do']))).toMatchObject({ b: 1 });
  });

  test('compression does not change the prepared values', () => {
    const { sender } = new CodecPair(compressed(protobuf({ types, service: till.Till })));
    expect(sender.prepareArguments?.([{ amount: 1 }], called('book'))).toMatchObject([{ amount: 1 }]);
    expect(sender.prepareResult?.(undefined, called('reset'))).toMatchObject({});
    const plain = new CodecPair(compressed(protobuf)).sender;
    expect(plain.prepareArguments?.([1], called('book'))).toStrictEqual([1]);
    expect(plain.prepareResult?.(undefined, called('book'))).toBeUndefined();
  });
});
