import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import { Output } from '../../core/seam/output.ts';
import type { CodecContext, Extension, Extensions, Serializer } from '../../core/seam/serializer.ts';
import { ClassRegistry } from '../../core/values/class-registry.ts';
import { ErrorCopy } from '../../core/values/error-values.ts';
import { compressed } from '../../serializers/compressed/index.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { assertSame, CodecPair, Kept, serializerError } from '../conformance/codec-pair.ts';
import { propertyRuns } from '../support/property-runs.ts';

/** `superjson` is absent: as `docs/serializers.md` says, it checks whether a value is plain before `JSON.stringify` reads it. */
const SERIALIZERS: readonly Serializer[] = [msgpack, protobuf, compressed(msgpack)];

/** How a container of a random value stores its members. */
type Shape = 'data' | 'getters' | 'proxy';
type Plan =
  | { readonly leaf: unknown }
  | { readonly list: readonly Plan[]; readonly shape: Shape; readonly hole: boolean }
  | { readonly record: readonly (readonly [string, Plan])[]; readonly shape: Shape }
  | { readonly map: readonly Plan[] }
  | { readonly set: readonly Plan[] }
  | { readonly again: number };

const shape = fc.constantFrom<Shape>('data', 'getters', 'getters', 'proxy');
const { plan } = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc
      .constantFrom(1, 1.5, 'text', 'a longer one\n', true, null, undefined, 5n, new Date(1), -0)
      .map((leaf) => ({ leaf })),
    fc.record({ list: fc.array(tie('plan'), { maxLength: 10 }), shape, hole: fc.boolean() }),
    fc.record({
      record: fc.array(fc.tuple(fc.constantFrom('a', 'b', '1', '__proto__', 'toJSON'), tie('plan'))),
      shape,
    }),
    fc.record({ map: fc.array(tie('plan'), { maxLength: 3 }) }),
    fc.record({ set: fc.array(tie('plan'), { maxLength: 3 }) }),
    fc.record({ again: fc.nat(6) }),
  ),
}));

/** A value that counts how often its members are read, and the same value without code. */
class Scene {
  readonly reads = new Map<string, number>();
  readonly #met: (readonly [unknown, unknown])[] = [];
  #count = 0;

  make(part: Plan): readonly [unknown, unknown] {
    if ('leaf' in part) return [part.leaf, part.leaf];
    if ('again' in part) return this.#met[part.again] ?? [0, 0];
    if ('map' in part) {
      const members = part.map.map((each) => this.make(each));
      return [
        new Map(members.map(([counted], key) => [key, counted])),
        new Map(members.map(([, data], key) => [key, data])),
      ];
    }
    if ('set' in part) {
      const members = part.set.map((each) => this.make(each));
      // A Set of equal texts contains only one of them, in both.
      return [new Set(members.map(([counted]) => counted)), new Set(members.map(([, data]) => data))];
    }
    const entries: readonly (readonly [string, Plan])[] =
      'list' in part ? part.list.map((each, index) => [String(index + (part.hole ? 1 : 0)), each]) : part.record;
    const data: object = 'list' in part ? [] : {};
    const counted: object = 'list' in part ? [] : {};
    for (const [key, each] of new Map(entries)) {
      const [live, plain] = this.make(each);
      Object.defineProperty(data, key, { value: plain, ...MEMBER, writable: true });
      Object.defineProperty(
        counted,
        key,
        part.shape === 'getters' ? this.#counting(live) : { value: live, ...MEMBER, writable: true },
      );
    }
    const pair = [part.shape === 'proxy' ? this.#watched(counted) : counted, data] as const;
    this.#met.push(pair);
    return pair;
  }

  #counting(value: unknown): PropertyDescriptor {
    const name = `getter ${this.#count++}`;
    return {
      get: () => {
        this.#note(name);
        return value;
      },
      ...MEMBER,
    };
  }

  #watched(target: object): object {
    const number = this.#count++;
    return new Proxy(target, {
      get: (inner, key) => {
        if (typeof key === 'string' && Object.hasOwn(inner, key) && key !== 'length')
          this.#note(`proxy ${number}.${key}`);
        return Reflect.get(inner, key);
      },
    });
  }

  #note(name: string): void {
    this.reads.set(name, (this.reads.get(name) ?? 0) + 1);
  }
}

const MEMBER = { enumerable: true, configurable: true };

/** Errors and instances of a class, as the core sends them. */
class CoreExtensions implements Extensions {
  readonly #registry = new ClassRegistry();

  constructor() {
    this.#registry.registerClass(Held, {
      name: 'Held',
      toJSON: ({ content }) => content,
      fromJSON: (content) => new Held(content),
    });
  }

  replace(value: object): Extension | undefined {
    const copy = ErrorCopy.of(value, { registry: this.#registry });
    if (copy !== undefined) return { tag: 'error', data: copy.data, identity: copy.identity };
    const held = this.#registry.toExtension(value);
    return held && { ...held, identity: value };
  }

  revive({ data }: Extension): unknown {
    return data;
  }
}

class Held {
  readonly content: unknown;
  constructor(content: unknown) {
    this.content = content;
  }
}

function written(serializer: Serializer, value: unknown): void {
  const context: CodecContext = { ...DEFAULT_LIMITS, extensions: new CoreExtensions() };
  serializer.open(context).encode(value, new Output());
}

describe.each(SERIALIZERS)('$name', (serializer) => {
  test('U46 each member of a value is read once, and the value that was read arrives', () => {
    const pair = new CodecPair(serializer);
    fc.assert(
      fc.property(plan, (part) => {
        const scene = new Scene();
        const [counted, data] = scene.make(part);
        assertSame(pair.send(counted), data);
        expect([...scene.reads].filter(([, count]) => count !== 1)).toEqual([]);
      }),
      { numRuns: propertyRuns(700) },
    );
  });

  test('U46 a getter whose value changes is sent as first read', () => {
    const pair = new CodecPair(serializer);
    for (const first of [1, 'x', [1], { a: 1 }, new Map([[1, 2]]), new Date(1), 5n, undefined, Buffer.of(1)]) {
      for (const wrap of [
        onceIn({}, 'x', first),
        onceIn([], 0, first),
        onceIn([0, 1, 2], 2, first),
        onceIn([], 1, first),
      ]) {
        const expected = Array.isArray(wrap.value) ? [] : {};
        Object.assign(expected, wrap.expected);
        assertSame(pair.send(wrap.value), expected);
        assertSame(pair.send([wrap.again(), { more: new Date(2) }]), [expected, { more: new Date(2) }]);
      }
    }
  });

  test('U46 the parts of errors and class instances are read once, even if one occurs twice', () => {
    const reads: string[] = [];
    const counting = (name: string): object => ({
      get part(): unknown {
        reads.push(name);
        return { when: new Date(1) };
      },
    });
    const error = Object.assign(new Error('e', { cause: { deep: counting('cause') } }), {
      details: [counting('details')],
    });
    const held = new Held(counting('class'));
    const shared = counting('shared');
    written(serializer, { error, again: error, list: [held, held, new Held(shared), shared, new Held(shared)] });
    expect(reads.toSorted()).toEqual(['cause', 'class', 'details', 'shared']);
  });

  test('U46 U48 an object that occurs in several ways arrives as one, with unchanged data', () => {
    const inner = { when: 1 };
    const many = Array.from({ length: 20 }, (_, row) => ({ row: [row] }));
    const list = [new Date(1), inner];
    const value = { first: { inner }, many, last: inner, list, box: new Kept(list), more: new Kept(list) };
    const arrived: unknown = new CodecPair(serializer).send(value);
    assertSame(arrived, value);
    expect(Reflect.get(Object(Reflect.get(Object(arrived), 'first')), 'inner')).toBe(
      Reflect.get(Object(arrived), 'last'),
    );
  });

  test('F07 if a getter throws, no member is read twice, and the path leads to the getter', () => {
    const reads: string[] = [];
    const cause = new Error('not today');
    const value = {
      rows: [
        {
          get first(): number {
            reads.push('first');
            return 1;
          },
        },
        Object.defineProperty([1], 1, {
          get: () => {
            reads.push('broken');
            throw cause;
          },
          ...MEMBER,
        }),
      ],
    };
    const error = serializerError(() => new CodecPair(serializer).encode([value]));
    expect([error.code, error.path, error.cause]).toEqual(['UNSERIALIZABLE', '$[0].rows[1][1]', cause]);
    expect(reads).toEqual(['first', 'broken']);
  });

  test('F07 a revoked Proxy is rejected with its path', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const [value, path] of [
      [proxy, '$'],
      [[proxy], '$[0]'],
      [{ a: [1, proxy] }, '$.a[1]'],
      [[new Date(1), { a: [proxy] }], '$[1].a[0]'],
      [new Map([['k', proxy]]), '$.get("k")'],
      [new Set([1, proxy]), '$.values()[1]'],
      [new Held([proxy]), '$<class:Held>[0]'],
    ] as const) {
      const error = serializerError(() => written(serializer, value));
      expect([error.code, error.path]).toEqual(['UNSERIALIZABLE', path]);
    }
  });

  test('U46 a member with a symbol as its name is not sent, even if it cannot be read', () => {
    const value = {
      a: 1,
      get [Symbol('s')](): never {
        throw new Error('not today');
      },
    };
    assertSame(new CodecPair(serializer).send([value]), [{ a: 1 }]);
  });
});

/** Returns a container with a member that is `first` at the first reading, and a symbol afterwards. */
function onceIn(
  container: object,
  key: string | number,
  first: unknown,
): { value: object; again: () => object; expected: object } {
  const make = (): object => {
    let reads = 0;
    const copy = Array.isArray(container) ? [...container] : { ...container };
    return Object.defineProperty(copy, key, { get: () => (reads++ === 0 ? first : Symbol('changed')), ...MEMBER });
  };
  return { value: make(), again: make, expected: { ...container, [key]: first } };
}
