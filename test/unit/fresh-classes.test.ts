import { deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { expect, test } from 'vitest';
import { FreshClasses, type FreshShape, MAX_CLASS_NAMES, unsureBytes } from '../../core/seam/codec/budget.ts';
import { isPlainObject } from '../../core/seam/codec/traversal.ts';
import { heapBytes } from '../support/heap-bytes.ts';
import { haveSameHiddenClass, isDictionary } from '../support/hidden-classes.ts';

test('H85 an object with its own hidden class behaves like any other', () => {
  const object = new FreshClasses().begin({ root: undefined }, 2);
  object['a'] = 1;
  object['b'] = { c: [2] };
  const plain = { a: 1, b: { c: [2] } };
  deepStrictEqual(object, plain);
  expect(object).toStrictEqual(plain);
  expect(inspect(object)).toBe(inspect(plain));
  expect(object.constructor).toBe(Object);
  expect(object instanceof Object).toBe(true);
  expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
  expect(isPlainObject(object)).toBe(true);
  expect(structuredClone(object)).toStrictEqual(plain);
  expect(deserialize(serialize(object))).toStrictEqual(plain);
  expect(JSON.stringify(object)).toBe(JSON.stringify(plain));
  expect({ ...object }).toStrictEqual(plain);
});

test('H85 objects of new shapes contain exactly their members', () => {
  const classes = new FreshClasses();
  const objects = Array.from({ length: 3_000 }, (_, index) => {
    const shape: FreshShape = { root: undefined };
    return [0, 1].map((round) => Object.assign(classes.begin(shape, index % 50), { [`n${index}`]: round }));
  });
  expect(objects).toStrictEqual(objects.map((_, index) => [{ [`n${index}`]: 0 }, { [`n${index}`]: 1 }]));
});

test('H85 all objects of a shape share a hidden class, even when there are thousands of other shapes', () => {
  const classes = new FreshClasses();
  const shapes = Array.from({ length: 3_000 }, (): FreshShape => ({ root: undefined }));
  const make = (shape: FreshShape, index: number): object =>
    Object.assign(classes.begin(shape, 1), { [`s${index}`]: 0 });
  const first = shapes.map(make);
  const second = shapes.map(make);
  expect(first.filter(isDictionary)).toStrictEqual([]);
  expect(first.filter((object, index) => !haveSameHiddenClass(object, second[index] ?? {}))).toStrictEqual([]);
});

test('H85 an object has room for its own members only, whatever was created before it', () => {
  const classes = new FreshClasses();
  const keep = (count: number, objects: number): number => {
    const shape: FreshShape = { root: undefined };
    const before = heapBytes();
    const kept = Array.from({ length: objects }, () => {
      const object = classes.begin(shape, count);
      for (let index = 0; index < count; index++) object[`m${index}`] = 0;
      return object;
    });
    const bytes = heapBytes() - before;
    expect(kept).toHaveLength(objects);
    return bytes / objects;
  };
  keep(31, 100);
  // A header of 24 bytes, and 8 for each slot; the list takes one more.
  expect(keep(1, 20_000)).toBeLessThan(64);
  expect(keep(8, 20_000)).toBeLessThan(120);
});

test('H85 an object of many members takes no memory beforehand', () => {
  const before = heapBytes();
  const classes = new FreshClasses();
  classes.begin({ root: undefined }, 5_000_000);
  expect(heapBytes() - before).toBeLessThan(1_000_000);
  expect(classes.begin({ root: undefined }, 5_000_000)).toStrictEqual({});
});

test('H85 an object may take more memory the more names it has, up to those of a dictionary', () => {
  expect(unsureBytes(0)).toBe(0);
  for (let names = 1; names <= MAX_CLASS_NAMES; names++)
    expect(unsureBytes(names)).toBeGreaterThan(unsureBytes(names - 1));
  expect(unsureBytes(MAX_CLASS_NAMES + 1)).toBe(unsureBytes(MAX_CLASS_NAMES));
  expect(unsureBytes(1_000_000)).toBe(unsureBytes(MAX_CLASS_NAMES));
});
