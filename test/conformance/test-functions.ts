/** The functions of a test runner that the suites use; those of vitest, Jest and `node:test` with an `expect` fit. */
export interface TestFunctions {
  /** Groups tests. */
  describe(name: string, body: () => void): void;
  /** Declares a test; `timeoutMs` limits its duration. */
  test(name: string, body: () => Promise<void>, timeoutMs?: number): void;
  /** Compares: `toBe` by identity, `toEqual` by structure. Both throw on a difference. */
  expect(actual: unknown): {
    /** Throws unless both are the same value. */
    toBe(expected: unknown): void;
    /** Throws unless both have the same structure. */
    toEqual(expected: unknown): void;
  };
}
