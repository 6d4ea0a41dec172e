import { SuperJSON } from 'superjson';
import { describe, expect, test } from 'vitest';
import { superjson } from '../../serializers/superjson/index.ts';
import { Boxed, CodecPair } from '../conformance/codec-pair.ts';

/** Returns the text of a payload, without the blocks after it. */
function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  const flags = buffer.readUInt8(0);
  const encoding = (flags & 1) === 0 ? 'latin1' : 'utf16le';
  return (flags & 2) === 0 ? buffer.toString(encoding, 1) : buffer.toString(encoding, 5, 5 + buffer.readUInt32LE(1));
}

function encoded(value: unknown): string {
  return textOf(new CodecPair(superjson).encode(value));
}

/** Returns the package, extended by what the serializer adds to its format. */
function taughtPackage(): SuperJSON {
  const json = new SuperJSON();
  json.registerCustom<Boxed, string>(
    {
      isApplicable: (value): value is Boxed => value instanceof Boxed,
      serialize: (value) => String(value.content),
      deserialize: (content) => new Boxed(content),
    },
    'uactor:box',
  );
  json.registerCustom<Uint8Array, number>(
    {
      isApplicable: (value): value is Uint8Array => value instanceof Uint8Array,
      serialize: () => 0,
      deserialize: (index) => Uint8Array.of(index),
    },
    'uactor/Uint8Array',
  );
  json.registerCustom<Date, null>(
    {
      isApplicable: (value): value is Date => value instanceof Date && Number.isNaN(value.getTime()),
      serialize: () => null,
      deserialize: () => new Date(Number.NaN),
    },
    'uactor/invalid-date',
  );
  return json;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

describe('superjson and the package superjson', () => {
  test('U46 values that the package lacks are written as its own custom types', () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const value = { box: new Boxed('content'), list: [bytes, new Date(Number.NaN)], again: bytes };
    expect(encoded(value)).toBe(taughtPackage().stringify(value));
  });

  test('U46 the package reads them, including extensions with special values in their data', () => {
    const value = {
      box: new Boxed({ at: new Date(1), inner: new Boxed([1n]) }),
      wrong: new Date(Number.NaN),
      bytes: Uint8Array.of(9),
    };
    const read: unknown = taughtPackage().parse(encoded(value));
    expect(read).toEqual({ ...value, bytes: Uint8Array.of(0) });
  });

  test('U46 binary data is not in the text', () => {
    const text = encoded([Buffer.alloc(100_000, 7), new Float64Array(10)]);
    expect(text).toBe(
      '{"json":[0,1],"meta":{"values":{"0":[["custom","uactor/Buffer"]],"1":[["custom","uactor/Float64Array"]]},"v":1}}',
    );
  });

  test('H48 a value that would expand too far is written as the package writes it with dedupe, and the package reads it', () => {
    let value: unknown = { leaf: new Date(1) };
    for (let level = 0; level < 60; level++) value = { left: value, right: value };
    const dedupe = new SuperJSON({ dedupe: true });
    expect(encoded(value)).toBe(dedupe.stringify(value));
    for (const read of [dedupe.parse(encoded(value)), new CodecPair(superjson).send(value)]) {
      let inner = read;
      for (let level = 0; level < 60; level++) {
        expect(member(inner, 'left') === member(inner, 'right')).toBe(true);
        inner = member(inner, 'left');
      }
      expect(inner).toEqual({ leaf: new Date(1) });
    }
  });

  test('U46 an object within two shared objects stays one object, which the package itself loses', () => {
    const inner: { outer?: unknown } = {};
    const outer = { inner };
    inner.outer = outer;
    const pair = new CodecPair(superjson);
    const value = { first: inner, far: { away: outer }, near: outer };
    expect(textOf(pair.encode(value))).toBe(new SuperJSON().stringify(value));
    expect(pair.send([value])).toEqual([value]);
  });

  test('U46 Latin-1 text takes one byte for each character, other text two', () => {
    const pair = new CodecPair(superjson);
    expect(pair.encode('ÿ'.repeat(100)).length).toBe(1 + '{"json":""}'.length + 100);
    expect(pair.encode('Ā'.repeat(100)).length).toBe(1 + 2 * ('{"json":""}'.length + 100));
    expect(pair.encode([1, 2])).toEqual(Buffer.from('\u0000{"json":[1,2]}', 'latin1'));
  });
});
