import { describe, expect, test } from 'vitest';
import { ClassRegistry, registerClass, registerError } from '../../core/values/class-registry.ts';
import { SerializerError, UActorError } from '../../core/seam/errors.ts';

class Point {
  readonly #x: number;
  readonly #y: number;
  constructor(x: number, y: number) {
    this.#x = x;
    this.#y = y;
  }
  static take(point: Point): unknown {
    return [point.#x, point.#y];
  }
  static make(data: unknown): Point {
    if (!Array.isArray(data)) throw new RangeError('no pair');
    return new Point(Number(data[0]), Number(data[1]));
  }
}
class Point3 extends Point {}

const point = { name: 'geo.Point', toJSON: Point.take, fromJSON: Point.make };

function refuse(): never {
  throw new RangeError('taken');
}

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('registerClass', () => {
  test('U48 the given functions convert an instance to data and back', () => {
    const registry = new ClassRegistry();
    registry.registerClass(Point, point);
    const extension = registry.toExtension(new Point(3, 4));
    expect(extension).toEqual({ tag: 'class:geo.Point', data: [3, 4] });
    const back = registry.fromExtension('geo.Point', [3, 4]);
    expect(back).toBeInstanceOf(Point);
    expect(registry.toExtension(back)?.data).toEqual([3, 4]);
  });

  test('U48 only exact instances match', () => {
    const registry = new ClassRegistry();
    expect(registry.toExtension(new Point(1, 2))).toBeUndefined();
    registry.registerClass(Point, point);
    for (const other of [new Point3(1, 2), {}, Object.create(null), new Map()]) {
      expect(registry.toExtension(other)).toBeUndefined();
    }
    const trapped = new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error('trap');
        },
      },
    );
    expect(registry.toExtension(trapped)).toBeUndefined();
  });

  test('U48 a class with a private constructor can be registered', () => {
    class Money {
      readonly cents: number;
      private constructor(cents: number) {
        this.cents = cents;
      }
      static of(cents: number): Money {
        return new Money(cents);
      }
    }
    const registry = new ClassRegistry();
    registry.registerClass(Money, {
      name: 'Money',
      toJSON: ({ cents }) => cents,
      fromJSON: (d) => Money.of(Number(d)),
    });
    expect(registry.fromExtension('Money', 5)).toEqual(Money.of(5));
  });

  test('U48 an error of toJSON or fromJSON is the cause of a SerializerError', () => {
    const registry = new ClassRegistry();
    registry.registerClass(Point, { ...point, toJSON: refuse });
    const encode = thrown(() => registry.toExtension(new Point(1, 2)));
    expect(encode).toBeInstanceOf(SerializerError);
    expect(encode).toMatchObject({ code: 'UNSERIALIZABLE', cause: new RangeError('taken') });
    const decode = thrown(() => registry.fromExtension('geo.Point', 'SECRET'));
    expect(decode).toMatchObject({ code: 'INVALID_PAYLOAD', cause: new RangeError('no pair') });
    expect(decode).toHaveProperty('message', expect.not.stringContaining('SECRET'));
  });

  test('U48 U49 fromJSON must return an instance', () => {
    const registry = new ClassRegistry();
    const wrong: unknown[] = [undefined, null, 7, {}, Promise.resolve(new Point(1, 2))];
    const next = { value: wrong[0] };
    registry.registerClass<object>(Point, {
      ...point,
      toJSON: () => 0,
      fromJSON: () => Object(next.value === 7 ? {} : next.value),
    });
    for (const value of wrong) {
      next.value = value;
      expect(thrown(() => registry.fromExtension('geo.Point', 0))).toMatchObject({ code: 'INVALID_PAYLOAD' });
    }
  });

  test('U48 U49 an unknown name is rejected, and shown only if it looks like a name', () => {
    const registry = new ClassRegistry();
    expect(() => registry.fromExtension('geo.Line', 0)).toThrow(/class 'geo.Line' is not registered.*registerClass/);
    for (const name of ['', '__proto__\u001b[2J', 'a b', 'x'.repeat(500)]) {
      expect(() => registry.fromExtension(name, 0)).toThrow(/^a value cannot be read: its class is not registered/);
    }
    expect(() => registry.fromExtension('constructor', 0)).toThrow(SerializerError);
  });

  test('U48 an unsuitable class causes a TypeError that says what to do', () => {
    const registry = new ClassRegistry();
    registry.registerClass(Point, point);
    expect(() => registry.registerClass(Point3, point)).toThrow(/'geo.Point' belongs to another class already/);
    expect(() => registry.registerClass(Point, { ...point, name: 'Other' })).toThrow(
      /registered as 'geo.Point' already/,
    );
    expect(() => registry.registerClass(Point3, { ...point, name: 'a b' })).toThrow(/needs a name of 1 to 120/);
    expect(() => registry.registerClass<object>(RangeError, { ...point, toJSON: () => 0 })).toThrow(
      /registerError\(RangeError\)/,
    );
    expect(() => registry.registerClass<object>(Date, { ...point, toJSON: () => 0 })).toThrow(/already carries Date/);
    const arrow = Object.assign(() => 0, { prototype: undefined });
    expect(() => Reflect.apply(registry.registerClass, registry, [arrow, point])).toThrow(/must be a class/);
    expect(() => Reflect.apply(registry.registerClass, registry, [null, point])).toThrow(/must be a class, not null/);
    expect(() => Reflect.apply(registry.registerClass, registry, [Point3, { name: 'P3' }])).toThrow(/both functions/);
    expect(thrown(() => registry.registerClass(Point3, point))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
  });

  test('U48 registering the same class again replaces its functions', () => {
    const registry = new ClassRegistry();
    registry.registerClass(Point, point);
    registry.registerClass(Point, { ...point, toJSON: () => 'new' });
    expect(registry.toExtension(new Point(1, 2))?.data).toBe('new');
  });
});

describe('registerError', () => {
  test('U42 a class is known by its name or by the given name', () => {
    class AppError extends Error {}
    class OtherError extends Error {}
    const registry = new ClassRegistry();
    registry.registerError(AppError);
    registry.registerError(AppError);
    registry.registerError(OtherError, { name: 'app/Other' });
    expect(registry.errorClass('AppError')).toBe(AppError);
    expect(registry.errorClass('app/Other')).toBe(OtherError);
    expect(registry.errorName(OtherError.prototype)).toBe('app/Other');
    expect(registry.errorClass('OtherError')).toBeUndefined();
  });

  test('U42 an unsuitable error class causes a TypeError that says what to do', () => {
    const registry = new ClassRegistry();
    class AppError extends Error {}
    class Twin extends Error {}
    registry.registerError(AppError);
    expect(() => registry.registerError(Twin, { name: 'AppError' })).toThrow(/belongs to another class already/);
    expect(() => registry.registerError(AppError, { name: 'Second' })).toThrow(/registered as 'AppError' already/);
    expect(() => registry.registerError(TypeError)).toThrow(/TypeError needs no registration/);
    expect(() => registry.registerError(UActorError)).toThrow(/UActorError needs no registration/);
    expect(() => registry.registerError(class extends Error {})).toThrow(/the class needs a name/);
    expect(() => Reflect.apply(registry.registerError, registry, [Point])).toThrow(
      /does not extend Error.*registerClass/,
    );
  });

  test("U42 U48 the package's functions use the process's registry", () => {
    class SharedError extends Error {}
    class Shared {
      readonly kind = 'shared';
    }
    registerError(SharedError);
    registerClass(Shared, { name: 'Shared', toJSON: () => 1, fromJSON: () => new Shared() });
    expect(ClassRegistry.shared.errorClass('SharedError')).toBe(SharedError);
    expect(ClassRegistry.shared.toExtension(new Shared())?.data).toBe(1);
  });
});
