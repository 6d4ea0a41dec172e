import assert from 'node:assert/strict';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { CodecPair } from '../conformance/codec-pair.ts';
import { serializerConformance } from '../conformance/serializer-suite.ts';
import type { TestFunctions } from '../conformance/transport-suite.ts';
import { shop } from '../support/protobuf/shop.js';

/** Runs the conformance suite without a test runner, which would not start under the flags that are to be tried. */
const tests: [name: string, body: () => unknown][] = [];
const functions: TestFunctions = {
  describe: (_name, body) => body(),
  expect: (actual) => ({
    toBe: (expected) => assert.strictEqual(actual, expected),
    toEqual: (expected) => assert.deepEqual(actual, expected),
  }),
  test: (name, body) => {
    tests.push([name, body]);
  },
};
const types = { 'shop.Order': shop.Order, 'shop.Line': shop.Line, 'shop.Receipt': shop.Receipt };
serializerConformance(functions, { serializer: protobuf });
serializerConformance(functions, { serializer: protobuf({ types }) });

tests.push([
  'U47 static classes travel as messages',
  () => {
    const desk = protobuf({ types });
    const order = desk.create('shop.Order', { lines: [{ article: 'pen', count: 3 }], notes: { constructor: 'c' } });
    assert.deepStrictEqual(new CodecPair(desk).send([order]), [order]);
  },
]);
tests.push([
  'U47 files need generated code, and the error says what to do',
  () => {
    const file = new URL('../support/protobuf/shop.proto', import.meta.url);
    assert.throws(() => protobuf({ files: [file] }), /static-module/);
  },
]);

let failed = 0;
for (const [name, body] of tests) {
  try {
    await body();
  } catch (error) {
    failed++;
    console.error(`Error in ${name}: ${String(error)}`);
  }
}
console.log(`passed ${tests.length - failed}`);
process.exitCode = failed === 0 ? 0 : 1;
