/** The functions of a test runner that the suites use; those of vitest, Jest and `node:test` with an `expect` fit. */
export interface TestFunctions {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>, timeoutMs?: number): void;
  expect(actual: unknown): { toBe(expected: unknown): void; toEqual(expected: unknown): void };
}
