import * as fc from 'fast-check';
import { SuperJSON } from 'superjson';
import { describe, expect, test } from 'vitest';
import { SerializerError } from '../../core/seam/errors.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { assertSame, CodecPair, withoutPollution } from '../conformance/codec-pair.ts';
import { anyText, anyUrl } from '../support/any-text.ts';
import { serializerProperties } from '../support/serializer-properties.ts';
import { propertyRuns } from '../support/property-runs.ts';

const RUNS = propertyRuns(300);

/** Keys that the package refuses, and one that it drops. */
const REFUSED_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

const keys = fc
  .oneof(fc.string(), fc.constantFrom('0', '1', '10', 'a.b', 'c\\d', '', '01', 'x'))
  .filter((key) => !REFUSED_KEYS.has(key));

const scalars = fc.oneof(
  anyText(),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, Number.NaN, 1n, 2n),
  fc.bigInt(),
  fc.date({ noInvalidDate: true }),
  anyUrl,
  fc.constantFrom(/a\/b/gi, /[/\\]/u),
);

const { stock } = fc.letrec<{ stock: unknown }>((tie) => ({
  stock: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    scalars,
    fc.array(tie('stock'), { maxLength: 5 }),
    fc.dictionary(keys, tie('stock'), { maxKeys: 5, noNullPrototype: true }),
    fc.array(tie('stock'), { maxLength: 4 }).map((items) => new Set(items)),
    fc.array(fc.tuple(tie('stock'), tie('stock')), { maxLength: 4 }).map((entries) => new Map(entries)),
  ),
}));

/** JSON without the keys that the package refuses to write. */
const plainJson = fc
  .jsonValue()
  .filter((value) => !/"(?:__proto__|constructor|prototype)":/.test(JSON.stringify(value)));

/** Containers that refer to each other at random: shared objects and cycles of every shape. */
const graphs = fc
  .record({
    kinds: fc.array(fc.constantFrom('array', 'object', 'map', 'set'), { minLength: 1, maxLength: 6 }),
    edges: fc.array(fc.tuple(fc.nat(5), fc.nat(5), keys), { maxLength: 14 }),
  })
  .map(({ kinds, edges }) => graph(kinds, edges));

function textOf(bytes: Uint8Array): string {
  const [flags = 0] = bytes;
  return Buffer.from(bytes.subarray(1)).toString((flags & 1) === 0 ? 'latin1' : 'utf16le');
}

serializerProperties(superjson);

describe('superjson, properties', () => {
  test('U46 values that the package carries are written byte for byte as the package writes them, and read from its text', () => {
    fc.assert(
      fc.property(stock, (value) => {
        const text = new SuperJSON().stringify(value);
        const pair = new CodecPair(superjson);
        expect(textOf(pair.encode(value))).toBe(text);
        assertSame(pair.receiver.decode(Buffer.concat([Buffer.of(1), Buffer.from(text, 'utf16le')])), value);
      }),
      { numRuns: RUNS },
    );
  });

  test('U46 plain JSON is written byte for byte as the package writes it and arrives equal', () => {
    fc.assert(
      fc.property(plainJson, (value) => {
        const pair = new CodecPair(superjson);
        expect(textOf(pair.encode(value))).toBe(new SuperJSON().stringify(value));
        assertSame(pair.send(value), value);
      }),
      { numRuns: RUNS },
    );
  });

  test('U46 any value arrives equal', () => {
    fc.assert(
      fc.property(fc.oneof(stock, fc.anything(CARRIED)), (value) =>
        assertSame(new CodecPair(superjson).send(value), value),
      ),
      { numRuns: RUNS },
    );
  });

  test('U46 shared and cyclic references are written as the package writes them, and keep their shape', () => {
    fc.assert(
      fc.property(graphs, (value) => {
        const pair = new CodecPair(superjson);
        expect(textOf(pair.encode(value))).toBe(new SuperJSON().stringify(value));
        expect(shape(pair.send(value))).toEqual(shape(value));
      }),
      { numRuns: RUNS },
    );
  });

  test('H68 changed messages and random meta give a value or a SerializerError', () => {
    const words = fc.constantFrom(
      '0',
      '1',
      '0.1',
      'a',
      'a.b',
      '__proto__',
      '__proto__.x',
      'constructor.prototype',
      'toString.caller',
      '\\',
    );
    const names = fc.constantFrom('Date', 'map', 'set', 'bigint', 'undefined', 'number', 'regexp', 'URL', 'Error', 'x');
    const types = fc.oneof(
      names,
      fc.tuple(
        fc.constantFrom('custom', 'class', 'symbol', 'typed-array'),
        fc.constantFrom('uactor:ref', 'uactor[]:box', 'uactor/Uint8Array', 'uactor/sparse-array', 'Uint8Array'),
      ),
    );
    const trees = fc.dictionary(
      words,
      fc.oneof(
        types.map((type) => [type]),
        fc.tuple(
          types,
          fc.dictionary(
            words,
            types.map((type) => [type]),
          ),
        ),
      ),
    );
    const metas = fc.record(
      {
        values: fc.oneof(trees, fc.anything()),
        referentialEqualities: fc.oneof(
          fc.dictionary(words, fc.array(words)),
          fc.tuple(fc.array(words)),
          fc.anything(),
        ),
        v: fc.constantFrom(1, 1, 1, 0, 99, '1'),
      },
      { requiredKeys: [] },
    );
    withoutPollution(() => {
      fc.assert(
        fc.property(fc.oneof(stock, plainJson), fc.oneof(metas, fc.anything()), (json, meta) => {
          const text = JSON.stringify({ json: new SuperJSON().serialize(json).json, meta });
          decodes(Buffer.from(`\u0000${text}`, 'latin1'));
        }),
        { numRuns: RUNS * 3 },
      );
      fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), decodes), { numRuns: RUNS });
      fc.assert(
        fc.property(stock, fc.nat(), fc.nat(255), (value, index, byte) => {
          const bytes = Uint8Array.from(new CodecPair(superjson).encode(value));
          bytes[index % bytes.length] = byte;
          decodes(bytes);
        }),
        { numRuns: RUNS },
      );
    });
  });
});

const CARRIED: fc.ObjectConstraints = {
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  key: anyText(),
};

function decodes(bytes: Uint8Array): void {
  try {
    new CodecPair(superjson).receiver.decode(bytes);
  } catch (error) {
    if (!(error instanceof SerializerError)) throw error;
  }
}

function graph(kinds: readonly string[], edges: readonly (readonly [number, number, string])[]): unknown {
  const nodes = kinds.map((kind): object => {
    if (kind === 'array') return [];
    if (kind === 'map') return new Map();
    return kind === 'set' ? new Set() : {};
  });
  for (const [from, to, key] of edges) {
    const source = nodes[from % nodes.length];
    const target = nodes[to % nodes.length];
    if (Array.isArray(source)) source.push(target);
    else if (source instanceof Map) source.set(key, target);
    else if (source instanceof Set) source.add(target);
    else if (source !== undefined) Object.assign(source, { [key]: target });
  }
  return nodes[0];
}

/** Returns the graph below `value` as a list: each object once, with its kind and the numbers of the objects that it contains. */
function shape(value: unknown): unknown {
  const numbers = new Map<unknown, number>([[value, 0]]);
  const rows: unknown[] = [];
  const number = (inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner;
    const known = numbers.get(inner) ?? numbers.size;
    numbers.set(inner, known);
    return `#${known}`;
  };
  for (const inner of numbers.keys()) {
    if (inner instanceof Map) rows.push(['map', [...inner].map(([key, member]) => [number(key), number(member)])]);
    else if (inner instanceof Set) rows.push(['set', [...inner].map(number)]);
    else if (typeof inner === 'object' && inner !== null) {
      rows.push([Array.isArray(inner), Object.entries(inner).map(([key, member]) => [key, number(member)])]);
    }
  }
  return rows;
}
