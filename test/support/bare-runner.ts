import assert from 'node:assert/strict';
import type { TestFunctions } from '../conformance/test-functions.ts';

/** Runs a conformance suite without a test runner, which would not start under the flags to be tested. */
export class BareRunner {
  readonly #tests: (readonly [name: string, body: () => unknown])[] = [];

  /** The functions with which a suite registers its tests. */
  readonly functions: TestFunctions = {
    describe: (_name, body) => body(),
    expect: (actual) => ({
      toBe: (expected) => assert.strictEqual(actual, expected),
      toEqual: (expected) => assert.deepEqual(actual, expected),
    }),
    test: (name, body) => this.add(name, body),
  };

  add(name: string, body: () => unknown): void {
    this.#tests.push([name, body]);
  }

  /** Runs every test, prints the failures and the number of passed tests, and sets the exit code. */
  async run(): Promise<void> {
    let failed = 0;
    for (const [name, body] of this.#tests) {
      try {
        await body();
      } catch (error) {
        failed++;
        console.error(`Error in ${name}: ${String(error)}`);
      }
    }
    console.log(`passed ${this.#tests.length - failed}`);
    process.exitCode = failed === 0 ? 0 : 1;
  }
}
