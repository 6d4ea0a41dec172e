import assert from 'node:assert/strict';
import { superjson } from '../../serializers/superjson/index.ts';
import { serializerConformance } from '../conformance/serializer-suite.ts';

/** Runs the conformance suite without a test runner, which would not start under the flags that are to be tried. */
const tests: [name: string, body: () => unknown][] = [];
serializerConformance(
  {
    describe: (_name, body) => body(),
    expect: (actual) => ({
      toBe: (expected) => assert.strictEqual(actual, expected),
      toEqual: (expected) => assert.deepEqual(actual, expected),
    }),
    test: (name, body) => {
      tests.push([name, body]);
    },
  },
  { serializer: superjson },
);

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
