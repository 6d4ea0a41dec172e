import assert from 'node:assert/strict';
import { SerializerError } from '../../core/seam/errors.ts';
import type { Serializer } from '../../core/seam/serializer.ts';
import { assertSame, Boxed, CodecPair, Forbidden, serializerError, withoutPollution } from './codec-pair.ts';
import { serializerHostileConformance } from './serializer-hostile.ts';
import type { TestFunctions } from './test-functions.ts';
import { cycles, SAMPLES, withOwnProto } from './values.ts';

/** The serializer to test, and its declared differences. */
export interface SerializerSubject {
  /** The serializer under test. */
  readonly serializer: Serializer;
  /** How an object that is met twice arrives: as one object (the default), or as equal copies. */
  readonly sharedReferences?: 'kept' | 'copied';
  /** How an object that contains itself is treated: it arrives (the default), or is refused. */
  readonly cyclicReferences?: 'kept' | 'refused';
}

/** Levels of nesting that no serializer carries, and that no recursion would survive. */
const ABYSS = 200_000;

/** The levels of nesting that every serializer carries. */
const NESTING = 1_000;

/** How to wrap a value in each kind of container, and how to unwrap it. */
const CONTAINERS: readonly (readonly [string, (value: unknown) => unknown, (value: unknown) => unknown])[] = [
  ['arrays', (value) => [value], (outer) => (Array.isArray(outer) ? outer[0] : undefined)],
  [
    'objects',
    (value) => ({ value }),
    (outer) => (typeof outer === 'object' && outer !== null ? Reflect.get(outer, 'value') : undefined),
  ],
  ['Maps', (value) => new Map([['key', value]]), (outer) => (outer instanceof Map ? outer.get('key') : undefined)],
  [
    'keys of Maps',
    (value) => new Map([[value, 'value']]),
    (outer) => (outer instanceof Map ? [...outer.keys()][0] : undefined),
  ],
  ['Sets', (value) => new Set([value]), (outer) => (outer instanceof Set ? [...outer][0] : undefined)],
];

/**
 * Tests that a serializer carries every value of the contract, refuses everything else with its path, and survives hostile bytes.
 * The built-in serializers pass the same tests, which take a second or two.
 *
 * @example
 * import { describe, expect, test } from 'vitest';
 * serializerConformance({ describe, expect, test }, { serializer: mine, cyclicReferences: 'refused' });
 */
export function serializerConformance(functions: TestFunctions, subject: SerializerSubject): void {
  const { describe } = functions;
  const { serializer } = subject;
  const test = (name: string, body: () => void): void => functions.test(name, () => Promise.resolve().then(body));
  const open = (): CodecPair => new CodecPair(serializer);

  describe(`serializer ${serializer.name}`, () => {
    test('U45 its name is of the allowed form', () => assert.match(serializer.name, /^[a-z0-9.+-]{1,64}$/));

    for (const { title, make } of SAMPLES) {
      test(`U46 it carries ${title}`, () => {
        const pair = open();
        assertSame(pair.send(make()), make());
        assertSame(pair.send({ member: [make()] }), { member: [make()] });
        assertSame(pair.send(new Map([[1, make()]])), new Map([[1, make()]]));
      });
    }

    test('U46 it carries everything at once, again and again on one connection', () => {
      const pair = open();
      for (let round = 0; round < 3; round++) assertSame(pair.send(everything()), everything());
    });

    test('U46 URLs, regular expressions and invalid dates keep every part', () => {
      const arrived = open().send([new URL('https://u:p@h.example:1/p?q#f'), /a\/b/giu, new Date(Number.NaN)]);
      assert.ok(Array.isArray(arrived));
      const [url, pattern, date]: readonly unknown[] = arrived;
      assert.ok(url instanceof URL && pattern instanceof RegExp && date instanceof Date);
      assert.deepStrictEqual(
        [url.href, String(pattern), date.getTime()],
        ['https://u:p@h.example:1/p?q#f', '/a\\/b/giu', Number.NaN],
      );
    });

    for (const [kind, wrap, unwrap] of CONTAINERS) {
      test(`U46 it carries ${NESTING} levels of ${kind}, with and without a special value inside`, () => {
        for (const leaf of ['leaf', new Date(1)]) {
          let value = nested(leaf, NESTING, wrap);
          value = open().send(value);
          for (let level = 0; level < NESTING; level++) value = unwrap(value);
          assert.deepStrictEqual(value, leaf);
        }
      });

      test(`H52 it counts levels of ${kind} and refuses one too many and many too many`, () => {
        for (const leaf of ['leaf', new Date(1)]) {
          const pair = new CodecPair(serializer, { maxDepth: 20 });
          assert.ok(pair.send(nested(leaf, 20, wrap)));
          for (const levels of [21, kind === 'arrays' ? ABYSS : 20_000]) {
            assert.equal(serializerError(() => pair.encode(nested(leaf, levels, wrap))).code, 'TOO_DEEP');
          }
          assert.deepStrictEqual(pair.send(leaf), leaf);
        }
      });

      test(`H52 it refuses levels of ${kind} that are beyond the reader's limit`, () => {
        for (const leaf of ['leaf', new Date(1)]) {
          const bytes = open().encode(nested(leaf, 200, wrap));
          const reader = new CodecPair(serializer, { maxDepth: 100 });
          assert.equal(serializerError(() => reader.receiver.decode(bytes)).code, 'INVALID_PAYLOAD');
        }
      });
    }

    sharing(test, subject);
    refusals(test, open);
    extensions(test, open);

    test('H51 own members named like those of prototypes arrive as own members', () => {
      withoutPollution(() => {
        const arrived = open().send([
          withOwnProto(1),
          { deep: [withOwnProto(new Map([['constructor', { prototype: 1 }]]))] },
        ]);
        assert.deepStrictEqual(arrived, [
          withOwnProto(1),
          { deep: [withOwnProto(new Map([['constructor', { prototype: 1 }]]))] },
        ]);
        assert.ok(Array.isArray(arrived) && Object.getPrototypeOf(arrived[0]) === Object.prototype);
      });
    });

    test('H56 what was encoded does not follow later changes of binary data', () => {
      const pair = open();
      const data = Buffer.alloc(50_000, 1);
      const bytes = pair.encode([data, new Uint8Array([1])]);
      data.fill(2);
      assert.deepStrictEqual(pair.receiver.decode(bytes), [Buffer.alloc(50_000, 1), new Uint8Array([1])]);
    });
  });

  serializerHostileConformance(functions, serializer);
}

type Test = (name: string, body: () => void) => void;

function sharing(test: Test, subject: SerializerSubject): void {
  const { serializer, sharedReferences = 'kept', cyclicReferences = 'kept' } = subject;

  test(`U46 an object met twice is ${sharedReferences}`, () => {
    const kinds = [
      { a: 1 },
      [1, new Date(1)],
      new Map([['k', { v: 1n }]]),
      new Set([1]),
      new Date(1),
      Buffer.from('x'),
    ];
    for (const shared of kinds) {
      const arrived = new CodecPair(serializer).send({
        deep: { one: shared },
        two: [shared],
        map: new Map([[1, shared]]),
      });
      assert.deepStrictEqual(arrived, { deep: { one: shared }, two: [shared], map: new Map([[1, shared]]) });
      const [one, two] = [at(arrived, 'deep', 'one'), at(arrived, 'two', '0')];
      assert.equal(one === two, sharedReferences === 'kept');
    }
  });

  test(`U46 objects that contain themselves are ${cyclicReferences}`, () => {
    for (const value of cycles()) {
      const pair = new CodecPair(serializer);
      if (cyclicReferences === 'refused') {
        assert.ok(['UNSERIALIZABLE', 'TOO_DEEP'].includes(serializerError(() => pair.encode(value)).code));
      } else {
        const arrived = pair.send(value);
        assert.equal(at(arrived, 'inner', 'self'), arrived);
        const map = at(arrived, 'map');
        assert.ok(map instanceof Map && map.get('self') === map && map.get(map) === arrived);
      }
    }
  });

  if (sharedReferences === 'copied') return;
  test('H48 a small value that unfolds to a huge one is written once', () => {
    let value: unknown = { leaf: new Date(1) };
    for (let level = 0; level < 60; level++) value = { left: value, right: value };
    const pair = new CodecPair(serializer);
    const bytes = pair.encode(value);
    assert.ok(bytes.length < 100_000);
    let arrived = pair.receiver.decode(bytes);
    for (let level = 0; level < 60; level++) {
      assert.equal(at(arrived, 'left'), at(arrived, 'right'));
      arrived = at(arrived, 'left');
    }
    assert.deepStrictEqual(arrived, { leaf: new Date(1) });
  });
}

function refusals(test: Test, open: () => CodecPair): void {
  class Socket {
    readonly fd = 3;
  }
  const socket = new Socket();
  const cases: readonly (readonly [unknown, string])[] = [
    [Symbol('s'), '$'],
    [new WeakMap(), '$'],
    [{ rows: [0, 1, 2, { socket }] }, '$.rows[3].socket'],
    [[[Symbol('s')]], '$[0][0]'],
    [{ 'odd key': { '': Symbol('s') } }, '$["odd key"][""]'],
    [{ when: new Date(1), promise: Promise.resolve() }, '$.promise'],
    [[new Point3(), 1], '$[0]'],
    [{ boxed: Object(1) }, '$.boxed'],
  ];
  for (const [value, path] of cases) {
    test(`U46 what cannot be sent is refused with the path ${path}`, () => {
      const pair = open();
      const error = serializerError(() => pair.encode(value));
      assert.deepStrictEqual([error.code, error.path], ['UNSERIALIZABLE', path]);
      assert.ok(error.message.includes(path));
      assert.deepStrictEqual(pair.send({ still: 'works' }), { still: 'works' });
    });
  }

  test('U46 what cannot be sent within a Map or a Set is refused with a path', () => {
    for (const value of [new Map([['k', Symbol('s')]]), new Map([[Symbol('s'), 1]]), new Set([Symbol('s')])]) {
      assert.match(serializerError(() => open().encode({ value })).path ?? '', /^\$\.value.+/);
    }
  });

  test('F07 a getter that throws is refused with the path and the cause', () => {
    const cause = new Error('the getter');
    const value = {
      row: {
        get broken(): never {
          throw cause;
        },
      },
    };
    const error = serializerError(() => open().encode([value]));
    assert.deepStrictEqual([error.code, error.path, error.cause], ['UNSERIALIZABLE', '$[0].row.broken', cause]);
  });
}

/** A subclass of a carried class is a separate class. */
class Point3 extends Map<string, number> {}

function everything(): unknown {
  return Object.fromEntries(SAMPLES.map(({ title, make }) => [title, make()]));
}

function extensions(test: Test, open: () => CodecPair): void {
  test('U29 what an extension replaces is offered once for each occurrence', () => {
    const pair = open();
    const callback = (): unknown => pair;
    const value = { callback, list: [callback, new Date(1)], map: new Map([[callback, callback]]) };
    assert.deepStrictEqual(pair.send(value), value);
    assert.deepStrictEqual([...pair.extensions.offered], [[callback, 4]]);
    assert.equal(pair.extensions.functions.length, 4);
  });

  test('U48 the data of an extension may be any value, extensions among them', () => {
    for (const { make } of SAMPLES) {
      assertSame(open().send([new Boxed(make())]), [new Boxed(make())]);
      const value = new Boxed({ deep: new Boxed(new Boxed([make()])) });
      assertSame(open().send(value), value);
    }
  });

  test('U46 an extension that refuses a value learns its path, and data that cannot be sent has one', () => {
    const error = serializerError(() => open().encode({ list: [new Forbidden()] }));
    assert.deepStrictEqual([error.code, error.path], ['UNSERIALIZABLE', '$.list[0]']);
    assert.match(
      serializerError(() => open().encode({ box: new Boxed({ bad: Symbol('s') }) })).path ?? '',
      /^\$\.box.*bad$/,
    );
  });

  test('U49 an extension that contains itself is refused', () => {
    const content: unknown[] = [];
    content.push(new Boxed(content));
    const error = serializerError(() => open().encode(new Boxed(content)));
    assert.ok(error instanceof SerializerError && ['TOO_DEEP', 'UNSERIALIZABLE'].includes(error.code));
  });
}

function nested(leaf: unknown, levels: number, wrap: (value: unknown) => unknown): unknown {
  let value = leaf;
  for (let level = 0; level < levels; level++) value = wrap(value);
  return value;
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce(
    (inner: unknown, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}
