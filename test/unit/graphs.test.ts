import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SerializerError } from '../../core/seam/errors.ts';
import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import { Output } from '../../core/seam/output.ts';
import type { Extension, Extensions, Serializer } from '../../core/seam/serializer.ts';
import { ClassRegistry } from '../../core/values/class-registry.ts';
import { errorFromData } from '../../core/values/error-revival.ts';
import { ErrorCopy } from '../../core/values/error-values.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { propertyRuns } from '../support/property-runs.ts';

class Tree {
  name: unknown;
  kids: unknown;
  constructor(name: unknown, kids: unknown) {
    this.name = name;
    this.kids = kids;
  }
}

const registry = new ClassRegistry();
registry.registerClass(Tree, {
  name: 'Tree',
  toJSON: ({ name, kids }) => ({ name, kids }),
  fromJSON: (data) => new Tree(member(data, 'name'), member(data, 'kids')),
});

/** Errors and registered classes, as sessions send them, and no other extensions. */
class ValueExtensions implements Extensions {
  replace(value: object, carries?: (value: object) => boolean): Extension | undefined {
    const isSendable = (part: object): boolean => carries?.(part) === true || registry.hasClassOf(part);
    const error = ErrorCopy.of(value, { isSendable });
    if (error) return { tag: 'error', data: error.data, identity: error.identity };
    const extension = registry.toExtension(value);
    return extension && { ...extension, identity: value };
  }

  revive({ tag, data }: Extension): unknown {
    return tag === 'error' ? errorFromData(data) : registry.fromExtension(tag.slice('class:'.length), data);
  }
}

function send(serializer: Serializer, value: unknown): unknown {
  const context = { ...DEFAULT_LIMITS, extensions: new ValueExtensions() };
  const output = new Output();
  serializer.open(context).encode(value, output);
  return serializer.open(context).decode(Buffer.concat(output.take()));
}

const SERIALIZERS: readonly Serializer[] = [superjson, msgpack, protobuf];

function boom(): never {
  throw new Error('getter');
}

function member(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce(
    (inner: unknown, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

/** Returns the objects that `value` refers to, each with a name for the reference. */
function parts(value: object): (readonly [string, unknown])[] {
  if (value instanceof Map)
    return [...value].flatMap(([key, item], row) => [
      [`k${row}`, key],
      [`v${row}`, item],
    ]);
  if (value instanceof Set) return [...value].map((item, row) => [`${row}`, item]);
  const entries: (readonly [string, unknown])[] = Object.entries(value);
  if (value instanceof Error) entries.push(['message', value.message], ['cause', value.cause]);
  if (value instanceof AggregateError) entries.push(['errors', value.errors]);
  return entries;
}

/** Asserts that both graphs are equal: each object of one corresponds to one object of the other, of the same class. */
function assertSameGraph(actual: unknown, expected: unknown, pairs = new Map<unknown, unknown>()): void {
  if (typeof expected !== 'object' || expected === null || typeof actual !== 'object' || actual === null) {
    expect(actual).toBe(expected);
    return;
  }
  if (pairs.has(expected) || pairs.has(actual)) {
    expect(pairs.get(expected) === actual && pairs.get(actual) === expected).toBe(true);
    return;
  }
  pairs.set(expected, actual).set(actual, expected);
  expect(Object.getPrototypeOf(actual)).toBe(Object.getPrototypeOf(expected));
  const [mine, theirs] = [parts(actual), parts(expected)];
  expect(mine.map(([key]) => key)).toEqual(theirs.map(([key]) => key));
  for (const [at, [, part]] of theirs.entries()) assertSameGraph(mine[at]?.[1], part, pairs);
}

type Kind = 'object' | 'array' | 'map' | 'set' | 'tree' | 'error' | 'aggregate';

interface Plan {
  readonly kind: Kind;
  /** The numbers of the objects that this one refers to. */
  readonly edges: readonly number[];
}

function newObject(kind: Kind, number: number): object {
  if (kind === 'object') return {};
  if (kind === 'array') return [];
  if (kind === 'map') return new Map();
  if (kind === 'set') return new Set();
  if (kind === 'tree') return new Tree(number, undefined);
  return kind === 'error' ? new Error(`error ${number}`) : new AggregateError([], `errors ${number}`);
}

function connect(object: object, targets: readonly unknown[]): void {
  if (Array.isArray(object)) object.push(...targets);
  else if (object instanceof Set) for (const target of targets) object.add(target);
  else if (object instanceof Map) for (const target of targets) object.set(`${object.size}`, target);
  else if (object instanceof Tree) object.kids = targets[0];
  else if (object instanceof AggregateError) Object.assign(object.errors, targets);
  else {
    // A cause is not enumerable, so it becomes the first of an error's edges.
    const [first, ...others] = targets;
    if (object instanceof Error && targets.length > 0) Object.defineProperty(object, 'cause', { value: first });
    Object.assign(
      object,
      Object.fromEntries((object instanceof Error ? others : targets).map((to, at) => [`m${at}`, to])),
    );
  }
}

/** Returns the first object of the graph. */
function build(made: readonly Plan[], acyclic: boolean): unknown {
  const objects = made.map(({ kind }, number) => newObject(kind, number));
  for (const [number, { edges }] of made.entries()) {
    const object = objects[number];
    const targets = edges.map((edge) =>
      acyclic ? objects[number + 1 + (edge % (objects.length - number))] : objects[edge % objects.length],
    );
    // The value for an absent target is undefined, which is a valid member.
    if (object !== undefined) connect(object, targets);
  }
  return objects[0];
}

function plans(...kinds: readonly Kind[]): fc.Arbitrary<Plan[]> {
  const plan = fc.record({ kind: fc.constantFrom(...kinds), edges: fc.array(fc.nat(20), { maxLength: 4 }) });
  return fc.array(plan, { minLength: 1, maxLength: 10 });
}

describe.each(SERIALIZERS)('graphs with $name', (serializer) => {
  test('U42 U46 U48 any graph without cycles arrives unchanged, including errors and registered classes', () => {
    fc.assert(
      fc.property(plans('object', 'array', 'map', 'set', 'tree', 'error', 'aggregate'), (made) => {
        const value = [build(made, true)];
        assertSameGraph(send(serializer, value), value);
      }),
      { numRuns: propertyRuns(1_000) },
    );
  });

  test('U46 U48 any graph with cycles arrives unchanged, or is rejected with a path', () => {
    let refused = 0;
    fc.assert(
      fc.property(plans('object', 'array', 'map', 'set', 'tree'), (made) => {
        const value = { top: build(made, false) };
        let arrived: unknown;
        try {
          arrived = send(serializer, value);
        } catch (error) {
          if (!(error instanceof SerializerError)) throw error;
          expect(error).toMatchObject({
            code: 'UNSERIALIZABLE',
            path: expect.stringMatching(/^\$\.top.*<class:Tree>/),
          });
          refused++;
          return;
        }
        assertSameGraph(arrived, value);
      }),
      { numRuns: propertyRuns(1_000) },
    );
    expect(refused).toBeGreaterThan(10);
  });

  test('U48 a tree of a registered class with links to the parent is rejected, without the links it arrives unchanged', () => {
    const tree = new Tree('root', []);
    const kid = new Tree('kid', { parent: tree });
    tree.kids = [kid];
    expect(() => send(serializer, tree)).toThrow(
      /contains itself.*\$<class:Tree>\.kids\[0\]<class:Tree>\.kids\.parent/,
    );
    const plain = { name: 'plain', kids: [kid] };
    kid.kids = { parent: plain };
    expect(() => send(serializer, plain)).toThrow(/contains itself.*\$\.kids\[0\]<class:Tree>\.kids\.parent/);
    kid.kids = [];
    const arrived = send(serializer, { plain, kid });
    expect(member(arrived, 'plain', 'kids', '0')).toBe(member(arrived, 'kid'));
  });

  test('U42 an error keeps its sendable properties and loses the one that cannot be sent and the one that closes a cycle', () => {
    const config: Record<string, unknown> = { url: 'http://h/', again: undefined };
    config['again'] = config;
    const rows = [{ id: 1 }];
    const cause = new TypeError('why');
    const error = Object.assign(new RangeError('text', { cause }), {
      code: 'E_X',
      status: 503,
      req: new WeakMap(),
      deep: { socket: new WeakSet(), port: 1 },
      huge: 10n ** 60_000n,
      config,
      rows,
      same: rows,
      original: cause,
    });
    Object.defineProperty(error, 'broken', { get: boom, enumerable: true });
    const arrived = send(serializer, error);
    expect(arrived).toBeInstanceOf(RangeError);
    expect(arrived).toMatchObject({ message: 'text', code: 'E_X', status: 503, rows, config: { url: 'http://h/' } });
    expect(Object.keys(Object(arrived))).toEqual(['code', 'status', 'config', 'rows', 'same', 'original', 'broken']);
    expect(member(arrived, 'rows')).toBe(member(arrived, 'same'));
    expect(member(arrived, 'cause')).toBe(member(arrived, 'original'));
    expect(member(arrived, 'config', 'again')).toBe(member(arrived, 'config'));
    // As with an HTTP client: the configuration refers to the error that refers to it.
    config['error'] = error;
    config['list'] = new Map([['cause', new Error('second', { cause: error })]]);
    const cut = send(serializer, [error, error]);
    expect(cut).toMatchObject([{ code: 'E_X', config: { url: 'http://h/', error: { message: /cycle/ } } }, {}]);
    expect(member(cut, '0')).toBe(member(cut, '1'));
    expect(member(cut, '0', 'config', 'again')).toBe(member(cut, '0', 'config'));
    expect(member(member(cut, '0', 'config', 'list'), 'size')).toBe(1);
  });

  test('U42 the errors of an AggregateError keep their positions, even if one cannot be sent', () => {
    const shared = new Error('shared');
    const error = new AggregateError([shared, Symbol('s'), shared, { socket: new WeakMap() }], 'all');
    const arrived = member(send(serializer, error), 'errors');
    expect(arrived).toMatchObject([
      { message: 'shared' },
      { name: 'NonError', message: /belongs to this error that cannot be sent/ },
      { message: 'shared' },
      { name: 'NonError' },
    ]);
    expect(member(arrived, '0')).toBe(member(arrived, '2'));
  });
});

test('U46 U48 a value that one serializer rejects is rejected by the others at the same path', () => {
  fc.assert(
    fc.property(plans('object', 'array', 'map', 'set', 'tree', 'error', 'aggregate'), (made) => {
      const value = { top: build(made, false) };
      const [first, ...others] = SERIALIZERS.map((serializer) => {
        try {
          send(serializer, value);
          return 'sent';
        } catch (error) {
          return error instanceof SerializerError ? `${error.code} ${error.path}` : error;
        }
      });
      expect(others).toEqual([first, first]);
    }),
    { numRuns: propertyRuns(1_000) },
  );
});
