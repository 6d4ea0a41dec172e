import { deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { expect, test } from 'vitest';
import { FreshClasses } from '../../core/seam/codec/fresh-classes.ts';
import { isPlainObject } from '../../core/seam/codec/plain-object.ts';

test('H85 an object with its own hidden class behaves like any other', () => {
  const object = new FreshClasses().begin({ generation: 0 }, 2);
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
    const shape = { generation: 0 };
    return [0, 1].map((round) => Object.assign(classes.begin(shape, index % 50), { [`n${index}`]: round }));
  });
  expect(objects).toStrictEqual(objects.map((_, index) => [{ [`n${index}`]: 0 }, { [`n${index}`]: 1 }]));
});
