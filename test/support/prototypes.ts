/**
 * Loaded before every test file: each test ends with a check that it changed no shared prototype, and a RegExp in `toMatchObject` must match.
 */
import { afterEach, expect } from 'vitest';
import { prototypes } from '../fixtures/prototypes.ts';

const before = prototypes();

afterEach(() => {
  expect(prototypes(), 'a shared prototype was changed').toBe(before);
});

// For toMatchObject, a RegExp is an object without members, which every string has.
expect.addEqualityTesters([
  (received, expected) => {
    if (typeof received !== 'string' || !(expected instanceof RegExp)) return undefined;
    return expected.test(received) ? undefined : false;
  },
]);
